"""The workspace and the history as people use them: mouse, keyboard, phone, no script at all."""

import re
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Request, Route, expect

from tests import pictures
from tests.browser.conftest import NewPage
from tests.site import ROOT, Site

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "garden.jpg"
    path.write_bytes(pictures.encoded(pictures.photo(600, 400), "JPEG", quality=90))
    return path


@pytest.fixture(scope="module")
def slow_model(site: Site) -> Iterator[str]:
    """A second worker, whose engine takes 50 ms per step and as many steps as the wish says last."""
    command = [sys.executable, "manage.py", "worker", "--engine", "test-slow"]
    worker = subprocess.Popen(
        command, cwd=ROOT, env=site._environment(), stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    yield "test-slow"
    worker.terminate()
    worker.communicate()


def upload(page: Page, photo: Path, address: str = "/models/freeai-lite/") -> None:
    page.goto(address)
    page.set_input_files("#image", photo)
    wait_for(page, "ready")


def ask(page: Page, wish: str) -> None:
    page.fill("#prompt", wish)
    page.click("#submit")


def edited(page: Page, photo: Path, wish: str = "warmer and a bit brighter") -> None:
    upload(page, photo)
    ask(page, wish)
    wait_for(page, "done")


def start_slow(page: Page, photo: Path, slow_model: str, steps: int) -> None:
    """Start an edit that takes `steps` times 50 ms, once its worker is there."""
    page.goto(f"/models/{slow_model}/")
    page.wait_for_selector("[data-served=yes]", timeout=20_000)
    page.set_input_files("#image", photo)
    wait_for(page, "ready")
    ask(page, f"turn it around {steps}")
    wait_for(page, "working")


def wait_for(page: Page, state: str) -> None:
    page.wait_for_selector(f"#workspace[data-state={state}]", timeout=20_000)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way to {selector} by Tab")


def hold_uploads(page: Page) -> list[Route]:
    """Let no upload through; each is in the list returned, to be let go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/sources/", hold)
    return held


def slider(page: Page) -> int:
    return int(page.get_attribute("[role=slider]", "aria-valuenow") or -1)


def size_of(data: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(data)).size


def test_the_sample_picture_is_edited_with_the_keyboard_alone(new_page: NewPage) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto("/")
    tab_to(page, "#use-sample")
    page.keyboard.press("Enter")
    wait_for(page, "ready")
    tab_to(page, "#prompt")
    page.keyboard.type("black and white")
    page.keyboard.press("Control+Enter")
    wait_for(page, "done")
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "[role=slider]")
    expect(page.locator("[role=slider]")).to_have_attribute("aria-valuenow", "50")
    page.keyboard.press("ArrowLeft")
    assert slider(page) == 48
    page.keyboard.press("Home")
    assert slider(page) == 0
    page.keyboard.press("End")
    assert slider(page) == 100
    tab_to(page, "#download")


def test_the_slider_follows_the_pointer(page: Page, photo_file: Path) -> None:
    edited(page, photo_file)
    expect(page.locator("[role=slider]")).to_have_attribute("aria-valuenow", "50")  # the wipe is over
    box = page.locator("#frame").bounding_box()
    handle = page.locator(".handle").bounding_box()
    assert box is not None
    assert handle is not None
    page.mouse.move(handle["x"] + 20, handle["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, handle["y"] + 20)
    page.mouse.up()
    assert abs(slider(page) - 25) <= 1


def test_everything_works_without_script(new_page: NewPage, photo_file: Path) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.set_input_files("#image", photo_file)
    ask(page, "sepia")
    assert re.search(r"/edits/edit_\w+/$", page.url)
    wait_for(page, "done")  # the page refreshes itself
    expect(page.locator("img.after")).to_be_visible()
    result = page.request.get(page.get_attribute("#download", "href") or "")
    assert size_of(result.body()) == (600, 400)
    page.goto("/account/?tab=history")
    page.click(".tile summary")
    page.click(".tile .confirm-card button")
    expect(page.get_by_role("heading", name="No edits yet")).to_be_visible()


def test_without_script_a_refused_file_keeps_the_words(new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/models/freeai-lite/")
    page.set_input_files("#image", {"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    ask(page, "sepia")
    expect(page.locator(".notice")).to_contain_text("Nothing was charged")
    assert page.input_value("#prompt") == "sepia"


def test_a_reload_in_the_middle_loses_nothing(page: Page, photo_file: Path, slow_model: str) -> None:
    start_slow(page, photo_file, slow_model, steps=30)
    address = page.url
    page.reload()
    wait_for(page, "working")
    expect(page.locator("#status-detail")).to_contain_text(re.compile(r"step \d+ of 30"))
    wait_for(page, "done")
    assert page.url == address
    page.reload()
    wait_for(page, "done")
    expect(page.locator("[role=slider]")).to_be_visible()


def test_a_reload_keeps_picture_and_words_before_the_edit(page: Page, photo_file: Path) -> None:
    upload(page, photo_file)
    page.fill("#prompt", "sharper, I think")
    page.reload()
    wait_for(page, "ready")
    assert page.input_value("#prompt") == "sharper, I think"
    expect(page.locator("img.before")).to_be_visible()


def test_back_returns_to_the_picture_before_the_edit(page: Page, photo_file: Path) -> None:
    edited(page, photo_file)
    page.go_back()
    wait_for(page, "ready")
    assert "?source=src_" in page.url


def test_where_no_stream_gets_through_the_page_asks_instead(page: Page, photo_file: Path) -> None:
    page.route("**/events", lambda route: route.abort())
    edited(page, photo_file)
    expect(page.locator("#outcome")).to_contain_text("600 × 400, same as your picture")


def test_a_running_edit_shows_its_steps_and_its_picture_of_the_moment(
    page: Page, photo_file: Path, slow_model: str
) -> None:
    start_slow(page, photo_file, slow_model, steps=60)
    expect(page.locator("#status-title")).to_have_text("Editing")
    page.wait_for_selector("img.preview")
    assert "blur" in page.eval_on_selector("img.preview", "image => image.style.filter")
    assert page.eval_on_selector("#status-bar", "bar => bar.max") == 60
    page.click("#workspace form[action$=cancel] button")
    wait_for(page, "canceled")


def test_a_canceled_edit_costs_nothing_and_can_be_tried_again(
    page: Page, photo_file: Path, slow_model: str
) -> None:
    start_slow(page, photo_file, slow_model, steps=100)
    page.click("#workspace form[action$=cancel] button")
    wait_for(page, "canceled")
    because = "Nothing charged: 100 tokens went back to the free pool, because you canceled"
    expect(page.locator("#notice")).to_contain_text(because)
    ask(page, "turn it around 2")
    wait_for(page, "done")


def test_history_brings_a_running_edit_to_its_end_by_itself(
    page: Page, photo_file: Path, slow_model: str
) -> None:
    start_slow(page, photo_file, slow_model, steps=24)
    page.goto("/account/?tab=history")
    expect(page.locator("[data-live-text]")).to_contain_text("of 24", timeout=5000)
    expect(page.locator(".tile img")).to_be_visible(timeout=10_000)


def test_the_same_wish_with_a_new_seed_is_a_new_edit(page: Page, photo_file: Path) -> None:
    edited(page, photo_file)
    first = page.url
    page.get_by_role("button", name="Same wish, new seed").click()
    page.wait_for_url(lambda url: url != first)
    wait_for(page, "done")
    assert page.input_value("#prompt") == "warmer and a bit brighter"


def test_editing_goes_on_from_the_result(page: Page, photo_file: Path) -> None:
    edited(page, photo_file, "black and white")
    page.get_by_role("button", name="Edit this result again").click()
    page.wait_for_url("**/models/freeai-lite/?source=*")
    wait_for(page, "ready")
    assert page.input_value("#prompt") == ""
    source = page.request.get(page.get_attribute("img.before", "src") or "").body()
    pixels = np.asarray(Image.open(BytesIO(source)).convert("RGB")).astype(int)
    assert pixels.shape == (400, 600, 3)
    assert np.ptp(pixels, axis=2).max() <= 3  # it is the black and white one


def test_download_comes_first_until_there_is_another_wish(page: Page, photo_file: Path) -> None:
    edited(page, photo_file, "sepia")
    workspace = page.locator("#workspace")
    expect(workspace).not_to_have_attribute("data-dirty", "")
    page.fill("#prompt", "black and white")
    expect(workspace).to_have_attribute("data-dirty", "")
    page.fill("#prompt", "sepia")
    expect(workspace).not_to_have_attribute("data-dirty", "")


def test_what_changed_lies_over_the_result_until_put_away(page: Page, photo_file: Path) -> None:
    edited(page, photo_file)
    button = page.get_by_role("button", name="What changed")
    expect(button).to_contain_text("%")
    button.click()
    expect(page.locator("img.changes")).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(page.locator("img.changes")).to_have_count(0)


def test_keys_zoom_and_fit(page: Page, photo_file: Path) -> None:
    upload(page, photo_file)
    page.focus("#viewport")
    level = page.locator("#zoom-level")
    page.keyboard.press("+")
    expect(level).to_have_text("125 %")
    page.keyboard.press("1")
    expect(level).to_have_text(re.compile("Fit|100 %"))
    page.keyboard.press("+")
    page.keyboard.press("0")
    expect(level).to_have_text("Fit")


def test_the_wheel_zooms_where_the_pointer_is(page: Page, photo_file: Path) -> None:
    upload(page, photo_file)
    box = page.locator("#frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.wheel(0, -800)
    expect(page.locator("#zoom-level")).not_to_have_text("Fit")
    zoomed = page.locator("#frame").bounding_box()
    assert zoomed is not None
    assert zoomed["width"] > box["width"] * 2


def test_deleting_removes_it_at_once(page: Page, photo_file: Path) -> None:
    edited(page, photo_file)
    address = page.url
    page.get_by_text("Delete now").click()
    page.locator(".confirm-card button").click()
    page.wait_for_url("**/account/?tab=history")
    expect(page.get_by_role("heading", name="No edits yet")).to_be_visible()
    assert page.request.get(address).status == 404


def test_a_pasted_picture_is_taken(page: Page) -> None:
    page.goto("/")
    page.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 90, height: 60 });
            canvas.getContext("2d").fillRect(0, 0, 40, 40);
            const blob = await new Promise((done) => canvas.toBlob(done));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([blob], "image.png", { type: "image/png" }));
            dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }"""
    )
    wait_for(page, "ready")
    expect(page.locator("#picture-size")).to_have_text("90 × 60")


