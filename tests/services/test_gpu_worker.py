"""A worker that ran out of its device's memory goes on as a fresh process that asks for less."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import pictures
from tests.site import ROOT, Site, running_site

pytestmark = pytest.mark.slow
WAIT_SECONDS = 60


def test_an_edit_that_did_not_fit_is_tried_once_more_with_a_safer_setting(tmp_path: Path) -> None:
    log = tmp_path / "gpu_worker.log"
    with running_site(tmp_path / "home") as site, log.open("wb") as file:
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "gpu_worker", "--model", "test-hungry"],
            cwd=ROOT,
            env=site._environment(),
            stderr=file,
        )
        try:
            with site.browser() as browser:
                photo = pictures.png(pictures.photo(96, 64))
                source = browser.post("/sources/", files={"image": ("a.png", photo)}).json()
                wish = {"source": source["id"], "prompt": "invert it", "model": "test-hungry"}
                deadline = time.monotonic() + WAIT_SECONDS
                while (answer := browser.post("/edits/", data=wish)).status_code == 503:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.2)
                edit = answer.raise_for_status().json()
                while edit["status"] in {"queued", "running"}:
                    assert time.monotonic() < deadline, log.read_text()
                    time.sleep(0.1)
                    edit = browser.get(f"{edit['url']}status").raise_for_status().json()
            assert edit["status"] == "succeeded", log.read_text()
            assert log.read_text().count("worker.ready") == 2
            assert worker.poll() is None  # it is still the same process, with another program image
        finally:
            worker.terminate()
            worker.wait(timeout=60)


def test_a_worker_killed_with_one_edit_drawn_and_one_in_hand_ends_each_once(tmp_path: Path) -> None:
    quick = {"FREEAI_LEASE_SECONDS": "3", "FREEAI_WORKER_BEAT_SECONDS": "1"}
    with running_site(tmp_path / "home", **quick) as site:
        worker = start_worker(site, tmp_path, "test-patient")
        try:
            with site.browser() as browser:
                photo = pictures.png(pictures.photo(1600, 1200))
                source = browser.post("/sources/", files={"image": ("a.png", photo)}).json()
                wish = {"source": source["id"], "prompt": "slowly 12", "model": "test-patient"}
                deadline = time.monotonic() + WAIT_SECONDS
                while browser.post("/edits/", data=wish).status_code == 503:
                    assert time.monotonic() < deadline
                    time.sleep(0.2)
                for _ in range(3):
                    browser.post("/edits/", data=wish).raise_for_status()
            deadline = time.monotonic() + 2 * WAIT_SECONDS
            hold_in_the_middle(site, worker, deadline)
            worker.kill()
            worker.wait()
            worker = start_worker(site, tmp_path, "test-patient")
            while set(statuses(site)) & {"queued", "running"}:
                assert time.monotonic() < deadline, statuses(site)
                time.sleep(0.1)
            assert statuses(site) == ["succeeded"] * 4
            assert rows(site, "SELECT status FROM billing_hold") == [("captured",)] * 4
            assert sorted(rows(site, "SELECT attempt FROM editor_edit")) == [(1,), (1,), (2,), (2,)]
            site.manage("reconcile").check_returncode()
        finally:
            worker.terminate()
            worker.wait(timeout=60)


def hold_in_the_middle(site: Site, worker: subprocess.Popen[bytes], deadline: float) -> None:
    """Stop the process for good while it finishes one edit and draws another."""
    while True:
        assert time.monotonic() < deadline, statuses(site)
        if len(statuses(site, "running")) == 2:
            worker.send_signal(signal.SIGSTOP)
            if len(statuses(site, "running")) == 2:
                return
            worker.send_signal(signal.SIGCONT)


def start_worker(site: Site, folder: Path, model: str) -> subprocess.Popen[bytes]:
    with (folder / "gpu_worker.log").open("ab") as log:
        words = [sys.executable, "manage.py", "gpu_worker", "--model", model]
        return subprocess.Popen(words, cwd=ROOT, env=site._environment(), stderr=log)


def rows(site: Site, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{site.home}/freeai.sqlite3?mode=ro", uri=True, timeout=20) as database:
        return database.execute(sql).fetchall()


def statuses(site: Site, one: str = "") -> list[str]:
    found = [str(status) for (status,) in rows(site, "SELECT status FROM editor_edit")]
    return [status for status in found if status == one] if one else found


def test_a_worker_without_its_model_says_what_is_missing(tmp_path: Path) -> None:
    with running_site(tmp_path / "home") as site:
        nothing = site.manage(
            "gpu_worker", "--model", "step1x-edit", "--device", "cpu", "--weights", str(tmp_path / "nothing")
        )
        assert nothing.returncode != 0
        assert "model_index.json is missing" in nothing.stderr
        assert "Traceback" not in nothing.stderr
        unknown = site.manage("gpu_worker", "--model", "no-such-model")
        assert "There is no model of this name here." in unknown.stderr
        wrong = site.manage("weights", "check", str(tmp_path))
        assert "model_index.json is missing" in wrong.stderr
