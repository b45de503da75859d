"""kill -9, for real: whatever dies between any two lines, every edit ends once and no byte is lost."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import pictures
from tests.site import Site, running_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

EDITS = 50
EDIT_STEPS = 24
"""Of 50 ms each: long enough that fifteen kills and recoveries find work left to interrupt."""
KILLS = 15
LEASE_SECONDS = 3


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    quick = {"FREEAI_LEASE_SECONDS": str(LEASE_SECONDS), "FREEAI_WORKER_BEAT_SECONDS": "1"}
    with running_site(
        tmp_path, FREEAI_SERVE_ENGINES="test-slow", FREEAI_PENDING_SOURCE_SECONDS="0", **quick
    ) as one:
        yield one


def rows(site: Site, sql: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(f"file:{site.home}/freeai.sqlite3?mode=ro", uri=True, timeout=20) as database:
        return database.execute(sql).fetchall()


def eventually(condition: object, seconds: float) -> float:
    """Wait until the condition holds; returns how long it took, fails when time is up."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():  # type: ignore[operator]
            return time.monotonic() - began
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def submit_many(site: Site, count: int, steps: int = 6) -> None:
    with site.browser() as browser:
        photo = pictures.png(pictures.photo(96, 64))
        source = browser.post("/sources/", files={"image": ("a.png", photo)}).raise_for_status().json()
        for seed in range(count):
            wish = {"source": source["id"], "prompt": f"slowly {steps}", "model": "test-slow", "seed": seed}
            browser.post("/edits/", data=wish).raise_for_status()


def test_fifty_edits_end_exactly_once_though_the_worker_is_killed_again_and_again(site: Site) -> None:
    seed = random.randrange(10_000)
    print(f"seed {seed}")
    moments = random.Random(seed)
    submit_many(site, EDITS, EDIT_STEPS)
    kills: Counter[str] = Counter()
    for _ in range(KILLS):
        eventually(lambda: rows(site, "SELECT id FROM editor_edit WHERE status = 'running'"), 60)
        time.sleep(moments.uniform(0, 0.3))
        for pid in site.pids_of("worker"):
            os.killpg(pid, signal.SIGKILL)
        killed_at = time.monotonic()
        hit = rows(site, "SELECT id, attempt FROM editor_edit WHERE status = 'running'")
        for edit_id, attempt in hit:
            kills[edit_id] += 1
            again = (
                f"SELECT 1 FROM editor_edit WHERE id = '{edit_id}' "
                f"AND (attempt > {attempt} OR status <> 'running')"
            )
            eventually(
                lambda sql=again: rows(site, sql),
                LEASE_SECONDS + 2 - (time.monotonic() - killed_at),
            )
    eventually(lambda: not rows(site, "SELECT 1 FROM editor_edit WHERE status IN ('queued', 'running')"), 180)
    ends = [(row[0], row[1]) for row in rows(site, "SELECT id, status FROM editor_edit")]
    assert len(ends) == EDITS
    for edit_id, status in ends:
        expected = "failed" if kills[edit_id] >= 2 else "succeeded"
        assert status == expected, (edit_id, kills[edit_id])
        assert site.log.count(f"edit.ended edit_id={edit_id}") <= 1
    assert sum(kills.values()) >= KILLS // 2
    holds = Counter(row[0] for row in rows(site, "SELECT status FROM billing_hold"))
    succeeded = sum(status == "succeeded" for _, status in ends)
    assert (holds["captured"], holds["released"], holds["placed"]) == (succeeded, EDITS - succeeded, 0)
    assert site.manage("reconcile").stdout == "clean\n"
    assert site.manage("retention", "--check").stdout == "clean\n"


def test_a_web_killed_during_uploads_leaves_neither_rows_nor_bytes_behind(site: Site) -> None:
    photo = pictures.encoded(pictures.photo(2600, 1900), "JPEG", quality=92)
    moments = random.Random(11)
    with site.browser() as browser:
        browser.post("/sources/", files={"image": ("a.jpg", photo)}).raise_for_status()

        def upload() -> None:
            try:
                browser.post("/sources/", files={"image": ("a.jpg", photo)})
            except httpx.TransportError:
                return

        for _ in range(8):
            sending = threading.Thread(target=upload)
            sending.start()
            sending.join(moments.uniform(0, 0.4))
            for pid in site.pids_of("web"):
                os.kill(pid, signal.SIGKILL)
            sending.join()
            site.wait_until_ready()
    site.manage("retention")
    assert site.manage("retention", "--check").stdout == "clean\n"
    assert not rows(site, "SELECT 1 FROM editor_source WHERE status = 'pending'")
