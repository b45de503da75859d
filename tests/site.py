"""A whole FreeAI in its own process tree and home, as `make serve` starts it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests import engines

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60


@dataclass(slots=True)
class Site:
    """A running `manage.py serve`, its address and its home."""

    home: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the tree has written so far."""
        return (self.home / "serve.log").read_text(errors="replace")

    def start(self) -> None:
        """Start the tree and wait until web and worker are ready."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"not ready after {READY_SECONDS} s:\n{self.log[-4000:]}")

    def stop(self) -> int:
        """Ask the tree to stop as Ctrl-C does; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    def pids_of(self, name: str) -> list[int]:
        """Return the processes now running `manage.py name` for this home."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                mine = f"FREEAI_HOME={self.home}".encode() in (folder / "environ").read_bytes().split(b"\0")
                if mine and b"manage.py" in words and name.encode() in words:
                    found.append(int(folder.name))
        return found

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command in this site's home."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def browser(self) -> httpx.Client:
        """Return a client that keeps cookies and sends a CSRF token, as our own script does."""
        token = "a" * 32
        return httpx.Client(
            base_url=self.url, timeout=60, cookies={"csrftoken": token}, headers={"X-CSRFToken": token}
        )

    def _environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("FREEAI_")}
        inherited.pop("DJANGO_SETTINGS_MODULE", None)
        extra = os.environ.get("FREEAI_EXTRA_ENGINES", engines.EXTRA)
        # All of a test's browsers are one network: its free tokens must last for all of them.
        plenty = dict.fromkeys(("FREEAI_DAILY_TOKENS_VISITOR", "FREEAI_VISITOR_UPLOADS_PER_HOUR"), "1000000")
        home = {"FREEAI_HOME": str(self.home), "PORT": str(self.port), "FREEAI_EXTRA_ENGINES": extra}
        return {**inherited, **plenty, **home, **self.environment}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_site(home: Path, **environment: str) -> Iterator[Site]:
    """Run a site for the length of a `with` block; its log is shown if something fails inside."""
    site = Site(home=home, port=free_port(), environment=environment)
    site.start()
    try:
        yield site
    except BaseException:
        print(site.log[-6000:])
        raise
    finally:
        site.stop()
