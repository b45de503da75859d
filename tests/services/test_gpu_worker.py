"""A worker that ran out of its device's memory goes on as a fresh process that asks for less."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import pictures
from tests.site import ROOT, running_site

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


def test_a_worker_without_its_model_says_what_is_missing(tmp_path: Path) -> None:
    with running_site(tmp_path / "home") as site:
        nothing = site.manage("gpu_worker", "--model", "step1x-edit", "--weights", str(tmp_path / "nothing"))
        assert nothing.returncode != 0
        assert "model_index.json is missing" in nothing.stderr
        assert "Traceback" not in nothing.stderr
        unknown = site.manage("gpu_worker", "--model", "no-such-model")
        assert "There is no model of this name here." in unknown.stderr
        wrong = site.manage("weights", "check", str(tmp_path))
        assert "model_index.json is missing" in wrong.stderr
