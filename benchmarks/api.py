"""What the API adds to the work itself, and how many may wait in one process.

    .venv/bin/python -m benchmarks.api [--edits 30] [--waiters 2000] [--streams 5000]

Peer of the first figure: intake of the same 4 MB JPEG alone, in one process, in the same run.
"""

import argparse
import asyncio
import contextlib
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

import httpx

from editor.imaging import intake
from tests import pictures
from tests.site import Site, running_site

ENVIRONMENT = {
    "FREEAI_EXTRA_ENGINES": "test-slow=tests.engines:Slow",
    "FREEAI_SERVE_ENGINES": "test-slow",
    "FREEAI_REQUESTS_PER_MINUTE": "1000000",
    "FREEAI_QUEUED_EDITS_MAX": "100000",
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
    home = Path(tempfile.mkdtemp(prefix="freeai-bench-"))
    with running_site(home, **ENVIRONMENT) as site:
        key = site.manage("mint_key", "bench@example.org", "--tokens", "100000000").stdout.strip()
        accepted(site, key, photo, asked.edits, statistics.median(alone))
        asyncio.run(waiting(site, key, asked.waiters, asked.streams))


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


async def waiting(site: Site, key: str, waiters: int, streams: int) -> None:
    """Open many waits on one process; print the memory of each and how others fare meanwhile."""
    small = pictures.encoded(pictures.photo(64, 48), "JPEG")
    bearer = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=site.url, headers=bearer, timeout=60) as client:
        data = {"prompt": "slow 100000", "model": "test-slow"}
        post = client.build_request("POST", "/v1/images/edits", data=data, files={"image": small})
        body = await post.aread()
        post.headers["Idempotency-Key"] = "bench"
        edit_id = (await client.get("/v1/edits?limit=1")).json()["data"][0]["id"]
        get = client.build_request("GET", f"/v1/edits/{edit_id}/events")
        await measure("waiting requests", site, client, raw(post, "POST", body), waiters)
        await measure("event streams", site, client, raw(get, "GET", b""), streams)


def raw(request: httpx.Request, method: str, body: bytes) -> bytes:
    lines = [f"{method} {request.url.raw_path.decode()} HTTP/1.1".encode()]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join([*lines, b"", b""]) + body


async def measure(name: str, site: Site, client: httpx.AsyncClient, wire: bytes, count: int) -> None:
    before = memory_of(site)
    lines = []
    for start in range(0, count, 50):
        opened = [open_line(site, wire) for _ in range(min(50, count - start))]
        lines += await asyncio.gather(*opened)
        await asyncio.sleep(0.05)
    await settled(site)
    times = []
    for _ in range(200):
        began = time.perf_counter()
        assert (await client.get("/healthz")).status_code == 200
        times.append(time.perf_counter() - began)
    each = (memory_of(site) - before) / count / 1024
    p99 = sorted(times)[int(0.99 * len(times))]
    print(f"{count} {name}: {each:.0f} KB each; p99 of other requests {1000 * p99:.0f} ms")
    for line in lines:
        line.close()
    for line in lines:
        with contextlib.suppress(OSError):
            await line.wait_closed()


async def settled(site: Site) -> None:
    """Wait until the web process has taken in what was sent: it uses less than a third of a core."""
    (pid,) = site.pids_of("web")
    ticks = os.sysconf("SC_CLK_TCK")
    for _ in range(180):
        before = cpu_ticks(pid)
        await asyncio.sleep(1)
        if cpu_ticks(pid) - before < ticks / 3:
            return


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
