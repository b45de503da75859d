"""Weights from a hub: a small one of our own, on this machine, that speaks the real one's protocol."""

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from huggingface_hub import constants

from editor.engines import hub

REVISION = "0123456789abcdef0123456789abcdef01234567"
FILES = {"model_index.json": b"{}", "vae/weights.safetensors": bytes(range(256)) * 40}


class Hub(ThreadingHTTPServer):
    """Serves one repository; `files` are its bytes, `listed` the hashes it claims."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = dict(FILES)
        self.listed = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


class Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path.startswith("/api/models/maker/model"):
            facts = self._tree() if "/tree/" in path else self._facts()
            self._answer(json.dumps(facts).encode(), {"content-type": "application/json"})
            return
        name = path.split(f"/resolve/{REVISION}/")[-1]
        if name not in self.server.files:
            self.send_error(404)
            return
        data = self.server.files[name]
        etag = {"etag": f'"{self.server.listed[name]}"', "x-repo-commit": REVISION}
        self._answer(data, etag | {"accept-ranges": "bytes"})

    def _tree(self) -> list[dict[str, object]]:
        return [
            {"type": "file", "path": name, "size": len(FILES[name]), "oid": self.server.listed[name]}
            for name in self.server.files
        ]

    def _facts(self) -> dict[str, object]:
        siblings = [
            {
                "rfilename": name,
                "size": len(FILES[name]),
                "lfs": {"sha256": self.server.listed[name], "size": len(FILES[name]), "pointerSize": 1},
            }
            for name in self.server.files
        ]
        return {
            "id": "maker/model",
            "sha": REVISION,
            "siblings": siblings,
            "tags": [],
            "downloads": 0,
            "private": False,
            "cardData": {"license": "apache-2.0"},
        }

    def _answer(self, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in (headers | {"content-length": str(len(data))}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Be quiet."""


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    server = Hub()
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", address + "/{repo_id}/resolve/{revision}/{filename}"
    )
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_size_and_licence_are_known_before_the_first_byte(served: Hub) -> None:
    published = hub.look_up("maker/model")
    assert published.licence == "apache-2.0"
    assert published.size_bytes == sum(len(data) for data in FILES.values())


def test_files_arrive_and_are_compared(served: Hub, tmp_path: Path) -> None:
    said: list[str] = []
    hub.pull(hub.look_up("maker/model"), tmp_path, said.append)
    for name, data in FILES.items():
        assert (tmp_path / name).read_bytes() == data
    assert said == [f"comparing {name}" for name in FILES]


def test_a_file_that_differs_from_the_list_is_named(served: Hub, tmp_path: Path) -> None:
    name = "vae/weights.safetensors"
    served.files[name] = FILES[name][::-1]
    with pytest.raises(hub.NoWeights, match=r"weights\.safetensors differs"):
        hub.pull(hub.look_up("maker/model"), tmp_path, lambda _: None)


def test_a_hub_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(hub.NoWeights, match="does not answer"):
        hub.look_up("maker/model")
