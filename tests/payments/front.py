"""The HTTP server in front of localstripe: API, payment page, idempotency and faults."""

import json
import socket
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.payments import api, checkout, page
from tests.payments.book import Book
from tests.payments.faults import Fault, Faults
from tests.payments.forms import Ask, Json, Refusal, decode, missing

BROKEN = Refusal("An unknown error occurred.", status=500, kind="api_error")
FORWARDED = ("Authorization", "Content-Type", "Stripe-Version", "Idempotency-Key")
Answer = tuple[int, bytes, dict[str, str]]


class Front(ThreadingHTTPServer):
    """Listens on a free loopback port; every connection carries one request."""

    daemon_threads = False

    def __init__(self, book: Book) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.book = book
        self.faults = Faults()
        self.replays: dict[str, tuple[Json, Answer]] = {}
        self.is_closing = threading.Event()
        self._open: set[socket.socket] = set()
        book.url = f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; everything else is a fault of ours and shows."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """End also those connections that a browser opened and never used."""
        self.is_closing.set()
        self.shutdown()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Decodes, calls, encodes. The lock of the book is held while the work is done, not longer."""

    server: Front
    server_version = "payments"

    def do_GET(self) -> None:
        self.dispatch()

    def do_POST(self) -> None:
        self.dispatch()

    def do_DELETE(self) -> None:
        self.dispatch()

    def log_message(self, *_: Any) -> None:
        """Stay silent: pytest's output belongs to the tests."""

    def dispatch(self) -> None:
        path = urlsplit(self.path).path
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if not path.startswith("/v1/"):
            with self.server.book.lock:
                checkout.expire_overdue(self.server.book)
                answer = self.show(path, decode(body.decode()))
            return self.send(answer)
        fault = self.server.faults.take(self.command, path)
        answer = self.work(path, body, fault)
        if fault and fault.kind == "delay":
            self.server.is_closing.wait(fault.seconds)
        if fault and fault.kind == "drop":
            self.close_connection = True
            return None
        return self.send(answer)

    def work(self, path: str, body: bytes, fault: Fault | None) -> Answer:
        """Do a request to the API once, or repeat the answer that its idempotency key has had."""
        if fault and fault.kind == "fail" and not fault.does_work:
            return refused(BROKEN)
        if not self.headers.get("Authorization", "").startswith(("Bearer sk_", "Basic ")):
            return refused(Refusal("You did not provide a valid API key.", status=401))
        key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
        asked: Json = {"path": path, "form": decode(body.decode())}
        book = self.server.book
        with book.lock:
            checkout.expire_overdue(book)
            if key and key in self.server.replays:
                return self.replayed(key, asked)
            book.idempotency_key = key
            try:
                answer = self.fresh(path, body, asked["form"])
            finally:
                book.idempotency_key = None
            if fault and fault.kind == "fail":
                answer = refused(BROKEN)
            if key and (answer[0] in (200, 402) or answer[0] >= 500):
                self.server.replays[key] = (asked, answer)
        return answer

    def replayed(self, key: str, asked: Json) -> Answer:
        before, (status, body, headers) = self.server.replays[key]
        if before != asked:
            message = (
                f"Keys for idempotent requests can only be used with the same parameters they were first "
                f"used with. Try using a key other than '{key}' if you meant to execute a different request."
            )
            return refused(Refusal(message, kind="idempotency_error"))
        return status, body, {**headers, "Idempotent-Replayed": "true"}

    def fresh(self, path: str, body: bytes, form: Json) -> Answer:
        ask = Ask(self.command, path, decode(urlsplit(self.path).query), form)
        try:
            found = api.answer(self.server.book, ask)
        except Refusal as refusal:
            return refused(refusal)
        if found is not None:
            return as_json(200, found)
        headers = {name: self.headers[name] for name in FORWARDED if name in self.headers}
        status, passed = self.server.book.backend.forward(self.command, self.path, body or None, headers)
        if not passed.lstrip().startswith(b"{"):
            return refused(Refusal(f"Unrecognized request URL ({self.command}: {path}).", status=404))
        return status, passed, {"Content-Type": "application/json"}

    def show(self, path: str, form: Json) -> Answer:
        """Answer a person's browser: the payment page and the receipt."""
        _, kind, *rest = path.split("/")
        try:
            if kind == "pay" and len(rest) == 1:
                return self.pay(self.server.book.get("checkout.session", rest[0]), form)
            if kind == "receipts" and len(rest) == 1:
                return as_html(200, page.receipt(self.server.book.get("charge", rest[0])))
            raise missing("page", path)
        except Refusal as refusal:
            return as_html(refusal.status, page.message(str(refusal)))

    def pay(self, session: Json, form: Json) -> Answer:
        book = self.server.book
        if session["status"] == "complete":
            return 303, b"", {"Location": checkout.destination(session)}
        if session["status"] == "expired":
            return as_html(200, page.closed(session))
        if self.command == "GET":
            return as_html(200, page.checkout(session, book.lines[session["id"]]))
        try:
            checkout.pay(book, session, form)
        except Refusal as refusal:
            return as_html(200, page.checkout(session, book.lines[session["id"]], error=str(refusal)))
        return 303, b"", {"Location": checkout.destination(session)}

    def send(self, answer: Answer) -> None:
        status, body, headers = answer
        self.send_response(HTTPStatus(status))
        for name, value in {**headers, "Content-Length": str(len(body)), "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def as_json(status: int, found: Json) -> Answer:
    return status, json.dumps(found, indent=2).encode(), {"Content-Type": "application/json"}


def as_html(status: int, text: str) -> Answer:
    return status, text.encode(), {"Content-Type": "text/html; charset=utf-8"}


def refused(refusal: Refusal) -> Answer:
    return as_json(refusal.status, {"error": refusal.error})
