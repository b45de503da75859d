"""The main job on the photos people have: drop, wish, watch, compare, find again."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests import pictures
from tests.editor.imaging import pictures as test_pictures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def lying_heic(folder: Path) -> tuple[Path, tuple[int, int]]:
    """A portrait whose pixels lie on their side, as phones store them."""
    file = folder / "IMG_0001.heic"
    file.write_bytes(test_pictures.sideways(test_pictures.corners(480, 640), "HEIF", 6))
    return file, (480, 640)


def transparent_png(folder: Path) -> tuple[Path, tuple[int, int]]:
    colors = pictures.photo(301, 207)
    alpha = np.full((207, 301), 255, np.uint8)
    alpha[:60] = 0
    file = folder / "logo.png"
    file.write_bytes(pictures.png(np.dstack([colors, alpha])))
    return file, (301, 207)


def jpeg_of_24_megapixels(folder: Path) -> tuple[Path, tuple[int, int]]:
    file = folder / "DSC_0001.jpg"
    file.write_bytes(pictures.encoded(pictures.photo(6000, 4000), "JPEG", quality=80))
    assert file.stat().st_size < 10 * 1024 * 1024
    return file, (2000, 1333)


def edit_and_reload_meanwhile(page: Page, file: Path) -> str:
    page.goto("/")
    page.set_input_files("input[type=file]", file)
    expect(page.locator("#workspace")).to_have_attribute("data-state", "ready", timeout=30_000)
    page.fill("#prompt", "warmer and a bit brighter")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/edits/edit_\w+/"))
    page.reload()
    expect(page.locator("#workspace")).to_have_attribute("data-state", "done", timeout=60_000)
    return page.url


def test_three_kinds_of_photo_come_back_upright_in_their_own_frame(page: Page, tmp_path: Path) -> None:
    addresses = []
    for make in (lying_heic, transparent_png, jpeg_of_24_megapixels):
        file, size = make(tmp_path)
        address = edit_and_reload_meanwhile(page, file)
        addresses.append(address)
        result = Image.open(BytesIO(page.request.get(f"{address}result").body()))
        assert abs(result.width - size[0]) <= 48
        assert abs(result.height - size[1]) <= 32
        if make is not jpeg_of_24_megapixels:
            assert result.size == size
        if make is lying_heic:
            assert_upright(result)
        if make is transparent_png:
            assert result.mode == "RGBA"
            assert np.asarray(result)[:60, :, 3].max() == 0
    page.goto("/account/?tab=history")
    for address in addresses:
        assert page.locator(f"a[href='/edits/{address.split('/')[-2]}/']").count() >= 1


def assert_upright(result: Image.Image) -> None:
    """The corners are the ones that were drawn there; warmer and brighter moves no corner's hue."""
    drawn = test_pictures.corner_colors(np.asarray(test_pictures.corners(480, 640).convert("RGB")))
    shown = test_pictures.corner_colors(np.asarray(result.convert("RGB")))
    for before, after in zip(drawn, shown, strict=True):
        assert int(np.argmax(before)) == int(np.argmax(after)), (drawn, shown)
