"""Take docs/screenshot.png from the running product: `make picture`."""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import expect, sync_playwright

from tests.site import running_site

OUT = Path(__file__).with_name("screenshot.png")


def main() -> None:
    """Edit the sample picture as a person would, and photograph the page half-way on the slider."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    visitor = {"FREEAI_DAILY_TOKENS_VISITOR": "3000"}
    with (
        tempfile.TemporaryDirectory() as home,
        running_site(Path(home), **visitor) as site,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        page.goto(site.url)
        page.click("#use-sample")
        expect(page.locator("#workspace")).to_have_attribute("data-state", "ready", timeout=20_000)
        page.fill("#prompt", "black and white with more contrast")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#workspace")).to_have_attribute("data-state", "done", timeout=30_000)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=OUT)
        browser.close()


if __name__ == "__main__":
    main()
