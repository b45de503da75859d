"""The mask editor as people use it: brush, fingers, keyboard alone; and the same pixels on the server."""

import base64
import itertools
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from tests import pictures
from tests.browser.conftest import NewPage
from tests.browser.test_accessibility import assert_no_violation
from tests.browser.test_pages import PHONE, tab_to, wait_for
from tests.site import Site

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "garden.png"
    path.write_bytes(pictures.png(pictures.photo(600, 400)))
    return path


@pytest.fixture(scope="module")
def phone_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 megapixels from a phone that was held upright: the file lies on its side and says so."""
    path = tmp_path_factory.mktemp("pictures") / "phone.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    small = Image.fromarray(pictures.photo(1008, 756))
    small.resize((4032, 3024)).save(path, "JPEG", quality=90, exif=exif)
    return path


def open_editor(page: Page, photo: Path) -> None:
    page.goto("/image/edit/")
    page.set_input_files("#image", photo)
    wait_for(page, "ready")
    page.wait_for_selector("canvas.mask")


def choose(page: Page, tool: str) -> None:
    page.locator(f".rail label:has([value={tool}])").click()


def drag(page: Page, *places: tuple[float, float]) -> None:
    """Press, lead and lift the pointer; places are shares of the picture."""
    box = page.locator("#frame").bounding_box()
    assert box is not None
    points = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def painted(page: Page) -> NDArray[np.uint8]:
    """Return what the canvas over the picture shows of the mask, once it has been drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    bytes_ = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas.mask");
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            let text = "";
            for (let i = 3; i < data.length; i += 4) text += String.fromCharCode(data[i]);
            return [canvas.width, canvas.height, btoa(text)];
        }"""
    )
    width, height, text = bytes_
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)


def until_kept(page: Page, field: str, value: str) -> None:
    """Wait until the browser's own store has a field of the wish."""
    kept = """(name) => new Promise((done) => {
        const request = indexedDB.open("freeai-masks");
        request.onsuccess = () => {
            const states = request.result.transaction("states").objectStore("states").getAll();
            states.onsuccess = () => {
                request.result.close();
                done(states.result[0]?.fields[name]);
            };
        };
    })"""
    for _ in range(100):
        if page.evaluate(kept, field) == value:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{field} is not kept")


def edit(page: Page, wish: str) -> str:
    """Ask, wait for the result and return the edit's id."""
    page.fill("#prompt", wish)
    page.click("#submit")
    wait_for(page, "done")
    return page.url.rsplit("edit=", 1)[1]


def fetched(page: Page, address: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(BytesIO(page.request.get(address).body())).convert("RGB"))


def stored_mask(site: Site, edit_id: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(site.home / "media" / "masks" / f"{edit_id}.png"))


def test_a_rectangle_on_a_turned_phone_photo_lands_on_the_same_pixels(
    page: Page, phone_photo: Path, site: Site
) -> None:
    open_editor(page, phone_photo)
    expect(page.locator("#picture-size")).to_have_text("1512 × 2016")
    choose(page, "rectangle")
    page.click("#numbers summary")
    for name, value in {"x": 300, "y": 500, "width": 400, "height": 250}.items():
        page.fill(f"#rectangle-{name}", str(value))
    page.click("#rectangle-add")
    page.click("#numbers summary")
    drag(page, (0.5, 0.5), (0.75, 0.75))
    drawn = painted(page)
    page.evaluate("document.querySelectorAll('.fold').forEach((fold) => { fold.open = true; })")
    page.locator("[name=output_format][value=png]").check(force=True)
    edit_id = edit(page, "black and white")

    mask = stored_mask(site, edit_id)
    assert mask.shape == (2016, 1512)
    assert np.array_equal(mask, drawn)
    expected = np.zeros_like(mask)
    expected[500:750, 300:700] = 255
    assert np.array_equal(mask[:1000], expected[:1000])
    lower = np.argwhere(mask[1000:] == 255)
    assert np.abs(lower.min(0) - (8, 756)).max() <= 3
    assert np.abs(lower.max(0) - (512, 1134)).max() <= 3
    before = fetched(page, page.get_attribute("img.before", "src") or "")
    after = fetched(page, page.get_attribute("img.after", "src") or "")
    changed = (before != after).any(axis=2)
    assert not changed[mask == 0].any()
    assert changed[520:730, 320:680].mean() > 0.9


