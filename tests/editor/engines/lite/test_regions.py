"""What is found by name changes; everything else keeps its very bytes."""

import numpy as np
import pytest

from editor.engines.base import EditRequest, NotUnderstood, Pixels
from editor.engines.lite.engine import LiteEngine, carry_out
from editor.engines.lite.plan import Plan, Step
from editor.engines.lite.regions import region_of
from tests.editor.engines.lite.photos import photo


@pytest.fixture
def coffee() -> Pixels:
    return photo("coffee", 400)


@pytest.mark.parametrize("name", ["background", "subject"])
def test_only_the_region_changes(name: str, coffee: Pixels) -> None:
    region = region_of(coffee, name)
    result, _ = carry_out(Plan((Step("exposure", -0.5, "", name),)), EditRequest(image=coffee, prompt=""))
    assert 0.1 < region.mean() / 255 < 0.9
    assert np.array_equal(result[region == 0], coffee[region == 0])
    inside = region == 255
    assert result[inside].mean() < 0.85 * coffee[inside].mean()


def test_the_cup_is_the_subject_and_the_table_is_not(coffee: Pixels) -> None:
    subject = region_of(coffee, "subject")
    height, width = subject.shape
    assert subject[height // 2, width // 2] > 200
    assert subject[8, 8] < 60
    assert subject[8, -8] < 60


def test_a_removed_background_is_transparent_and_the_rest_opaque(coffee: Pixels) -> None:
    output = LiteEngine().edit(EditRequest(image=coffee, prompt="remove the background"))
    assert output.alpha is not None
    firm = (output.alpha == 0) | (output.alpha == 255)
    assert np.array_equal(output.image[firm], coffee[firm])
    assert output.alpha[6, 6] < 20
    assert output.alpha[coffee.shape[0] // 2, coffee.shape[1] // 2] > 235


def meadow() -> Pixels:
    """A blue sky that pales towards the horizon, over grass."""
    scene = np.zeros((180, 240, 3), np.uint8)
    down = np.linspace(0, 1, 100)[:, None]
    scene[:100] = (90 + 80 * down[..., None] * [1, 0.6, 0.2] + [0, 60, 130]).astype(np.uint8)
    grass = np.random.default_rng(0).integers(-35, 35, (80, 240, 1))
    scene[100:] = np.clip(np.array([60, 110, 40]) + grass, 0, 255)
    return scene


def test_the_sky_is_found_and_the_ground_is_not() -> None:
    sky, green = (region_of(meadow(), name) for name in ("sky", "greenery"))
    assert sky[:90].min() > 200
    assert sky[110:].max() < 60
    assert green[:90].max() < 60
    assert green[110:].mean() > 150


def test_a_sky_that_would_end_in_a_seam_is_declined() -> None:
    with pytest.raises(NotUnderstood, match="no sky"):
        region_of(np.repeat(meadow()[:60], 3, axis=0), "sky")


def test_a_colour_names_what_has_it(coffee: Pixels) -> None:
    saucer = region_of(coffee, "red") > 127
    assert saucer.any()
    chosen = coffee[saucer].astype(int)
    assert (chosen[:, 0] > chosen[:, 2]).mean() > 0.98


@pytest.mark.parametrize("name", ["greenery", "sky", "subject"])
def test_what_is_not_there_is_declined_with_advice(name: str) -> None:
    plain = np.full((120, 160, 3), (90, 60, 60), np.uint8)
    with pytest.raises(NotUnderstood, match="mask"):
        region_of(plain, name)


def test_a_gradient_goes_from_one_colour_to_the_other(coffee: Pixels) -> None:
    mask = np.full(coffee.shape[:2], 255, np.uint8)
    plan = Plan((Step("fill", 1.0, "blue to white"),))
    result, _ = carry_out(plan, EditRequest(image=coffee, prompt="", mask=mask))
    light = result.mean(axis=(1, 2))
    assert light[0] < 110
    assert light[-1] > 235
    assert (np.diff(light) > -1).all()
