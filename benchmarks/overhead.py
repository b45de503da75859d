"""What the house adds to an engine's time: `python -m benchmarks.overhead [--rounds N]`.

Two figures on a site of its own: from "edit this" to the visible result, minus what the
engine took, for a 4 MB JPEG; and the idle gap between two edits of one worker. The peer,
in the same run, is the bare work: decode, invert, encode in one process without a house.
"""

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path

import httpx

os.environ["FREEAI_EXTRA_ENGINES"] = "test-invert=tests.engines:Invert"

from editor.imaging import encoding, frame, intake
from tests import pictures
from tests.site import Site, running_site

GAP_EDITS = 20


def photo_of_4_megabytes() -> bytes:
    """Return a JPEG of about 4 MB, 12 megapixels."""
    return pictures.encoded(pictures.photo(4000, 3000), "JPEG", quality=97)


def seconds_to_result(browser: httpx.Client, source_id: str) -> tuple[float, str]:
    """Return the time from asking to holding the result, and the edit's id."""
    began = time.perf_counter()
    wish = {"source": source_id, "prompt": "invert it", "model": "test-invert"}
    edit = browser.post("/edits/", data=wish).raise_for_status().json()
    with browser.stream("GET", f"/edits/{edit['id']}/events") as events:
        lines = (line for line in events.iter_lines() if line.startswith("data: "))
        ended = next(state for line in lines if (state := json.loads(line[6:]))["status"] == "succeeded")
    browser.get(ended["result_url"]).raise_for_status()
    return time.perf_counter() - began, edit["id"]


def engine_seconds(site: Site, edit_id: str) -> float:
    """Return what the engine alone took for an edit."""
    return float(rows(site, f"SELECT engine_ms FROM editor_edit WHERE id = '{edit_id}'")[0][0]) / 1000


def gaps(site: Site, browser: httpx.Client) -> list[float]:
    """Return the seconds between the end of one edit and the start of the next, with a line waiting."""
    small = pictures.png(pictures.photo(96, 64))
    source = browser.post("/sources/", files={"image": ("a.png", small)}).json()["id"]
    wish = {"source": source, "prompt": "invert it", "model": "test-slow"}
    made = [browser.post("/edits/", data={**wish, "prompt": "wait 4"}).json()["id"] for _ in range(GAP_EDITS)]
    listed = ",".join(f"'{edit_id}'" for edit_id in made)
    sql = f"SELECT started_at, finished_at FROM editor_edit WHERE id IN ({listed}) ORDER BY started_at"
    while any(row[1] is None for row in rows(site, sql)):
        time.sleep(0.1)
    times = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in rows(site, sql)]
    return [(times[i + 1][0] - times[i][1]).total_seconds() for i in range(len(times) - 1)]


def bare_seconds(photo: bytes) -> float:
    """Return what the same steps take without a house: decode, invert, lay over, encode."""
    source = intake.normalise(photo)
    began = time.perf_counter()
    pixels, _ = intake.read_pixels(source.data)
    framed = frame.lay_over(pixels, 255 - pixels)
    encoding.encode(framed.image, None, format="jpeg", lossless=False)
    encoding.thumbnail(framed.image, None, side_max=480)
    return time.perf_counter() - began


def rows(site: Site, sql: str) -> list[tuple[str, ...]]:
    """Read from the site's database."""
    with sqlite3.connect(f"file:{site.home}/freeai.sqlite3?mode=ro", uri=True) as database:
        return database.execute(sql).fetchall()


def described(name: str, seconds: list[float], goal_ms: int) -> str:
    """Return one line: median and 95th percentile in milliseconds, beside the goal."""
    p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    return (
        f"{name:<44} p50 {statistics.median(seconds) * 1e3:6.0f} ms  p95 {p95 * 1e3:6.0f} ms  goal {goal_ms}"
    )


def main() -> None:
    """Measure both and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    photo = photo_of_4_megabytes()
    bare = statistics.median(bare_seconds(photo) for _ in range(5))
    os.environ["FREEAI_EXTRA_ENGINES"] += ",test-slow=tests.engines:Slow"
    engines = {"FREEAI_SERVE_ENGINES": "test-invert,test-slow"}
    with tempfile.TemporaryDirectory() as home, running_site(Path(home), **engines) as site:
        time.sleep(3)  # both workers
        with site.browser() as browser:
            source = browser.post("/sources/", files={"image": ("a.jpg", photo)}).json()["id"]
            seconds_to_result(browser, source)
            measured = [seconds_to_result(browser, source) for _ in range(rounds)]
            added = [seconds - engine_seconds(site, edit_id) for seconds, edit_id in measured]
            print(f"JPEG of {len(photo) / 1e6:.1f} MB, {rounds} rounds, load {os.getloadavg()[0]:.1f}")
            print(described("asked → visible result, minus engine", added, 200))
            print(described("idle gap between two edits", gaps(site, browser), 50))
            print(
                f"bare decode, frame and encode: {bare * 1e3:.0f} ms; with the house "
                f"{statistics.median(added) / bare:.2f} × that"
            )


if __name__ == "__main__":
    main()
