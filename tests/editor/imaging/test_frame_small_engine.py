"""An engine that works at a megapixel and misses the frame must not soften a four-megapixel picture."""

import time

import cv2
import numpy as np
import pytest

from editor.imaging.frame import Framed, lay_over
from editor.imaging.pixels import Pixels, Plane
from editor.imaging.registration import Drift, sample
from tests.editor.imaging import small_engine
from tests.editor.imaging.small_engine import (
    SmallEngine,
    corner_error,
    patched,
    photo,
    psnr,
    resized,
    upscaled,
)

MARGIN_PX = 24
WIDTH, HEIGHT = 1600, 1133
SMALL_PIXELS = 450_000
"""Most tests run at less than half the size of the first, at the same ratio of source to engine."""
SLID = Drift(dx=3, dy=-2, scale=1.01)


def aligned(output: Pixels, framed: Framed) -> Pixels:
    return sample(output, framed.drift, source_size=(WIDTH, HEIGHT), size=(WIDTH, HEIGHT))


@pytest.mark.parametrize(
    ("name", "drift", "noise_levels", "jpeg_quality"),
    [
        ("astronaut", SLID, 0, None),
        ("coffee", SLID, 3, 75),
        ("chelsea", Drift(dx=-5, dy=4, scale=0.985), 4, 75),
        ("coffee", Drift(), 0, None),
    ],
)
def test_outside_the_changed_region_the_source_comes_back(
    name: str, drift: Drift, noise_levels: float, jpeg_quality: int | None
) -> None:
    source = photo(name, 2400, 1700)
    edited, _ = patched(source)
    _, near = patched(source, margin_px=MARGIN_PX)
    engine = SmallEngine(drift=drift, noise_levels=noise_levels, jpeg_quality=jpeg_quality)
    output = engine.edit(edited)
    framed = lay_over(source, output)
    error = corner_error(drift, framed.drift, 2400, 1700)
    ours = psnr(source, framed.image, ~near)
    plain = psnr(source, upscaled(output, 2400, 1700), ~near)
    print(f"{name}: registration {error:.3f} px, kept {ours:.1f} dB, plain upscale {plain:.1f} dB")
    assert error <= 0.5
    assert ours >= 40
    assert plain < ours - 10
    assert framed.changed == pytest.approx(1 / 16, abs=0.03)


def test_the_changed_region_is_the_engines() -> None:
    source = photo("coffee", WIDTH, HEIGHT)
    edited, where = patched(source)
    framed = lay_over(source, SmallEngine(pixels=SMALL_PIXELS, drift=SLID).edit(edited))
    assert psnr(edited, framed.image, where) > 34 > psnr(source, edited, where) + 10


@pytest.mark.parametrize("contrast", [12, -60])
@pytest.mark.parametrize("is_removed", [True, False])
def test_lines_text_and_spots_come_and_go_without_a_ghost(contrast: int, is_removed: bool) -> None:
    clean = photo("chelsea", WIDTH, HEIGHT)
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    for place, thickness in enumerate((2, 4, 8)):
        cv2.line(drawn, (130 + place * 100, 70), (600 + place * 100, 1000), 255, thickness, cv2.LINE_AA)
    cv2.putText(drawn, "Sample", (1000, 270), cv2.FONT_HERSHEY_SIMPLEX, 3, 255, 6, cv2.LINE_AA)
    cv2.circle(drawn, (1270, 800), 100, 255, -1)
    marked = np.clip(clean + contrast / 255 * drawn[..., None], 0, 255).astype(np.uint8)
    source, wanted = (marked, clean) if is_removed else (clean, marked)
    output = SmallEngine(pixels=SMALL_PIXELS, drift=SLID, noise_levels=3, jpeg_quality=80).edit(wanted)
    framed = lay_over(source, output)
    near = cv2.dilate(drawn, np.ones((3, 3), np.uint8)) > 0
    assert psnr(wanted, framed.image, near) >= psnr(wanted, aligned(output, framed), near)
    assert psnr(wanted, framed.image, near) > psnr(wanted, source, near) + 5


@pytest.mark.parametrize("tone", ["warmer", "brighter", "black_and_white", "sepia"])
def test_a_new_tone_keeps_the_sources_sharpness(tone: str) -> None:
    source, laid_on = photo("astronaut", WIDTH, HEIGHT), getattr(small_engine, tone)
    output = SmallEngine(laid_on, pixels=SMALL_PIXELS, drift=SLID, noise_levels=2, jpeg_quality=90).edit(
        source
    )
    framed = lay_over(source, output)
    wanted = laid_on(source)
    assert psnr(wanted, framed.image) > psnr(wanted, aligned(output, framed)) + 5
    assert sharpness(framed.image) == pytest.approx(sharpness(wanted), rel=0.1)
    assert np.abs(framed.image.mean(axis=(0, 1)) - wanted.mean(axis=(0, 1))).max() < 2


