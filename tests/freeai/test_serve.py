"""`make serve`: one foreground tree that restarts what dies and leaves nothing behind."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.site import Site, free_port, running_site

pytestmark = pytest.mark.slow

KINDS = ("web", "worker", "scheduler")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path) as one:
        yield one


def gone(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_died_is_started_again(site: Site) -> None:
    for kind in KINDS:
        (old,) = site.pids_of(kind)
        os.kill(old, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while site.pids_of(kind) in ([], [old]):
            assert time.monotonic() < deadline, f"{kind} did not come back"
            time.sleep(0.05)
    site.wait_until_ready()
    assert httpx.get(f"{site.url}/healthz").json() == {"status": "ok"}


def assert_calm(log: str) -> None:
    """The terminal shows our own events, nothing of the libraries' banners and worries."""
    lines = [line for line in log.splitlines() if not line.startswith(("20", "FreeAI: http"))]
    assert lines in ([], ["", "worker: Warm shutdown (MainProcess)"]), lines
    assert "WARNING" not in log


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_whole_tree(tmp_path: Path, number: signal.Signals) -> None:
    with running_site(tmp_path) as site:
        pids = [pid for kind in KINDS for pid in site.pids_of(kind)]
        assert len(pids) == 3
        assert site.process is not None
        site.process.send_signal(number)
        assert site.process.wait(20) == 0
        assert gone(pids, 1)


def test_children_leave_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    site = Site(home=tmp_path, port=free_port())
    site.start()
    pids = [pid for kind in KINDS for pid in site.pids_of(kind)]
    assert site.process is not None
    site.process.kill()
    site.process.wait()
    assert gone(pids, 15)


def test_a_second_start_keeps_everything_and_writes_nowhere_else(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        secret = (tmp_path / "secrets" / "django").read_text()
    began = time.monotonic()
    with running_site(tmp_path) as site:
        print(f"second start ready after {time.monotonic() - began:.1f} s")
        assert (site.home / "secrets" / "django").read_text() == secret
        assert_calm(site.log)
    written = {path.name for path in tmp_path.iterdir()} - {"serve.log"}
    assert written <= {
        "secrets",
        "broker",
        "media",
        "freeai.sqlite3",
        "freeai.sqlite3-wal",
        "freeai.sqlite3-shm",
    }
    assert (tmp_path / "secrets" / "django").stat().st_mode & 0o077 == 0
