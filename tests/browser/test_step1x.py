"""Step1X-Edit in the whole product: a worker of its own on the CPU, with the recorded checkpoint.

Without the recorded stages at hand, one is built on the spot.
"""

import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import pictures
from tests.editor.engines.step1x import goldens, tiny
from tests.site import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY_MS = 60_000
DONE_MS = 90_000
SEED = "1"
PROMPT = "make it snow"
ENDED = (
    "SELECT {} FROM editor_edit edit JOIN billing_hold hold ON hold.id = edit.hold_id WHERE edit.id = '{}'"
)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "garden.png"
    path.write_bytes(pictures.png(pictures.photo(320, 240)))
    return path


@pytest.fixture(scope="module")
def worker(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """`gpu_worker` as an operator starts it, with few pixels and long replies."""
    weights = goldens.checkpoint("tiny-a")
    if not weights.is_dir():
        weights = tiny.build(tmp_path_factory.mktemp("weights") / "tiny")
    settings = {
        "FREEAI_STEP1X_SIZE_LEVEL": "256",
        "FREEAI_STEP1X_DTYPE": "float32",
        "FREEAI_STEP1X_THINKER_CALLS_MAX": "6",
        "FREEAI_STEP1X_THINKER_TOKENS_MAX": "300",
        "OMP_NUM_THREADS": "1",
    }
    words = ["--model", "step1x-edit", "--weights", str(weights), "--device", "cpu"]
    with (site.home / "gpu_worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "gpu_worker", *words],
            cwd=ROOT,
            env=site._environment() | settings,
            stdin=subprocess.PIPE,
            stderr=log,
        )
        yield process
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def rows(site: Site, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{site.home}/freeai.sqlite3?mode=ro", uri=True, timeout=20) as database:
        return database.execute(sql).fetchall()


def start(page: Page, photo: Path) -> str:
    """Upload, wish, send; returns the edit's id."""
    page.goto("/models/step1x-edit/")
    page.wait_for_selector("[data-served=yes]", timeout=READY_MS)
    page.set_input_files("#image", photo)
    page.wait_for_selector("#workspace[data-state=ready]", timeout=20_000)
    page.fill("#prompt", PROMPT)
    # With a seed of its own, so that what a random model says for itself is the same every time.
    page.eval_on_selector("[name=seed]", "(field, seed) => { field.value = seed }", SEED)
    page.click("#submit")
    page.wait_for_url(re.compile(r"/edits/edit_\w+/"))
    return page.url.rstrip("/").rsplit("/", 1)[1]


def wait_for_phase(site: Site, edit_id: str, phase: str) -> None:
    """Wait until the running edit is in this phase; fails if it ends before."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        [(status, now)] = rows(site, f"SELECT status, phase FROM editor_edit WHERE id = '{edit_id}'")
        assert status in {"queued", "running"}, status
        if now == phase:
            return
        time.sleep(0.02)
    raise AssertionError(f"never {phase}")


def test_an_edit_thinks_shows_its_steps_and_is_paid(
    page: Page, site: Site, worker: subprocess.Popen[bytes], photo: Path
) -> None:
    edit_id = start(page, photo)
    expect(page.locator("#status-detail")).to_contain_text("of 50", timeout=DONE_MS)
    page.wait_for_selector("#frame img.preview", timeout=DONE_MS)
    expect(page.locator("#workspace")).to_have_attribute("data-state", "done", timeout=DONE_MS)
    page.click(".thoughts summary")
    expect(page.locator(".thoughts")).to_contain_text("rewritten prompt")
    expect(page.locator(".thoughts")).to_contain_text("verdict 1")
    page.goto("/account/?tab=history")
    expect(page.locator(f"a[href='/edits/{edit_id}/']").first).to_be_visible()
    assert rows(site, ENDED.format("hold.status, edit.price_tokens", edit_id)) == [("captured", 1000)]
    [(device, is_ready)] = rows(
        site, "SELECT device, is_ready FROM editor_worker WHERE engine = 'step1x-edit'"
    )
    assert (device, bool(is_ready)) == ("cpu, resident", True)


@pytest.mark.parametrize("phase", ["thinking", "editing"])
def test_a_cancel_in_the_middle_costs_nothing(
    page: Page, site: Site, worker: subprocess.Popen[bytes], photo: Path, phase: str
) -> None:
    edit_id = start(page, photo)
    wait_for_phase(site, edit_id, phase)
    page.click("#workspace form[action$=cancel] button")
    expect(page.locator("#workspace")).to_have_attribute("data-state", "canceled", timeout=30_000)
    assert rows(site, ENDED.format("edit.status, edit.phase, hold.status", edit_id)) == [
        ("canceled", phase, "released")
    ]


def test_a_worker_told_to_stop_finishes_its_edit_and_leaves(
    page: Page, site: Site, worker: subprocess.Popen[bytes], photo: Path
) -> None:
    edit_id = start(page, photo)
    wait_for_phase(site, edit_id, "editing")
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=90)
    assert rows(site, f"SELECT status FROM editor_edit WHERE id = '{edit_id}'") == [("succeeded",)]
    assert rows(site, "SELECT 1 FROM editor_worker WHERE engine = 'step1x-edit'") == []