def test_a_picture_may_be_dropped_anywhere(page: Page, photo_file: Path) -> None:
    page.goto("/")
    data = page.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "garden.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        list(photo_file.read_bytes()),
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": data})
    expect(page.locator("#drop-overlay")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": data})
    expect(page.locator("#drop-overlay")).to_be_hidden()
    wait_for(page, "ready")
    expect(page.locator("#picture-name")).to_have_text("garden.jpg")


def test_a_file_too_large_is_told_without_sending_it(page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(b"\xff\xd8" + bytes(14 * 1024 * 1024))
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto("/")
    page.set_input_files("#image", large)
    expect(page.locator("#notice")).to_contain_text("This file is 14 MB; the limit is 10 MB.")
    assert sent == []


def test_an_upload_can_be_canceled(page: Page, photo_file: Path) -> None:
    held = hold_uploads(page)
    page.goto("/")
    page.set_input_files("#image", photo_file)
    expect(page.locator("img.local")).to_be_visible()
    page.click("#cancel-upload")
    wait_for(page, "empty")
    assert len(held) == 1


def test_a_wish_given_during_the_upload_starts_when_the_picture_is_here(page: Page, photo_file: Path) -> None:
    held = hold_uploads(page)
    page.goto("/")
    page.set_input_files("#image", photo_file)
    expect(page.locator("img.local")).to_be_visible()
    ask(page, "sepia")
    expect(page.locator("#prompt-hint")).to_contain_text("as soon as the picture is here")
    held[0].continue_()
    wait_for(page, "done")


def test_a_wish_beyond_the_model_keeps_picture_and_words(page: Page, photo_file: Path) -> None:
    upload(page, photo_file)
    ask(page, "put a dragon on the roof")
    expect(page.locator("#notice")).to_contain_text("Nothing was charged")
    expect(page.locator("#prompt")).to_be_focused()
    assert page.input_value("#prompt") == "put a dragon on the roof"
    ask(page, "sepia")
    wait_for(page, "done")


def test_a_model_nobody_serves_says_so_and_names_one_that_is_ready(page: Page) -> None:
    page.goto("/models/step1x-edit/")
    expect(page.locator("#not-served")).to_contain_text("FreeAI Lite can edit now")
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "true")
    page.click("#not-served a")
    page.wait_for_url("**/models/freeai-lite/")


def test_picking_a_model_nobody_serves_offers_one_that_does(page: Page, photo_file: Path) -> None:
    upload(page, photo_file)
    page.click("#model-fold summary")
    page.get_by_text("Step1X-Edit v1p2").first.click()
    page.fill("#prompt", "sepia")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Use FreeAI Lite").click()
    wait_for(page, "done")


def test_a_transparent_picture_lies_on_a_checkerboard(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "round.png"
    pixels = np.dstack([pictures.photo(120, 90), np.full((90, 120), 90, np.uint8)])
    path.write_bytes(pictures.png(pixels))
    edited(page, path)
    background = page.eval_on_selector("#frame", "frame => getComputedStyle(frame).backgroundImage")
    assert "conic-gradient" in background


def test_an_expired_picture_leaves_its_words(page: Page, photo_file: Path, site: Site) -> None:
    edited(page, photo_file, "sepia")
    edit_id = page.url.rstrip("/").rsplit("/", 1)[1]
    site.manage(
        "shell",
        "-c",
        "from django.utils import timezone; from editor.models import Edit, Source;"
        f"edit = Edit.objects.get(pk='{edit_id}'); now = timezone.now();"
        "Edit.objects.filter(pk=edit.pk).update(expires_at=now);"
        "Source.objects.filter(pk=edit.source_id).update(expires_at=now)",
    )
    page.reload()
    wait_for(page, "expired")
    expect(page.locator("#notice")).to_contain_text("sepia")
    expect(page.locator("#frame")).to_be_hidden()
    page.goto("/account/?tab=history")
    expect(page.locator(".tile")).to_contain_text("Only the words are left")


def test_a_phone_has_the_button_in_reach_and_nothing_to_scroll_sideways(
    new_page: NewPage, photo_file: Path
) -> None:
    page = new_page(**PHONE)
    for address in ("/", "/models/", "/models/freeai-lite/", "/account/?tab=history"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, address
    upload(page, photo_file)
    expect(page.locator("#submit")).to_be_in_viewport(ratio=1)
    ask(page, "warmer")
    wait_for(page, "done")
    expect(page.locator("#download")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize(("scheme", "is_light"), [("light", True), ("dark", False)])
def test_the_ground_is_grey_without_a_tint_in_both_schemes(
    new_page: NewPage, scheme: str, is_light: bool
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto("/")
    color = page.eval_on_selector("#stage", "stage => getComputedStyle(stage).backgroundColor")
    red, green, blue = map(int, re.findall(r"\d+", color)[:3])
    assert red == green == blue
    assert (red > 128) is is_light


LIGHT = ["/", "/models/", "/models/freeai-lite/", "/image/edit/", "/batch/", "/verify/", "/pricing/"]


@pytest.mark.parametrize("shape", [{}, PHONE], ids=["wide", "phone"])
def test_every_page_is_light_and_stands_still_while_it_comes(
    new_page: NewPage, shape: dict[str, Any], photo_file: Path
) -> None:
    """At most 150 KB without pictures, and nothing moves under the reader; a slow processor shows it."""
    page = new_page(**shape)
    watch_for_shifts(page)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for address in LIGHT:
        assert_light_and_still(page, address)
    edited(page, photo_file)
    made = page.url
    for address in ("/account/?tab=history", made, share_of(page)):
        assert_light_and_still(page, address)


@pytest.mark.parametrize("shape", [{}, PHONE], ids=["wide", "phone"])
def test_from_right_to_left_nothing_runs_out_of_the_page(new_page: NewPage, shape: dict[str, Any]) -> None:
    page = new_page(**shape)
    for address in [*LIGHT, "/account/?tab=history", "/account/login/", "/api/"]:
        page.goto(address)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.body.scrollWidth <= innerWidth"), address
        name, menu = (page.locator(part).first.bounding_box() for part in (".brand", ".site-nav"))
        assert name is not None
        assert menu is not None
        assert name["x"] > menu["x"], address


def watch_for_shifts(page: Page) -> None:
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )


def assert_light_and_still(page: Page, address: str) -> None:
    """Bytes as they would come to somebody new: with nothing in the cache."""
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.goto(address, wait_until="networkidle")
    weights: dict[str, int] = page.evaluate(
        """() => Object.fromEntries(
            ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
                .filter((entry) => entry.initiatorType !== "img")
                .map((entry) => [entry.name, entry.transferSize]))"""
    )
    assert len(weights) > 5
    assert sum(weights.values()) < 150 * 1024, weights
    assert page.evaluate("shift") < 0.01, address


def share_of(page: Page) -> str:
    """Share the edit on show, and return the page's address."""
    page.locator(".share-fold > summary").click()
    page.locator(".share-fold button").click()
    return str(page.locator(".share-line input").input_value())


@pytest.mark.parametrize("shape", [{}, PHONE], ids=["wide", "phone"])
def test_nothing_jumps_on_the_way_from_empty_to_done(
    new_page: NewPage, photo_file: Path, shape: dict[str, Any]
) -> None:
    page = new_page(**shape)
    watch_for_shifts(page)
    edited(page, photo_file)
    expect(page.locator("[role=slider]")).to_have_attribute("aria-valuenow", "50")
    assert page.evaluate("shift") < 0.01
    page.reload()
    expect(page.locator("[role=slider]")).to_be_visible()
    assert page.evaluate("shift") < 0.01
