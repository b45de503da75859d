"""What the API adds to the work itself, and how many may wait in one process.

    .venv/bin/python -m benchmarks.api [--edits 30] [--waiters 2000] [--streams 5000]

Peer of the first figure: intake of the same 4 MB JPEG alone, in one process, in the same run.
Every waiting request waits for an edit of its own, and the streams listen to all of these; each
measurement has a fresh site. With DATABASE_URL (PostgreSQL) the most connections seen are told too.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg

from editor.imaging import intake
from tests import pictures
from tests.services.conftest import fresh_database
from tests.site import Site, running_site

ENVIRONMENT = {
    "FREEAI_EXTRA_ENGINES": "test-slow=tests.engines:Slow",
    "FREEAI_SERVE_ENGINES": "test-slow",
    "FREEAI_REQUESTS_PER_MINUTE": "1000000",
    "FREEAI_QUEUED_EDITS_MAX": "100000",
    "FREEAI_WAIT_SECONDS": "3600",
    "FREEAI_WORKER_SILENT_SECONDS": "600",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--edits", type=int, default=30)
    parser.add_argument("--waiters", type=int, default=2000)
    parser.add_argument("--streams", type=int, default=5000)
    asked = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a socket each, here and in the site
    photo = photo_of_4_mb()
    alone = sorted(seconds_of(photo) for _ in range(7))
    print(f"intake alone, {len(photo) / 1e6:.1f} MB JPEG: p50 {1000 * statistics.median(alone):.0f} ms")
    if asked.edits:
        with fresh_site() as (site, key):
            accepted(site, key, photo, asked.edits, statistics.median(alone))
    if asked.waiters:
        with fresh_site() as (site, key):
            asyncio.run(waiting(site, key, asked.waiters))
    if asked.streams:
        with fresh_site() as (site, key):
            asyncio.run(listening(site, key, asked.streams))


@contextlib.contextmanager
def fresh_site() -> Iterator[tuple[Site, str]]:
    """Run a site of its own, on SQLite or in a fresh database of the server DATABASE_URL names."""
    with contextlib.ExitStack() as opened:
        environment = dict(ENVIRONMENT)
        if server := os.environ.get("DATABASE_URL"):
            environment["DATABASE_URL"] = opened.enter_context(fresh_database(server))
        home = Path(tempfile.mkdtemp(prefix="freeai-bench-"))
        site = opened.enter_context(running_site(home, **environment))
        yield site, site.manage("mint_key", "bench@example.org", "--tokens", "100000000").stdout.strip()


def photo_of_4_mb() -> bytes:
    """Return a JPEG of about 4 MB, as a camera makes it."""
    return pictures.encoded(pictures.photo(4200, 2800), "JPEG", quality=96)


def seconds_of(photo: bytes) -> float:
    began = time.perf_counter()
    intake.normalise(photo)
    return time.perf_counter() - began


def accepted(site: Site, key: str, photo: bytes, count: int, alone: float) -> None:
    """Print how fast calls are accepted, one after the other, and what that adds to intake."""
    with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:
        took = []
        for seed in range(count):
            data = {"prompt": "slow 100000", "model": "test-slow", "async": "true", "seed": str(seed)}
            began = time.perf_counter()
            answer = client.post("/v1/images/edits", data=data, files={"image": photo})
            took.append(time.perf_counter() - began)
            assert answer.status_code == 202, answer.text
    took.sort()
    p50, p95 = statistics.median(took), took[int(0.95 * len(took))]
    print(f"accepted: {count / sum(took):.1f} edits/s; p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms")
    print(f"over intake alone: p50 {1000 * (p50 - alone):+.0f} ms ({p50 / alone:.2f} x)")


def posting(client: httpx.AsyncClient, seed: int, **more: str) -> httpx.Request:
    small = pictures.encoded(pictures.photo(64, 48), "JPEG")
    data = {"prompt": "slow 100000", "model": "test-slow", "seed": str(seed), **more}
    return client.build_request("POST", "/v1/images/edits", data=data, files={"image": small})


def client_of(site: Site, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=site.url, headers={"Authorization": f"Bearer {key}"}, timeout=120)


async def waiting(site: Site, key: str, count: int) -> None:
    """Let many wait, each for an edit of its own."""
    async with client_of(site, key) as client:
        first = [client.send(posting(client, count + n, **{"async": "true"})) for n in range(20)]
        await asyncio.gather(*first)  # what the first pictures load and keep is not theirs who wait
        requests = [posting(client, seed) for seed in range(count)]
        wires = [raw(request, "POST", await request.aread()) for request in requests]
        await measure("waiting requests", site, client, wires)


async def listening(site: Site, key: str, count: int) -> None:
    """Let many listen to a hundred edits that wait and the one that runs."""
    async with client_of(site, key) as client:
        for seed in range(100):
            made = await client.send(posting(client, seed, **{"async": "true"}))
            assert made.status_code == 202, made.text
        found = (await client.get("/v1/edits?limit=100")).json()["data"]
        gets = [client.build_request("GET", f"/v1/edits/{one['id']}/events") for one in found]
        wires = [raw(get, "GET", b"") for get in gets]
        await measure("event streams", site, client, [wires[n % len(wires)] for n in range(count)])


def raw(request: httpx.Request, method: str, body: bytes) -> bytes:
    lines = [f"{method} {request.url.raw_path.decode()} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*lines, b"", b""]) + body


async def measure(name: str, site: Site, client: httpx.AsyncClient, wires: list[bytes]) -> None:
    """Open a line for each of these requests; print the memory of each and how others fare meanwhile."""
    count = len(wires)
    await settled(site)
    before = memory_of(site)
    lines = []
    most = 0
    for start in range(0, count, 50):
        lines += await asyncio.gather(*[open_line(site, wire) for wire in wires[start : start + 50]])
        await asyncio.sleep(0.05)
        most = max(most, connections_of(site))
    most = max(most, await settled(site))
    times = []
    for _ in range(300):
        began = time.perf_counter()
        assert (await client.get("/v1/models")).status_code == 200
        times.append(time.perf_counter() - began)
    each = (memory_of(site) - before) / count / 1024
    p50, p99 = (1000 * sorted(times)[int(share * len(times))] for share in (0.5, 0.99))
    told = f"; at most {most} database connections" if most else ""
    print(f"{count} {name}: {each:.0f} KB each; other requests p50 {p50:.0f} ms, p99 {p99:.0f} ms{told}")
    for line in lines:
        line.close()
    for line in lines:
        with contextlib.suppress(OSError):
            await line.wait_closed()


async def settled(site: Site) -> int:
    """Wait until the web process has taken in what was sent: three seconds with less than half a core.

    Returns the most database connections seen meanwhile.
    """
    (pid,) = site.pids_of("web")
    ticks = os.sysconf("SC_CLK_TCK")
    quiet, most = 0, 0
    while quiet < 3:
        before = cpu_ticks(pid)
        await asyncio.sleep(1)
        quiet = quiet + 1 if cpu_ticks(pid) - before < ticks / 2 else 0
        most = max(most, connections_of(site))
    return most


def connections_of(site: Site) -> int:
    """Return how many connections to its PostgreSQL a site holds, workers included; 0 on SQLite."""
    url = site.environment.get("DATABASE_URL")
    if not url:
        return 0
    count = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with psycopg.connect(url, autocommit=True) as looking:
        (now,) = looking.execute(count).fetchone() or (0,)
    return int(now)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


async def open_line(site: Site, wire: bytes) -> asyncio.StreamWriter:
    _reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(wire)
    await writer.drain()
    return writer


def memory_of(site: Site) -> int:
    """Return the resident bytes of the web process."""
    (pid,) = site.pids_of("web")
    words = Path(f"/proc/{pid}/statm").read_text().split()
    return int(words[1]) * 4096


if __name__ == "__main__":
    main()
