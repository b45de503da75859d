"""A hub of weights on this machine that speaks the real one's protocol, as far as we use it."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

REVISION = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves one repository; `files` are its bytes, `listed` the hashes it claims.

    cut: a file's name and after how many of its bytes the line breaks, from then on for good.
    stalls: the same, but the line stays open in silence until the hub is closed or the reader is gone.
    """

    def __init__(self, files: Mapping[str, bytes], repository: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.repository = dict(files), repository
        self.listed = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
        self.cut: dict[str, int] = {}
        self.stalls: dict[str, int] = {}
        self.is_stalled, self.is_closing = Event(), Event()
        self.asked: list[tuple[str, int]] = []
        """Files that were asked for, and from which byte on."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith(f"/api/models/{self.server.repository}"):
            facts = self._tree() if "/tree/" in path else self._facts()
            self._answer(json.dumps(facts).encode(), {"content-type": "application/json"})
            return
        name = path.split(f"/resolve/{REVISION}/")[-1]
        if name not in self.server.files:
            self.send_error(404)
            return
        data = self.server.files[name]
        etag = {"etag": f'"{self.server.listed[name]}"', "x-repo-commit": REVISION}
        wanted = re.match(r"bytes=(\d+)-", self.headers.get("range", ""))
        start = int(wanted[1]) if wanted else 0
        if self.command == "GET":
            self.server.asked.append((name, start))
        if start:
            etag["content-range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        ends = self.server.cut | self.server.stalls
        end = ends.get(name, len(data)) if self.command == "GET" else len(data)
        self._answer(data[start:], etag | {"accept-ranges": "bytes"}, sent=max(0, end - start))
        if self.command == "GET" and name in self.server.stalls:
            self.wfile.flush()
            self.server.is_stalled.set()
            self.server.is_closing.wait(60)

    def _tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": name, "size": len(data), "oid": self.server.listed[name]}
            for name, data in self.server.files.items()
        ]

    def _facts(self) -> dict[str, object]:
        siblings = [
            {"rfilename": name, "size": len(data), **self._lfs(name, data)}
            for name, data in self.server.files.items()
        ]
        return {
            "id": self.server.repository,
            "sha": REVISION,
            "siblings": siblings,
            "tags": [],
            "downloads": 0,
            "private": False,
            "cardData": {"license": "apache-2.0"},
        }

    def _lfs(self, name: str, data: bytes) -> dict[str, object]:
        if not name.endswith(".safetensors"):
            return {}
        return {"lfs": {"sha256": self.server.listed[name], "size": len(data), "pointerSize": 1}}

    def _answer(self, data: bytes, headers: dict[str, str], *, sent: int | None = None) -> None:
        self.send_response(206 if "content-range" in headers else 200)
        for name, value in (headers | {"content-length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data[:sent])
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be quiet."""


@contextmanager
def running_hub(files: Mapping[str, bytes], repository: str) -> Iterator[Hub]:
    server = Hub(files, repository)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.is_closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
