"""Every operation does what its name says, in the right direction, and nothing outside the mask."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from editor.engines.base import EditRequest, Pixels, Plane
from editor.engines.lite.engine import carry_out
from editor.engines.lite.operations import OPERATIONS
from editor.engines.lite.plan import MASK_ONLY, WHOLE_ONLY, WORDINGS, Plan, Step
from editor.imaging import encoding, frame, intake
from tests.editor.engines.lite.photos import NAMES, photo

Measure = Callable[[Pixels], float]

PLAIN = {"exposure": 0.4, "white_balance": 0.3, "contrast": 0.3, "saturation": 0.3, "vibrance": 0.4}
"""Amounts at which an operation is asked for without any degree; 0.5 for those not listed."""

ON_PICTURES = [operation for operation in OPERATIONS if operation not in {*WHOLE_ONLY, "reword"}]
"""Words are rewritten where there are some: test_rewording.py."""


def edit(
    image: Pixels,
    operation: str,
    amount: float,
    *,
    color: str = "",
    region: str = "",
    mask: Plane | None = None,
    preserve: float = 0.5,
    seed: int = 0,
) -> Pixels:
    plan = Plan((Step(operation, amount, color, region),))
    request = EditRequest(image=image, prompt="", mask=mask, preserve=preserve, seed=seed)
    return carry_out(plan, request)[0]


def blob(shape: tuple[int, ...], *, feather: float = 3.0) -> Plane:
    """A soft-edged ellipse off the middle."""
    plane = np.zeros(shape[:2], np.uint8)
    cv2.ellipse(plane, (shape[1] // 3, shape[0] // 2), (shape[1] // 7, shape[0] // 5), 20, 0, 360, 255, -1)
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), feather), np.uint8)


def color_for(operation: str) -> str:
    if operation == "style":
        return "Van Gogh"
    return "blue" if operation in ("tint", "recolor", "fill") else ""


def luma(image: Pixels) -> NDArray[np.float64]:
    return np.asarray(image @ np.array([0.299, 0.587, 0.114]))


def brightness(image: Pixels) -> float:
    return float(luma(image).mean())


def contrast(image: Pixels) -> float:
    return float(luma(image).std())


def warmth(image: Pixels) -> float:
    return float(image[..., 0].mean() - image[..., 2].mean())


def colorfulness(image: Pixels) -> float:
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(float)
    return float(np.hypot(lab[..., 1] - 128, lab[..., 2] - 128).mean())


def sharpness(image: Pixels) -> float:
    return float(cv2.Laplacian(luma(image), cv2.CV_64F).std())


def shadow_light(image: Pixels) -> float:
    return float(np.quantile(luma(image), 0.15))


def highlight_light(image: Pixels) -> float:
    brightest = np.sort(luma(image).ravel())
    return float(brightest[-len(brightest) // 20 :].mean())


def blueness(image: Pixels) -> float:
    return -float(cv2.cvtColor(image, cv2.COLOR_RGB2LAB)[..., 2].mean())


def corner_light(image: Pixels) -> float:
    return float(luma(image)[:20, :20].mean())


def distance(one: Pixels, other: Pixels) -> float:
    return float(np.abs(one.astype(int) - other).mean())


DIRECTIONS: list[tuple[str, Measure]] = [
    ("exposure", brightness),
    ("contrast", contrast),
    ("white_balance", warmth),
    ("saturation", colorfulness),
    ("vibrance", colorfulness),
    ("shadows", shadow_light),
    ("highlights", highlight_light),
    ("clarity", sharpness),
    ("tint", blueness),
]


def test_every_operation_of_a_plan_can_be_carried_out() -> None:
    assert set(OPERATIONS) == set(WORDINGS)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("operation", "measure"), DIRECTIONS)
def test_two_way_operations_go_both_ways(operation: str, measure: Measure, name: str) -> None:
    source, amount = photo(name), PLAIN.get(operation, 0.5)
    more = edit(source, operation, amount, color=color_for(operation))
    less = edit(source, operation, -amount, color=color_for(operation))
    assert measure(less) < measure(source) < measure(more)


@pytest.mark.parametrize(("operation", "measure"), DIRECTIONS)
def test_two_way_operations_are_monotonic_in_degree(operation: str, measure: Measure) -> None:
    source = photo("chelsea")
    amounts = (-0.8, -0.4, -0.15, 0.15, 0.4, 0.8)
    seen = [measure(edit(source, operation, amount, color=color_for(operation))) for amount in amounts]
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


@pytest.mark.parametrize("operation", sorted(set(ON_PICTURES) - MASK_ONLY))
def test_more_preserve_stays_closer_to_the_source(operation: str) -> None:
    source = photo("chelsea")
    amount = PLAIN.get(operation, 0.5)
    results = [
        edit(source, operation, amount, color=color_for(operation), preserve=preserve)
        for preserve in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    distances = [distance(result, source) for result in results]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > distances[-1] > 0


@pytest.mark.parametrize("operation", ["exposure", "contrast", "clarity", "shadows", "highlights"])
@pytest.mark.parametrize("amount", [-0.9, 1.0])
def test_the_utmost_strength_never_turns_tones_around(operation: str, amount: float) -> None:
    ramp = np.repeat(np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 40, axis=0), 3, axis=2)
    tones = luma(edit(ramp, operation, amount, preserve=0.0))[20]
    assert (np.diff(tones) >= -1.01).all()
    assert tones[-1] > tones[0]


def test_preserve_counts_for_recolouring_too() -> None:
    source = photo("astronaut")
    mask = blob(source.shape)
    distances = [
        distance(edit(source, "recolor", 1.0, color="green", mask=mask, preserve=preserve), source)
        for preserve in (0.5, 0.75, 1.0)
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[0] > distances[-1] > 0


@pytest.mark.parametrize("operation", ON_PICTURES)
def test_outside_the_mask_every_byte_stays(operation: str) -> None:
    source = photo("astronaut")
    mask = blob(source.shape)
    result = edit(source, operation, 1.0, color=color_for(operation), mask=mask)
    outside = mask == 0
    assert np.array_equal(result[outside], source[outside])
    assert not np.array_equal(result[~outside], source[~outside])
    framed = frame.lay_over(source, result, mask=mask, is_in_frame=True)
    shown, _ = intake.read_pixels(encoding.encode(framed.image, None, format="png", lossless=True))
    assert framed.outside_max_diff == 0
    assert np.array_equal(shown[outside], source[outside])


@pytest.mark.parametrize("operation", ON_PICTURES)
@pytest.mark.parametrize("shape", [(33, 71), (64, 32)])
def test_size_and_type_stay_for_small_and_odd_pictures(operation: str, shape: tuple[int, int]) -> None:
    source = photo("astronaut", 80)[: shape[0], : shape[1]].copy()
    before = source.copy()
    mask = blob(source.shape, feather=1.0)
    result = edit(source, operation, 1.0, color=color_for(operation), mask=mask)
    assert result.shape == source.shape == (*shape, 3)
    assert result.dtype == np.uint8
    assert np.array_equal(source, before)


@pytest.mark.parametrize("operation", ON_PICTURES)
def test_the_same_seed_gives_the_same_pixels(operation: str) -> None:
    source = photo("coffee", 160)
    mask = blob(source.shape)
    once, again = (
        edit(source, operation, 0.7, color=color_for(operation), mask=mask, seed=7) for _ in range(2)
    )
    assert np.array_equal(once, again)


def test_another_seed_gives_another_grain() -> None:
    source = photo("coffee")
    assert not np.array_equal(edit(source, "grain", 0.5, seed=1), edit(source, "grain", 0.5, seed=2))


@pytest.mark.parametrize("operation", ON_PICTURES)
@pytest.mark.parametrize("value", [0, 255])
def test_plain_black_and_plain_white_break_nothing(operation: str, value: int) -> None:
    source = np.full((48, 56, 3), value, np.uint8)
    with np.errstate(all="raise", under="ignore"):
        result = edit(source, operation, 1.0, color=color_for(operation), mask=blob(source.shape))
    assert result.shape == source.shape


@pytest.mark.parametrize("name", NAMES)
def test_black_and_white_is_grey(name: str) -> None:
    result = edit(photo(name), "monochrome", 1.0).astype(int)
    assert np.ptp(result, axis=2).max() == 0


@pytest.mark.parametrize("name", NAMES)
def test_sepia_is_brown_all_over(name: str) -> None:
    result = edit(photo(name), "sepia", 1.0).astype(int)
    middle = result[(result[..., 1] > 60) & (result[..., 1] < 200)]
    assert (middle[:, 0] > middle[:, 1]).all()
    assert (middle[:, 1] > middle[:, 2]).all()


@pytest.mark.parametrize("name", NAMES)
def test_blur_softens_and_sharpen_sharpens(name: str) -> None:
    source = photo(name)
    assert sharpness(edit(source, "blur", 0.4)) < 0.6 * sharpness(source)
    assert sharpness(edit(source, "sharpen", 0.5)) > 1.1 * sharpness(source)


def test_sharpening_leaves_no_halo() -> None:
    step = np.full((60, 60, 3), 80, np.uint8)
    step[:, 30:] = 170
    soft = np.asarray(cv2.GaussianBlur(step, (0, 0), 1.2), np.uint8)
    result = edit(soft, "sharpen", 0.5)
    assert result.min() >= 80 - 6
    assert result.max() <= 170 + 6


def test_denoising_takes_noise_but_leaves_edges() -> None:
    clean = photo("astronaut", 320)
    noise = np.random.default_rng(0).normal(0, 14, clean.shape)
    noisy = np.clip(clean + noise, 0, 255).astype(np.uint8)
    result = edit(noisy, "denoise", 0.5)
    assert distance(result, clean) < 0.6 * distance(noisy, clean)
    assert sharpness(result) > 0.6 * sharpness(clean)


def test_a_pencil_sketch_is_grey_on_near_white_paper() -> None:
    result = edit(photo("astronaut", 400), "sketch", 1.0)
    assert np.ptp(result.astype(int), axis=2).max() <= 12
    assert np.quantile(luma(result), 0.85) > 215
    assert np.quantile(luma(result), 0.02) < 110


@pytest.mark.parametrize("operation", ["oil", "cartoon"])
def test_painted_styles_flatten_texture_and_keep_the_picture(operation: str) -> None:
    source = photo("chelsea", 400)
    result = edit(source, operation, 1.0)
    small = (16, 12)
    shrunk = (cv2.resize(image, small, interpolation=cv2.INTER_AREA) for image in (source, result))
    one, other = (np.asarray(image, np.uint8) for image in shrunk)
    assert np.corrcoef(luma(one).ravel(), luma(other).ravel())[0, 1] > 0.95
    assert distance(result, source) > 4


def test_a_vignette_darkens_the_corners_only() -> None:
    source = photo("astronaut")
    result = edit(source, "vignette", 1.0)
    assert corner_light(result) < 0.8 * corner_light(source)
    assert np.array_equal(result[85:115, 85:115], source[85:115, 85:115])


def test_white_balance_keeps_the_light_and_clips_hardly_anything() -> None:
    source = photo("astronaut")
    result = edit(source, "white_balance", 0.3)
    assert abs(brightness(result) - brightness(source)) < 4
    clipped = (result == 255).any(axis=2).mean() - (source == 255).any(axis=2).mean()
    assert clipped < 0.02


@pytest.mark.parametrize("operation", ["exposure", "contrast", "saturation", "vibrance", "enhance"])
@pytest.mark.parametrize("name", NAMES)
def test_plain_strength_clips_hardly_anything(operation: str, name: str) -> None:
    source = photo(name)
    result = edit(source, operation, PLAIN.get(operation, 1.0))
    newly_white = (result == 255).all(axis=2) & ~(source >= 250).all(axis=2)
    assert newly_white.mean() < 0.01


def test_correcting_the_white_balance_takes_a_cast_away() -> None:
    cast = np.clip(photo("astronaut") * np.array([0.75, 0.95, 1.15]), 0, 255).astype(np.uint8)
    assert abs(warmth(edit(cast, "balance", 1.0)) - 10) < abs(warmth(cast) - 10)


def test_haze_removal_brings_contrast_back() -> None:
    hazy = (photo("coffee") * 0.45 + 120).astype(np.uint8)
    assert contrast(edit(hazy, "dehaze", 0.5)) > 1.2 * contrast(hazy)


def test_pixelated_parts_are_flat_squares() -> None:
    result = edit(photo("astronaut"), "pixelate", 1.0)
    assert len(np.unique(result.reshape(-1, 3), axis=0)) < 2500


def test_inverting_twice_is_the_source() -> None:
    source = photo("coffee")
    assert np.array_equal(edit(edit(source, "invert", 1.0), "invert", 1.0), source)


@pytest.mark.parametrize(("color", "channel"), [("red", 0), ("green", 1), ("blue", 2)])
def test_recolouring_changes_the_hue_and_keeps_the_texture(color: str, channel: int) -> None:
    source = photo("astronaut", 400)
    mask = np.zeros(source.shape[:2], np.uint8)
    mask[300:380, 60:140] = 255  # the orange suit
    inside = mask == 255
    result = edit(source, "recolor", 1.0, color=color, mask=mask)
    assert result[inside].mean(axis=0).argmax() == channel
    assert np.corrcoef(luma(source)[inside], luma(result)[inside])[0, 1] > 0.9


@pytest.mark.parametrize(("color", "darker"), [("white", False), ("black", True)])
def test_recolouring_to_black_or_white_moves_the_lightness(color: str, darker: bool) -> None:
    source = photo("astronaut", 400)
    mask = np.zeros(source.shape[:2], np.uint8)
    mask[300:380, 60:140] = 255
    result = edit(source, "recolor", 1.0, color=color, mask=mask)
    moved = luma(result)[mask > 0].mean() - luma(source)[mask > 0].mean()
    assert (moved < -40) if darker else (moved > 40)


def test_a_removed_thing_is_gone_and_the_texture_goes_on() -> None:
    texture = photo("gravel", 512)[:240, :240].copy()
    scene = texture.copy()
    cv2.circle(scene, (120, 120), 22, (250, 30, 30), -1)
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.circle(mask, (120, 120), 27, 255, -1)
    result = edit(scene, "remove", 1.0, mask=mask)
    filled = result[mask > 0].astype(int)
    assert np.ptp(filled, axis=1).max() < 60  # no red is left
    assert abs(filled.mean() - texture[mask > 0].mean()) < 15
    assert filled.std() > 0.6 * texture[mask > 0].std()  # gravel, not a smear


def test_a_removed_thing_does_not_shine_through_a_feathered_edge() -> None:
    scene = np.full((120, 120, 3), 90, np.uint8)
    cv2.circle(scene, (60, 60), 14, (255, 0, 0), -1)
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.circle(mask, (60, 60), 20, 255, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 3), np.uint8)
    result = edit(scene, "remove", 1.0, mask=mask).astype(int)
    assert np.abs(result - 90).max() <= 3
