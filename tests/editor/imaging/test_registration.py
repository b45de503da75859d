"""Drift is measured to a fraction of a pixel, and never invented."""

import cv2
import numpy as np
import pytest

from editor.imaging.registration import NO_DRIFT, Drift, covered, measure_drift, sample
from tests.editor.imaging import small_engine
from tests.editor.imaging.small_engine import SmallEngine, corner_error, patched, photo, resized, upscaled

DRIFTS = [
    Drift(dx=3, dy=-2, scale=1.01),
    Drift(dx=-5, dy=4, scale=0.985),
    Drift(dx=12, dy=-9, scale=1.03),
    Drift(dx=0.4, dy=0.3, scale=1.001),
    Drift(dx=-2, dy=1, scale=0.99, turn=0.3),
]


@pytest.mark.parametrize(
    ("drift", "noise_levels"), list(zip(DRIFTS, [0.0, 4.0, 0.0, 0.0, 4.0], strict=True)), ids=str
)
def test_a_small_engines_drift_is_measured_within_half_a_pixel_of_the_source(
    drift: Drift, noise_levels: float
) -> None:
    source = photo("coffee", 2400, 1700)
    edited, _ = patched(source)
    engine = SmallEngine(drift=drift, noise_levels=noise_levels, jpeg_quality=75 if noise_levels else None)
    measured = measure_drift(source, engine.edit(edited))
    assert corner_error(drift, measured, 2400, 1700) <= 0.5


@pytest.mark.parametrize("tone", ["warmer", "brighter", "black_and_white", "sepia", "blurred", "cartoon"])
def test_drift_is_measured_under_a_change_of_tone_or_style(tone: str) -> None:
    drift = Drift(dx=3, dy=-2, scale=1.01)
    engine = SmallEngine(getattr(small_engine, tone), drift=drift)
    measured = measure_drift(photo(), engine.edit(photo()))
    assert corner_error(drift, measured, 2400, 1700) <= 0.5


def test_drift_is_measured_when_most_of_the_picture_is_new() -> None:
    source = photo("chelsea")
    edited = source.copy()
    edited[:, 720:] = photo("coffee")[:, 720:]
    drift = Drift(dx=4, dy=3, scale=1.005)
    measured = measure_drift(source, SmallEngine(drift=drift).edit(edited))
    assert corner_error(drift, measured, 2400, 1700) <= 0.5


@pytest.mark.parametrize(
    "style", ["warmer", "brighter", "sepia", "blurred", "cartoon", "pencil_sketch", "denoised"]
)
def test_an_edit_at_full_size_is_not_taken_for_drift(style: str) -> None:
    source = photo("coffee", 1200, 850)
    output = getattr(small_engine, style)(source)
    assert measure_drift(source, output, worth=0.4) == NO_DRIFT


def test_a_flat_picture_has_no_drift() -> None:
    flat = np.full((900, 1200, 3), 120, np.uint8)
    assert measure_drift(flat, flat[:600, :800]) == NO_DRIFT


def test_a_smooth_gradient_has_no_drift() -> None:
    slope = (
        np.repeat(np.linspace(0, 255, 1200)[None, :, None], 900, axis=0).repeat(3, axis=2).astype(np.uint8)
    )
    assert measure_drift(slope, slope[::2, ::2].copy()) == NO_DRIFT


def test_an_unrelated_picture_has_no_drift() -> None:
    assert measure_drift(photo("chelsea", 1200, 850), photo("coffee", 1200, 850)) == NO_DRIFT


def test_noise_has_no_drift() -> None:
    random = np.random.default_rng(0)
    one, other = random.integers(0, 256, (2, 600, 800, 3), dtype=np.uint8)
    assert measure_drift(one, other) == NO_DRIFT


def test_a_zoom_that_was_asked_for_is_not_undone() -> None:
    source = photo("coffee", 1200, 850)
    closer = upscaled(source[106:744, 150:1050], 1200, 850)
    assert measure_drift(source, closer) == NO_DRIFT


def test_what_is_masked_is_not_followed() -> None:
    source = photo("coffee", 1200, 850)
    output, mask = source.copy(), np.zeros((850, 1200), np.uint8)
    mask[:, :900] = 255
    output[:, 5:900] = source[:, :895]
    measured = measure_drift(source, output, ignore=mask)
    assert measured.reach(1200, 850) < 0.4


def test_a_letterboxed_output_is_found() -> None:
    source = photo("astronaut", 1500, 1000)
    canvas = np.zeros((1024, 1024, 3), np.uint8)
    canvas[170:853] = resized(source, 1024, 683)
    measured = measure_drift(source, canvas)
    laid = sample(canvas, measured, source_size=(1500, 1000), size=(1500, 1000))
    assert small_engine.psnr(source, laid) > small_engine.psnr(source, upscaled(canvas, 1500, 1000)) + 6


def test_a_cropped_output_is_found_and_known_to_be_cropped() -> None:
    source = photo("astronaut", 1500, 1000)
    crop = resized(source, 1536, 1024)[:, 256:1280]
    measured = measure_drift(source, crop)
    seen = covered(measured, source_size=(1500, 1000), size=(1500, 1000))
    assert seen[:, 260:1240].all()
    assert not seen[:, :240].any()
    assert not seen[:, 1260:].any()


def test_measuring_twice_gives_the_same_drift() -> None:
    output = SmallEngine(drift=DRIFTS[0], noise_levels=3).edit(photo())
    assert measure_drift(photo(), output) == measure_drift(photo(), output)


def test_sampling_without_drift_at_the_same_size_changes_nothing() -> None:
    source = photo("coffee", 600, 400)
    assert np.array_equal(sample(source, NO_DRIFT, source_size=(600, 400), size=(600, 400)), source)


def test_sampling_a_box_gives_that_part_of_the_whole() -> None:
    output = SmallEngine(pixels=60_000).edit(photo("coffee", 600, 400))
    whole = sample(output, DRIFTS[0], source_size=(600, 400), size=(600, 400))
    part = sample(output, DRIFTS[0], source_size=(600, 400), size=(600, 400), box=(100, 50, 300, 250))
    assert cv2.absdiff(part, whole[50:250, 100:300]).max() <= 1
