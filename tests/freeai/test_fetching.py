"""Nothing that is not public is reached, however it is written, and nobody keeps us waiting."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.conf import LazySettings

from freeai.common import fetching
from freeai.common.fetching import CannotFetch

PRIVATE = [
    "https://127.0.0.1/x.png",
    "https://localhost/x.png",
    "https://10.0.0.1/x.png",
    "https://172.16.0.1/x.png",
    "https://192.168.1.1/x.png",
    "https://169.254.169.254/latest/meta-data",
    "https://100.64.0.1/x.png",
    "https://0.0.0.0/x.png",
    "https://0/x.png",
    "https://2130706433/x.png",
    "https://0x7f.1/x.png",
    "https://0177.0.0.1/x.png",
    "https://127.1/x.png",
    "https://[::1]/x.png",
    "https://[::]/x.png",
    "https://[::ffff:127.0.0.1]/x.png",
    "https://[::ffff:169.254.169.254]/x.png",
    "https://[fe80::1]/x.png",
    "https://[fd00::1]/x.png",
    "https://[64:ff9b::7f00:1]/x.png",
    "https://[2002:7f00:1::]/x.png",
    "https://[2001:0:53aa:64c:0:0:80ff:fffe]/x.png",
    "https://224.0.0.1/x.png",
    "https://255.255.255.255/x.png",
]
ODD = [
    "http://93.184.216.34/x.png",
    "file:///etc/passwd",
    "ftp://example.org/x.png",
    "gopher://example.org/",
    "https://example.org:22/x.png",
    "https://user:password@example.org/x.png",
    "https://user@127.0.0.1/x.png",
    "https:///x.png",
    "https://example.org:port/x.png",
    "https://[::1/x.png",
    "https://" + "a" * 300 + "/x.png",
    "https://exa mple/x.png",
]


def get(url: str) -> bytes:
    return fetching.fetch(url, bytes_max=1000, media="image/")


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail at the first connection, whatever it leads to."""

    def connect(*arguments: Any, **_: Any) -> None:
        raise AssertionError(f"connected to {arguments}")

    monkeypatch.setattr(socket, "create_connection", connect)


@pytest.mark.parametrize("url", PRIVATE + ODD)
def test_no_connection_is_made_to_what_is_not_public(no_connection: None, url: str) -> None:
    with pytest.raises(CannotFetch):
        get(url)


def resolved(*addresses: str) -> Callable[..., list[Any]]:
    answers = iter(addresses)

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    return getaddrinfo


def test_a_name_is_resolved_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer of a rebinding name server is never asked for."""
    seen: list[Any] = []

    def connect(address: Any, *_: Any, **__: Any) -> None:
        seen.append(address)
        raise OSError("stop here")

    monkeypatch.setattr(socket, "getaddrinfo", resolved("93.184.216.34", "127.0.0.1"))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(CannotFetch):
        get("https://rebinding.example/x.png")
    assert seen == [("93.184.216.34", 443)]


def test_one_private_address_among_public_ones_is_enough(
    no_connection: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def both(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, port)) for address in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(CannotFetch, match="public"):
        get("https://mixed.example/x.png")


class Stranger(BaseHTTPRequestHandler):
    """A server that behaves as its path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        getattr(self, self.path.strip("/").split("/")[0])()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content_length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def picture(self) -> None:
        self.answer(200, b"a picture", content_type="image/png")

    def page(self) -> None:
        self.answer(200, b"<html>", content_type="text/html")

    def gone(self) -> None:
        self.answer(404, content_type="image/png")

    def there(self) -> None:
        self.answer(302, location="/picture")

    def inside(self) -> None:
        self.answer(302, location="https://169.254.169.254/latest/meta-data")

    def plain(self) -> None:
        self.answer(302, location="http://example.org/x.png")

    def round(self) -> None:
        self.answer(302, location="/round")

    def nowhere(self) -> None:
        self.answer(302)

    def endless(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "image/png")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"x" * 10_000)
        except OSError:
            self.close_connection = True

    def drip(self) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 10_000:
                self.wfile.write(bytes([letter]))
                time.sleep(0.05)
        except OSError:
            self.close_connection = True


@pytest.fixture
def stranger(settings: LazySettings) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.FETCH_TRUSTED = [f"127.0.0.1:{server.server_port}"]
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_picture_is_fetched_also_through_a_redirect(stranger: str) -> None:
    assert get(f"{stranger}/picture") == get(f"{stranger}/there") == b"a picture"


@pytest.mark.parametrize("path", ["page", "gone", "inside", "plain", "round", "nowhere"])
def test_what_is_no_picture_or_leads_elsewhere_is_refused(stranger: str, path: str) -> None:
    with pytest.raises(CannotFetch):
        get(f"{stranger}/{path}")


def test_an_endless_body_ends_at_the_limit(stranger: str) -> None:
    assert 1000 < len(get(f"{stranger}/endless")) < 200_000


def test_a_slow_drip_ends_at_the_deadline(stranger: str, settings: LazySettings) -> None:
    settings.FETCH_SECONDS = 1
    began = time.monotonic()
    with pytest.raises(CannotFetch):
        get(f"{stranger}/drip")
    assert time.monotonic() - began < 10
