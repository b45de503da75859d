"""What changed is told from the noise of encoding, for a whole tone as for one blemish."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from editor.imaging.frame import change_overlay, lay_over
from editor.imaging.pixels import Pixels
from tests.editor.imaging.small_engine import photo, psnr, resized, through_jpeg


def noisy(name: str, levels: int) -> Pixels:
    source = photo(name, 1200, 850)
    noise = np.random.default_rng(5).normal(0, levels, source.shape)
    return np.clip(source + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee"])
@pytest.mark.parametrize("levels", [0, 16])
@pytest.mark.parametrize("subsampling", [0, 2])
def test_a_source_that_went_through_jpeg_is_unchanged(name: str, levels: int, subsampling: int) -> None:
    source = noisy(name, levels)
    framed = lay_over(source, through_jpeg(source, 95, subsampling=subsampling))
    assert framed.is_unchanged
    assert change_overlay(source, framed.image).max() == 0


def test_a_source_that_went_through_webp_is_unchanged() -> None:
    source, buffer = noisy("coffee", 8), BytesIO()
    Image.fromarray(source).save(buffer, "WEBP", quality=95)
    assert lay_over(source, np.asarray(Image.open(buffer))).is_unchanged


@pytest.mark.parametrize("levels", [-4, 4, 12])
def test_a_slightly_other_brightness_is_a_change_of_everything(levels: int) -> None:
    source = photo("coffee", 1200, 850)
    framed = lay_over(source, np.clip(source.astype(int) + levels, 0, 255).astype(np.uint8))
    assert framed.changed > 0.9


@pytest.mark.parametrize("color", [(0, 0, 0), (200, 60, 60), (190, 190, 180)])
def test_a_removed_blemish_in_four_megapixels_is_a_change(color: tuple[int, int, int]) -> None:
    source = photo("chelsea").copy()
    clean = source.copy()
    source[800:820, 1500:1520] = color
    framed = lay_over(source, clean)
    assert 0 < framed.changed < 0.001


def test_a_blemish_removed_by_an_engine_that_works_small_is_gone_and_a_change() -> None:
    clean = photo("chelsea")
    source = clean.copy()
    source[800:820, 1500:1520] = (20, 10, 10)
    framed = lay_over(source, resized(clean, 1200, 848))
    assert 0 < framed.changed < 0.001
    spot = np.s_[790:830, 1490:1530]
    assert psnr(clean[spot], framed.image[spot]) > 24 > psnr(clean[spot], source[spot])


def test_changed_grows_with_what_is_changed() -> None:
    source = photo("coffee", 1200, 850)
    shares = []
    for side in (0, 20, 80, 200, 500, 850):
        output = source.copy()
        output[:side, :side] = 255 - output[:side, :side]
        shares.append(lay_over(source, output).changed)
    assert shares == sorted(shares)
    assert len(set(shares)) == len(shares)
    assert shares[-1] == pytest.approx(850 * 850 / (1200 * 850), abs=0.02)


def test_a_change_of_transparency_alone_is_a_change() -> None:
    source = photo("coffee", 300, 200)
    faded = np.full((200, 300), 255, np.uint8)
    faded[:100] = 200
    framed = lay_over(source, source.copy(), output_alpha=faded)
    assert framed.changed == pytest.approx(0.5)


def test_the_overlay_shows_where_and_how_strongly() -> None:
    source = photo("coffee", 1200, 850)
    output = source.copy()
    output[100:300, 100:300] = np.clip(output[100:300, 100:300].astype(int) + 15, 0, 255)
    output[500:700, 700:900] = 255 - output[500:700, 700:900]
    overlay = change_overlay(source, through_jpeg(output))
    assert overlay.shape == (850, 1200)
    assert overlay.dtype == np.uint8
    assert np.median(overlay[520:680, 720:880]) > np.median(overlay[120:280, 120:280]) > 20
    assert overlay[400:480].max() == 0
