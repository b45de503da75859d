"""Hostile files over HTTP: each is answered within seconds, and nobody dies of one."""

import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.editor.imaging import malformed
from tests.site import Site, running_site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MUTANTS_PER_FORMAT = 500
ANSWER_SECONDS_MAX = 5.0


def answer(browser: httpx.Client, name: str, data: bytes) -> httpx.Response:
    began = time.monotonic()
    response = browser.post("/sources/", files={"image": ("a.png", data)})
    seconds = time.monotonic() - began
    assert response.status_code in {201, 400, 413}, (name, response.status_code)
    assert seconds < ANSWER_SECONDS_MAX, (name, seconds)
    if response.status_code != 201:
        error = response.json()["error"]
        assert error["code"].startswith(("image_", "request_too_large")), name
        assert error["message"].endswith("."), name
    return response


def processes(site: Site) -> list[int]:
    return [pid for kind in ("web", "worker", "scheduler") for pid in site.pids_of(kind)]


def test_two_thousand_mutants_and_every_bomb_cost_a_request_each_and_nothing_more(tmp_path: Path) -> None:
    with running_site(tmp_path) as site, site.browser() as browser:
        before = processes(site)
        seen: Counter[int] = Counter()
        for image_format in malformed.FORMATS:
            for name, data in malformed.mutants(image_format, MUTANTS_PER_FORMAT, seed=7):
                seen[answer(browser, name, data).status_code] += 1
        for name, data, _ in malformed.bombs():
            seen[answer(browser, name, data).status_code] += 1
        print(dict(seen))
        assert seen.total() >= 2000
        assert seen[400] > 200
        assert processes(site) == before
        assert "Traceback" not in site.log
