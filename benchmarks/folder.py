"""A folder of 300 files, 7 of them broken, through a real browser, with a reload and a lost connection.

    python -m benchmarks.folder [--good 293] [--bad 7]

Starts a site of its own, sends the folder, reloads in the middle, loses the connection for a
while, starts, watches the holds, and opens the zip. Prints what was counted; fails if any file
was lost, doubled or charged wrongly.
"""

import argparse
import json
import re
import shutil
import tempfile
import time
import zipfile
from pathlib import Path

from playwright.sync_api import Page, Route, expect, sync_playwright

from tests import pictures
from tests.site import Site, running_site

PASSWORD = "a long sentence of hers"
MEMBER = "mona@example.org"
FILES = re.compile(r"/batch/.*/files$")
MAKE_MEMBER = """
from accounts.models import User; from allauth.account.models import EmailAddress
user = User.objects.get(email=MEMBER); user.set_password(PASSWORD); user.save()
EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
"""
COUNT = """
import json
from billing import ledger, purses; from editor.models import Batch, BatchFile, Edit, Source
from accounts.models import Owner
owner = Owner.objects.get(user__email=MEMBER); balance = purses.balance(owner)
print(json.dumps({
    "batches": Batch.objects.count(), "edits": Edit.objects.count(),
    "held or spent": sum(Edit.objects.values_list("hold__amount", flat=True)),
    "succeeded": Edit.objects.filter(status="succeeded").count(),
    "refused files": BatchFile.objects.filter(state="refused").exclude(reason="").count(),
    "sources": Source.objects.filter(status="ready").count(),
    "available": balance.available, "held": balance.held,
}))
"""


def draw(root: Path, good: int, bad: int) -> None:
    """Draw the folder's files; nested, and with names that meet."""
    for number in range(good):
        place = root / f"day {number % 5}" / f"part {number % 3}"
        place.mkdir(parents=True, exist_ok=True)
        data = pictures.encoded(pictures.photo(320, 240, seed=number), "JPEG", quality=90)
        (place / f"IMG_{number // 15:04}-{number % 15}.jpg").write_bytes(data)
    for number in range(bad):
        (root / f"broken {number}.jpg").write_bytes(b"\xff\xd8\xff not a picture" * number)


def shell(site: Site, code: str) -> str:
    done = site.manage("shell", "-v", "0", "-c", f"MEMBER, PASSWORD = {MEMBER!r}, {PASSWORD!r}\n{code}")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def sign_in(page: Page) -> None:
    page.goto("/account/login/?next=/batch/")
    page.fill("[name=login]", MEMBER)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/batch/")


def send(page: Page, folder: Path, total: int) -> None:
    """Send the folder; a third is lost to a reload, a tenth to the connection, answers included."""
    sent: list[int] = []

    def shaky(route: Route) -> None:
        sent.append(1)
        if total // 2 < len(sent) < total // 2 + 6:
            route.abort("internetdisconnected")
        elif len(sent) % 40 == 0:
            route.fetch()
            route.abort("connectionreset")  # it arrived, and we do not hear of it
        else:
            route.continue_()

    page.route(FILES, shaky)
    page.set_input_files("#folder", folder)
    while len(sent) < total // 3:
        page.wait_for_timeout(50)
    page.reload()
    print(f"reload after {len(sent)} requests: {page.locator('#missing h2').inner_text()}")
    page.set_input_files("#folder", folder)
    expect(page.locator("#told")).to_contain_text("arrived", timeout=600_000)
    print(f"{len(sent)} requests for {total} files")


def prove(site: Site, page: Page, folder: Path, good: int, bad: int) -> None:
    """Go all the way and count."""
    start = time.monotonic()
    sign_in(page)
    page.fill("#prompt", "warmer")
    send(page, folder, good + bad)
    print(f"all here after {time.monotonic() - start:.0f} s")
    assert page.locator("#bad-list li").count() == bad
    assert page.locator('.cell[data-face="ready"]').count() == good
    page.click("#start")
    while json.loads(shell(site, COUNT))["edits"] < good:
        page.wait_for_timeout(500)
    expect(page.locator("#headline")).to_have_text(f"{good} of {good} done", timeout=1_200_000)
    print(f"all edited after {time.monotonic() - start:.0f} s")
    with page.expect_download() as download:
        page.click(f"text=Download {good} results")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
    originals = {str(path.relative_to(folder.parent)) for path in folder.rglob("IMG*")}
    assert names == originals, sorted(names ^ originals)[:5]
    counted = json.loads(shell(site, COUNT))
    print(f"zip: {len(names)} names, all as they were; {counted}")
    assert (counted["edits"], counted["succeeded"], counted["refused files"]) == (good, good, bad)
    assert counted["held or spent"] == 100 * good
    assert counted["sources"] == good
    assert site.manage("reconcile").returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--good", type=int, default=293)
    parser.add_argument("--bad", type=int, default=7)
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as home, running_site(Path(home) / "site") as site:
        folder = Path(home) / "holidays"
        draw(folder, options.good, options.bad)
        site.manage("mint_key", MEMBER, "--tokens", "100000")
        shell(site, MAKE_MEMBER)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_context(base_url=site.url, viewport={"width": 1280, "height": 800}).new_page()
            prove(site, page, folder, options.good, options.bad)
            browser.close()


if __name__ == "__main__":
    main()