def test_a_recolored_object_keeps_its_texture() -> None:
    source = photo("coffee", WIDTH, HEIGHT)

    def recolored(picture: Pixels) -> Pixels:
        height, width = picture.shape[:2]
        spot = disk(width, height, height // 5)
        return np.where(spot[..., None] > 0, picture[..., ::-1], picture)

    output = SmallEngine(recolored, pixels=SMALL_PIXELS, drift=SLID, noise_levels=2).edit(source)
    framed = lay_over(source, output)
    inside = (
        cv2.circle(np.zeros((HEIGHT, WIDTH), np.uint8), (WIDTH // 2, HEIGHT // 2), HEIGHT // 6, 1, -1) > 0
    )
    wanted = np.ascontiguousarray(source[..., ::-1])
    assert psnr(wanted, framed.image, inside) > psnr(wanted, aligned(output, framed), inside) + 2


@pytest.mark.parametrize("style", ["pencil_sketch", "cartoon", "blurred", "denoised"])
def test_a_new_style_is_not_repaired_back_to_the_photo(style: str) -> None:
    source = photo("coffee", 2400, 1700)
    output = SmallEngine(getattr(small_engine, style), drift=SLID).edit(source)
    framed = lay_over(source, output)
    assert np.array_equal(
        framed.image, sample(output, framed.drift, source_size=(2400, 1700), size=(2400, 1700))
    )


def test_a_blurred_background_stays_blurred_and_its_subject_sharp() -> None:
    source = photo("coffee", WIDTH, HEIGHT)

    def bokeh(picture: Pixels) -> Pixels:
        height, width = picture.shape[:2]
        subject = cv2.circle(
            np.zeros((height, width), np.uint8), (width // 2, height // 2), height // 3, 1, -1
        )
        return np.where(subject[..., None] > 0, picture, small_engine.blurred(picture))

    framed = lay_over(source, SmallEngine(bokeh, pixels=SMALL_PIXELS, drift=SLID).edit(source))
    middle, corner = np.s_[470:670, 670:930], np.s_[40:200, 40:240]
    assert psnr(source[middle], framed.image[middle]) > 45
    assert sharpness(framed.image[corner]) < 0.3 * sharpness(source[corner])


def test_an_aspect_rounded_to_sixteens_keeps_the_frame() -> None:
    source = photo("coffee", 1999, 251)
    output = resized(source, 1024, 128)
    framed = lay_over(source, output)
    assert psnr(source, framed.image) > 45


def test_what_a_crop_leaves_out_is_the_sources() -> None:
    source = photo("astronaut", 1500, 1000)
    crop = resized(source, 1536, 1024)[:, 256:1280]
    framed = lay_over(source, crop)
    assert psnr(source, framed.image) > 45


def test_a_flat_picture_takes_a_new_color() -> None:
    source = np.full((1200, 1600, 3), 127, np.uint8)
    framed = lay_over(source, np.full((592, 800, 3), (150, 120, 90), np.uint8))
    assert np.abs(framed.image.astype(int) - (150, 120, 90)).max() <= 1


def test_with_a_mask_an_engine_that_works_small_is_laid_exactly_under_it() -> None:
    source = photo("astronaut", WIDTH, HEIGHT)
    edited, where = patched(source)
    mask = where.astype(np.uint8) * 255
    framed = lay_over(
        source, SmallEngine(pixels=SMALL_PIXELS, drift=SLID, noise_levels=3).edit(edited), mask=mask
    )
    assert np.array_equal(framed.image[~where], source[~where])
    assert framed.outside_max_diff == 0
    assert corner_error(SLID, framed.drift, WIDTH, HEIGHT) <= 0.5


def test_laying_over_twice_gives_the_same_pixels() -> None:
    source = photo("coffee", WIDTH, HEIGHT)
    output = SmallEngine(small_engine.warmer, pixels=SMALL_PIXELS, drift=SLID, noise_levels=2).edit(source)
    assert np.array_equal(lay_over(source, output).image, lay_over(source, output).image)


def test_laying_over_takes_no_longer_than_a_person_notices() -> None:
    source = photo("coffee", 2400, 1700)
    output = SmallEngine(drift=SLID, noise_levels=3).edit(patched(source)[0])
    started = time.process_time()
    lay_over(source, output)
    # Four times the goal of 1.5 s: a machine that is busy with other tests is slower.
    assert time.process_time() - started < 6


def disk(width: int, height: int, radius: int) -> Plane:
    plane = np.zeros((height, width), np.uint8)
    cv2.circle(plane, (width // 2, height // 2), radius, 1, -1)
    return plane


def sharpness(picture: Pixels) -> float:
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std())
