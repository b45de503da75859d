"""How soon a page shows something on a slow processor, what it weighs, and whether it jumps.

    python -m benchmarks.paint [--slower 4] [--rounds 5]

Starts a site of its own and asks it with the machine's Chromium, its processor slowed down, nothing in
the cache. The middle of the rounds is printed: first paint in ms, bytes without pictures, layout shift.
Times count only on a quiet machine: the site and the browser share it.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.site import running_site

PAGES = (
    "/",
    "/models/",
    "/models/freeai-lite/",
    "/image/edit/",
    "/batch/",
    "/verify/",
    "/pricing/",
    "/account/",
)
BUDGET_MS = 1000

WATCH = """window.shift = 0;
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""
READ = """() => [
    performance.getEntriesByName("first-contentful-paint")[0].startTime,
    ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
        .filter((entry) => entry.initiatorType !== "img").reduce((sum, entry) => sum + entry.transferSize, 0),
    shift,
]"""


def visit(browser: Browser, address: str, slower: float) -> tuple[float, float, float]:
    """Open a page as somebody new; returns first paint in ms, bytes, layout shift."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
    page.goto(address, wait_until="networkidle")
    paint, weight, shift = page.evaluate(READ)
    context.close()
    return paint, weight, shift


def main() -> None:
    """Measure every page and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slower", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, running_site(Path(home)) as site, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        print(f"{'page':24}{'first paint, ms':>16}{'KB':>8}{'shift':>8}   budget {BUDGET_MS} ms")
        for path in PAGES:
            seen = [visit(browser, site.url + path, options.slower) for _ in range(options.rounds + 1)][1:]
            paint, weight, shift = (statistics.median(values) for values in zip(*seen, strict=True))
            print(f"{path:24}{paint:16.0f}{weight / 1024:8.0f}{shift:8.4f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