def test_upload_mask_edit_and_download_with_the_keyboard_alone(
    new_page: NewPage, photo_file: Path, site: Site
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto("/image/edit/")
    tab_to(page, "#image")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(photo_file)
    wait_for(page, "ready")
    tab_to(page, "#viewport")
    expect(page.locator(".ring")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#mask-line")).to_contain_text("of the picture is painted")
    expect(page.locator("#announce")).to_contain_text("across")
    tab_to(page, "#prompt")
    page.keyboard.type("black and white")
    page.keyboard.press("Control+Enter")
    wait_for(page, "done")
    tab_to(page, "#download")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    result = np.asarray(Image.open(download.value.path()).convert("RGB"))
    mask = stored_mask(site, page.url.rsplit("edit=", 1)[1])
    assert mask[200, 290] == mask[200, 500] == 255
    assert mask[200, 250] == mask[100, 300] == 0
    assert np.ptp(result[200, 300:500].astype(int), axis=1).max() <= 2
    assert np.array_equal(result[mask == 0], pictures.photo(600, 400)[mask == 0])


def test_every_step_can_be_undone_and_redone(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    seen = [painted(page)]
    page.locator("#brush-softness").fill("60")
    for tool, places in {
        "brush": [(0.2, 0.2), (0.6, 0.3)],
        "rectangle": [(0.5, 0.5), (0.8, 0.8)],
        "lasso": [(0.1, 0.6), (0.4, 0.6), (0.25, 0.9)],
        "eraser": [(0.4, 0.1), (0.4, 0.9)],
        "fill": [(0.95, 0.95)],
    }.items():
        choose(page, tool)
        drag(page, *places)
        seen.append(painted(page))
    page.click("#invert")
    seen.append(painted(page))
    page.click("#clear")
    seen.append(painted(page))
    for one, next_ in itertools.pairwise(seen):
        assert not np.array_equal(one, next_)
    page.focus("#viewport")
    for wanted in seen[-2::-1]:
        page.keyboard.press("Control+z")
        assert np.array_equal(painted(page), wanted)
    expect(page.locator("#undo")).to_be_disabled()
    for wanted in seen[1:]:
        page.keyboard.press("Control+Shift+z")
        assert np.array_equal(painted(page), wanted)
    expect(page.locator("#redo")).to_be_disabled()


def test_a_reload_brings_back_mask_history_wish_and_settings(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    drag(page, (0.2, 0.2), (0.6, 0.3))
    first = painted(page)
    drag(page, (0.2, 0.8), (0.6, 0.8))
    second = painted(page)
    page.fill("#prompt", "black and white")
    page.evaluate("document.querySelectorAll('.fold').forEach((fold) => { fold.open = true; })")
    page.locator("[name=output_format][value=png]").check(force=True)
    page.fill("#seed", "7")
    until_kept(page, "seed", "7")
    page.evaluate("sessionStorage.clear()")
    page.reload()
    page.wait_for_selector("canvas.mask")
    expect(page.locator("#prompt")).to_have_value("black and white")
    expect(page.locator("#seed")).to_have_value("7")
    expect(page.locator("[name=output_format]:checked")).to_have_value("png")
    assert np.array_equal(painted(page), second)
    page.click("#undo")
    assert np.array_equal(painted(page), first)
    page.click("#redo")
    assert np.array_equal(painted(page), second)


def test_a_finger_paints_and_two_fingers_move_the_picture(new_page: NewPage, photo_file: Path) -> None:
    page = new_page(**PHONE)
    open_editor(page, photo_file)
    box = page.locator("#frame").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": px, "y": py, "id": number} for number, (px, py) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", (x, y))
    for way in range(10, 60, 10):
        touch("touchMove", (x + way, y))
    touch("touchEnd")
    mask = painted(page)
    assert mask[200, 300] == 255
    assert mask[200, 340] == 255
    assert mask[200, 200] == 0

    touch("touchStart", (x - 20, y + 40))
    touch("touchMove", (x - 25, y + 40))
    touch("touchStart", (x - 25, y + 40), (x + 20, y + 40))
    for way in range(10, 60, 10):
        touch("touchMove", (x - 25 - way, y + 40), (x + 20 + way, y + 40))
    touch("touchEnd")
    assert np.array_equal(painted(page), mask)
    wider = page.locator("#frame").bounding_box()
    assert wider is not None
    assert wider["width"] > box["width"] * 1.5


def test_a_pen_paints_thinner_when_it_is_pressed_less(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    page.evaluate(
        """() => {
            const viewport = document.getElementById("viewport");
            const box = document.getElementById("frame").getBoundingClientRect();
            viewport.setPointerCapture = () => {};
            const tell = (type, share, height, pressure) => viewport.dispatchEvent(new PointerEvent(type, {
                pointerId: 9, pointerType: "pen", button: 0, bubbles: true, pressure,
                clientX: box.left + box.width * share, clientY: box.top + box.height * height }));
            for (const [height, pressure] of [[0.25, 0.2], [0.75, 1]]) {
                tell("pointerdown", 0.3, height, pressure);
                tell("pointermove", 0.6, height, pressure);
                tell("pointerup", 0.6, height, 0);
            }
        }"""
    )
    column = painted(page)[:, 270] > 127
    assert 2 < column[:200].sum() < column[200:].sum() / 2


def test_clicking_on_a_thing_selects_it(page: Page) -> None:
    page.goto("/image/edit/")
    page.click("#use-sample")
    page.wait_for_selector("canvas.mask")
    wait_for(page, "ready")
    choose(page, "object")
    drag(page, (900 / 1440, 620 / 960))
    expect(page.locator("#mask-line")).to_contain_text("of the picture is painted", timeout=25_000)
    mask = painted(page)
    assert mask[620, 900] == mask[560, 920] == 255
    assert mask[300, 900] == mask[900, 900] == 0
    assert 0.01 < (mask > 127).mean() < 0.06


def test_a_line_of_versions_can_be_gone_back_along(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    first = page.input_value("#source")
    drag(page, (0.2, 0.2), (0.6, 0.3))
    edit(page, "black and white")
    page.get_by_role("button", name="Continue from this result").click()
    page.wait_for_url(re.compile(r"/image/edit/\?source=src_"))
    wait_for(page, "ready")
    expect(page.locator("#mask-line")).to_contain_text("Nothing is painted")
    assert page.input_value("#source") != first
    strip = page.get_by_role("navigation", name="Versions")
    expect(strip.get_by_role("link")).to_have_count(2)
    strip.get_by_role("link").first.click()
    page.wait_for_url(f"**source={first}")
    page.wait_for_selector("canvas.mask")
    assert painted(page).any()
    expect(strip.get_by_role("link")).to_have_count(2)


def test_a_result_can_be_put_away_to_change_its_mask(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    drag(page, (0.2, 0.2), (0.6, 0.3))
    mask = painted(page)
    edit(page, "black and white")
    page.get_by_role("button", name="Change the mask or the wish").click()
    wait_for(page, "ready")
    assert page.input_value("#prompt") == "black and white"
    assert np.array_equal(painted(page), mask)
    expect(page.locator("[role=slider]:visible")).to_have_count(0)


def test_the_price_follows_the_settings(page: Page, photo_file: Path) -> None:
    page.goto("/image/edit/?model=step1x-edit")
    price = page.locator("#price-tokens")
    expect(price).to_have_text("1,000")
    page.evaluate("document.querySelectorAll('.fold').forEach((fold) => { fold.open = true; })")
    page.locator("[name=quality][value=low]").check(force=True)
    expect(price).to_have_text("250")
    page.locator("[name=thinking][value=yes]").check(force=True)
    expect(price).to_have_text("1,000")


def test_letters_typed_elsewhere_are_no_shortcuts(page: Page, photo_file: Path) -> None:
    open_editor(page, photo_file)
    page.focus("#prompt")
    page.keyboard.type("invert? red")
    assert page.input_value("#prompt") == "invert? red"
    assert not painted(page).any()
    expect(page.locator("#help")).to_be_hidden()
    page.focus("#viewport")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("[name=tool]:checked")).to_have_value("eraser")


def test_without_script_the_editor_says_so_and_leads_on(new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto("/image/edit/")
    expect(page.locator(".plea")).to_be_visible()
    page.click(".plea a")
    page.wait_for_url("**/models/freeai-lite/")


# Contrast does not depend on the shape, nor layout on the scheme: two of the four pairs see all.
@pytest.mark.parametrize(("scheme", "shape"), [("light", {}), ("dark", PHONE)], ids=["wide", "phone"])
def test_no_state_of_the_editor_breaks_a_rule(
    new_page: NewPage, photo_file: Path, scheme: str, shape: dict[str, Any]
) -> None:
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **shape)
    open_editor(page, photo_file)
    assert_no_violation(page, "ready")
    choose(page, "rectangle")
    unfold(page, is_open=True)
    assert_no_violation(page, "unfolded")
    unfold(page, is_open=False)
    page.click("#open-help")
    assert_no_violation(page, "help")
    page.keyboard.press("Escape")
    edit(page, "black and white")
    page.get_by_role("button", name="Continue from this result").click()
    page.wait_for_selector(".versions")
    assert_no_violation(page, "continued")
    assert page.evaluate("document.documentElement.scrollWidth === innerWidth")


def unfold(page: Page, *, is_open: bool) -> None:
    page.evaluate(
        "(to) => document.querySelectorAll('main details').forEach((fold) => { fold.open = to; })", is_open
    )
