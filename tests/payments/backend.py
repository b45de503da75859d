"""localstripe as a child process, spoken to over HTTP. It keeps the money of the tests."""

import http.client
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PROGRAM = Path(__file__).with_name("localstripe_process.py")
KEY = "sk_test_backend"
ANSWER_SECONDS = 30


class BackendFailed(RuntimeError):
    """localstripe did not start, or refused what the front knows to be right."""


@dataclass
class Backend:
    """One localstripe. `start` waits until it listens; `stop` waits until it is gone."""

    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    log: IO[bytes] = field(default_factory=tempfile.TemporaryFile)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.log.seek(0)
            raise BackendFailed(self.log.read().decode(errors="replace"))
        self.port = int(line)

    def stop(self) -> None:
        if self.process is not None:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.close()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        self.log.close()

    def forward(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes]:
        """Pass a request on as it came and return status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, target, body=body, headers={**headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def call(self, method: str, path: str, **fields: Any) -> dict[str, Any]:
        """Ask localstripe for something that must succeed."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        body = json.dumps(fields).encode() if method == "POST" else None
        status, answer = self.forward(method, path, body, headers)
        if status != 200:
            raise BackendFailed(f"{method} {path}: {status} {answer.decode()}")
        found: dict[str, Any] = json.loads(answer)
        return found
