"""A folder in a real browser: bad files told, reload and lost connection survived, zip complete."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests import members, pictures
from tests.browser.conftest import NewPage
from tests.browser.test_accessibility import PHONE, WIDE, assert_no_violation
from tests.site import Site

pytestmark = pytest.mark.browser

GOOD, BAD = 36, 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 files in nested folders, four of them broken, and what systems leave lying about."""
    root = tmp_path_factory.mktemp("pictures") / "holidays"
    for number in range(GOOD):
        place = root / f"day {number % 3}" / ("beach" if number % 2 else "")
        place.mkdir(parents=True, exist_ok=True)
        picture = pictures.photo(64, 48, seed=number)
        (place / f"picture {number}.jpg").write_bytes(pictures.encoded(picture, "JPEG", quality=85))
    for number in range(BAD):
        (root / f"broken {number}.jpg").write_bytes(b"\xff\xd8 not a picture")
    (root / ".DS_Store").write_bytes(b"junk")
    return root


@pytest.fixture(scope="module")
def mona(site: Site) -> str:
    """A member of the running site, with tokens to spend."""
    site.manage("mint_key", "mona@example.org", "--tokens", "50000")
    code = (
        "from accounts.models import User; from allauth.account.models import EmailAddress;"
        f"u = User.objects.get(email='mona@example.org'); u.set_password({members.PASSWORD!r}); u.save();"
        "EmailAddress.objects.update_or_create(user=u, email=u.email, verified=True, primary=True)"
    )
    done = site.manage("shell", "-c", code)
    assert done.returncode == 0, done.stderr
    return "mona@example.org"


def sign_in(page: Page, email: str) -> None:
    page.goto("/account/login/?next=/batch/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", members.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/batch/")


def drop(page: Page, folder: Path) -> None:
    """Drop a folder from the desktop: the browser itself makes its entries, as it does for a hand."""
    cdp = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        cdp.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 400, "data": data})


def test_a_dropped_folder_brings_the_files_of_all_folders_inside(
    new_page: NewPage, folder: Path, mona: str
) -> None:
    page = new_page()
    sign_in(page, mona)
    drop(page, folder)
    page.wait_for_url(re.compile(r"/batch/batch_\w+/"))
    expect(page.locator("#bad li")).to_have_count(BAD, timeout=60_000)
    expect(page.locator(".cell[data-face=ready]")).to_have_count(GOOD, timeout=60_000)
    names = page.locator(".cell").evaluate_all("(cells) => cells.map((cell) => cell.dataset.name)")
    assert "holidays/day 2/beach/picture 35.jpg" in names
    assert not any("DS_Store" in name for name in names)


def fill(page: Page, folder: Path) -> None:
    page.set_input_files("#folder", folder)


def cells(page: Page, face: str) -> int:
    return page.locator(f'.cell[data-face="{face}"]').count()


def test_a_folder_survives_reload_and_a_lost_connection(
    new_page: NewPage, site: Site, mona: str, folder: Path, tmp_path: Path
) -> None:
    page = new_page(accept_downloads=True)
    sign_in(page, mona)
    page.fill("#prompt", "warmer")

    # The connection is lost for a while; two answers that had arrived are lost on their way back.
    seen: list[int] = []

    def shaky(route: Route) -> None:
        seen.append(1)
        if len(seen) in {9, 10, 11}:
            route.abort("internetdisconnected")
        elif len(seen) in {13, 14}:
            route.fetch()
            route.abort("connectionreset")
        elif len(seen) > 24:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(re.compile(r"/batch/.*/files$"), shaky)
    fill(page, folder)
    for _ in range(400):
        page.wait_for_timeout(50)  # lets the routes be heard
        if len(seen) > 24:
            break
    expect(page.locator("#sending-title")).to_contain_text("No connection")
    page.reload()
    page.unroute(re.compile(r"/batch/.*/files$"))
    expect(page.locator("#missing")).to_contain_text("have not arrived")
    expect(page.locator("#prompt")).to_have_value("warmer")
    here = cells(page, "ready")
    assert 0 < here < GOOD

    fill(page, folder)
    expect(page.locator("#told")).to_contain_text("arrived", timeout=30_000)
    assert (cells(page, "ready"), page.locator("#bad-list li").count()) == (GOOD, BAD)
    expect(page.locator("#bad-list")).to_contain_text("holidays/broken 0.jpg")
    expect(page.locator("#start")).to_have_text(re.compile(r"Edit 36 pictures · 3,600 tokens"))
    page.click("#start")
    expect(page.locator("#headline")).to_have_text("36 of 36 done", timeout=60_000)
    with page.expect_download() as download:
        page.click("text=Download 36 results")
    kept = tmp_path / "results.zip"
    download.value.save_as(kept)
    assert download.value.suggested_filename == "holidays-edited.zip"
    with zipfile.ZipFile(kept) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert len(set(names)) == GOOD
    assert "holidays/day 1/beach/picture 1.jpg" in names
    assert site.manage("reconcile").returncode == 0


def test_pausing_keeps_the_place(new_page: NewPage, mona: str, folder: Path) -> None:
    page = new_page(**PHONE)
    sign_in(page, mona)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/batch/.*/files$"), hold)
    fill(page, folder)
    for _ in range(100):
        page.wait_for_timeout(50)  # lets the routes be heard
        if len(held) > 2:
            break
    page.wait_for_timeout(100)
    assert len(held) == 3  # three at a time, whatever waits
    page.click("#pause")
    expect(page.locator("#pause")).to_have_text("Resume")
    expect(page.locator("#sending-title")).to_have_text("Paused at 0 of 40")
    page.unroute(re.compile(r"/batch/.*/files$"))
    page.click("#pause")
    expect(page.locator("#told")).to_contain_text("arrived", timeout=30_000)
    assert cells(page, "ready") == GOOD


@pytest.mark.parametrize(("scheme", "shape"), [("light", WIDE), ("dark", PHONE)], ids=["wide", "phone"])
def test_no_state_breaks_a_rule(
    new_page: NewPage, mona: str, folder: Path, scheme: str, shape: dict[str, Any]
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **shape)
    page.goto("/batch/")
    assert_no_violation(page, "a visitor")
    sign_in(page, mona)
    assert_no_violation(page, "empty")
    fill(page, folder / "day 1")
    expect(page.locator("#told")).to_contain_text("arrived", timeout=20_000)
    page.set_input_files("#pictures", folder / "broken 0.jpg")
    page.wait_for_selector("#bad-list li")
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.fill("#own-text", "nobody.jpg,warmer")
    page.click("text=Use this list")
    expect(page.locator("#unmatched")).to_contain_text("nobody.jpg")
    assert_no_violation(page, "a draft")
    page.fill("#prompt", "warmer")
    page.click("#start")
    assert_no_violation(page, "under way")
    expect(page.locator("#headline")).to_have_text("12 of 12 done", timeout=30_000)
    assert_no_violation(page, "done")
    page.goto("/account/?tab=history")
    expect(page.locator(".tile-kind").first).to_contain_text("edits")
    assert_no_violation(page, "history with a batch")
    page.goto("/account/?tab=history&q=warmer")
    page.locator(".tile-pick input").first.check()
    expect(page.locator("#selected")).to_have_text("1 edit selected")
    assert_no_violation(page, "history, selecting")
    page.locator(".tile h2 a").first.click()
    page.click(".share-fold summary")
    page.click("text=Make a link")
    assert_no_violation(page, "shared, on its own page")
    page.goto(page.locator("#share-address").input_value())
    page.wait_for_selector("[role=slider]")
    page.click("text=Report this picture")
    assert_no_violation(page, "a share")
