"""Many who wait hold next to nothing: not a database connection each, whatever they wait for."""

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests import pictures
from tests.services.test_faults import eventually
from tests.site import Site, running_site

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(240)]

WAITERS = 60
CONNECTIONS_MAX = 10
THREADS_MAX = 30
PHOTO = pictures.encoded(pictures.photo(64, 48), "JPEG", quality=85)


@pytest.fixture
def site(tmp_path: Path, postgres_url: str) -> Iterator[Site]:
    with running_site(
        tmp_path / "home",
        DATABASE_URL=postgres_url,
        FREEAI_SERVE_ENGINES="test-slow",
        FREEAI_WORKER_SILENT_SECONDS="600",
    ) as one:
        yield one


def threads_of(site: Site) -> int:
    (pid,) = site.pids_of("web")
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def test_waiting_calls_share_a_few_threads_and_database_connections(site: Site, postgres_url: str) -> None:
    key = site.manage("mint_key", "alice@example.org").stdout.strip()
    request = httpx.Request(
        "POST",
        f"{site.url}/v1/images/edits",
        data={"prompt": "slow 100000", "model": "test-slow"},
        files={"image": PHOTO},
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "together"},
    )
    lines = [name + b": " + value for name, value in request.headers.raw]
    wire = b"\r\n".join([b"POST /v1/images/edits HTTP/1.1", *lines, b"", b""]) + request.read()
    waiters = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(WAITERS)]
    count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    most = 0
    try:
        with psycopg.connect(postgres_url, autocommit=True) as looking:

            def is_running() -> bool:
                nonlocal most
                (now,) = looking.execute(count).fetchone() or (0,)
                most = max(most, now)
                running = looking.execute("SELECT 1 FROM editor_edit WHERE status = 'running'").fetchone()
                return running is not None

            for waiter in waiters:
                waiter.sendall(wire)
            eventually(is_running, 60)
            for _ in range(100):
                is_running()
            assert looking.execute("SELECT count(*) FROM editor_edit").fetchone() == (1,)
            eventually(lambda: threads_of(site) <= THREADS_MAX, 30)
        for waiter in waiters:
            waiter.settimeout(0.001)
            with pytest.raises(TimeoutError):
                waiter.recv(1)
    finally:
        for waiter in waiters:
            waiter.close()
    assert 0 < most <= CONNECTIONS_MAX
