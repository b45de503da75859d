"""Looks, prints and artists' styles go where their names say, on real photographs."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from editor.engines.base import EditRequest, Pixels
from editor.engines.lite.engine import carry_out
from editor.engines.lite.plan import Plan, Step
from editor.engines.lite.vocabulary.artists import ARTISTS
from tests.editor.engines.lite.photos import NAMES, photo


def look(image: Pixels, operation: str, *, color: str = "", preserve: float = 0.5) -> Pixels:
    plan = Plan((Step(operation, 1.0, color),))
    return carry_out(plan, EditRequest(image=image, prompt="", preserve=preserve))[0]


def lab(image: Pixels) -> NDArray[np.float64]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2LAB), np.float64)


def warmth(image: Pixels) -> float:
    return float(lab(image)[..., 2].mean())


def edges(image: Pixels) -> NDArray[np.float32]:
    """How strong the outlines are, at a size at which texture does not count."""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (64, 48), interpolation=cv2.INTER_AREA)
    calm = cv2.GaussianBlur(small, (0, 0), 1).astype(np.float32)
    return np.asarray(cv2.magnitude(cv2.Sobel(calm, cv2.CV_32F, 1, 0), cv2.Sobel(calm, cv2.CV_32F, 0, 1)))


def likeness(one: Pixels, other: Pixels) -> float:
    return float(np.corrcoef(edges(one).ravel(), edges(other).ravel())[0, 1])


@pytest.mark.parametrize("name", NAMES)
def test_night_is_darker_than_dusk_and_both_are_cooler_than_golden_hour(name: str) -> None:
    source = photo(name)
    night, dusk, golden = (look(source, operation) for operation in ("night", "dusk", "golden"))
    assert night.mean() < dusk.mean() < source.mean()
    assert warmth(night) < warmth(golden)
    assert warmth(golden) > warmth(source)


@pytest.mark.parametrize("name", NAMES)
def test_cinematic_shadows_are_cooler_than_its_lights(name: str) -> None:
    source = photo(name)
    made = look(source, "cinematic")
    light = lab(source)[..., 0]
    dark, bright = light < np.quantile(light, 0.3), light > np.quantile(light, 0.7)
    lean = lab(made)[..., 2] - lab(source)[..., 2]
    assert lean[bright].mean() > lean[dark].mean()


@pytest.mark.parametrize("operation", ["vintage"])
def test_vintage_lifts_the_blacks(operation: str) -> None:
    source = photo("astronaut")
    made = look(source, operation)
    assert np.quantile(lab(made)[..., 0], 0.02) > np.quantile(lab(source)[..., 0], 0.02)
    assert likeness(made, source) > 0.9


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea"])
def test_an_ink_drawing_is_dark_lines_on_light_paper(name: str) -> None:
    made = look(photo(name, 400), "ink").mean(axis=2)
    assert np.quantile(made, 0.7) > 200
    assert np.quantile(made, 0.02) < 110


@pytest.mark.parametrize("name", NAMES)
def test_posterising_leaves_few_tones(name: str) -> None:
    source = photo(name)
    made = look(source, "posterize")
    assert tones(made) < 0.7 * tones(source)
    assert likeness(made, source) > 0.6


def tones(image: Pixels) -> int:
    """How many colours make up four fifths of a picture."""
    _, counts = np.unique(image.reshape(-1, 3) // 8, axis=0, return_counts=True)
    shares = np.cumsum(np.sort(counts)[::-1]) / counts.sum()
    return int((shares < 0.8).sum()) + 1


@pytest.mark.parametrize("operation", ["mosaic", "halftone", "watercolor"])
@pytest.mark.parametrize("name", ["astronaut", "coffee"])
def test_prints_still_show_the_picture(operation: str, name: str) -> None:
    source = photo(name, 600)
    made = look(source, operation)
    assert np.abs(made.astype(int) - source).mean() > 4
    assert likeness(made, source) > 0.5


@pytest.mark.parametrize("style", ARTISTS)
def test_a_style_changes_the_colours_and_keeps_the_drawing(style: str) -> None:
    source = photo("astronaut", 300)
    made = look(source, "style", color=style)
    assert made.shape == source.shape
    assert np.abs(made.astype(int) - source).mean() > 15
    assert likeness(made, source) > 0.45


def test_two_styles_differ_and_preserve_fades_them() -> None:
    source = photo("coffee", 300)
    strong, plain, faint = (look(source, "style", color="Van Gogh", preserve=p) for p in (0.2, 0.5, 0.9))
    away = [float(np.abs(made.astype(int) - source).mean()) for made in (strong, plain, faint)]
    assert away[0] > away[1] > away[2] > 1
    other = look(source, "style", color="ukiyo-e")
    assert np.abs(other.astype(int) - plain).mean() > 15
