"""The engine as the runner sees it: an edit request in, an edit output out."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from editor.engines.base import Canceled, EditRequest, NotUnderstood, Pixels, Progress
from editor.engines.lite.engine import LiteEngine
from editor.engines.lite.work import PREVIEW_SIDE_MAX
from tests.editor.engines.lite.photos import photo


@pytest.fixture
def coffee() -> Pixels:
    return photo("coffee", 600)


def recorded(seen: list[Progress]) -> Callable[[Progress], None]:
    return seen.append


def test_an_edit_keeps_the_size_and_tells_its_plan(coffee: Pixels) -> None:
    output = LiteEngine().edit(EditRequest(image=coffee, prompt="warmer and a bit brighter", seed=3))
    assert output.image.shape == coffee.shape
    assert output.alpha is None
    assert output.seed == 3
    assert output.reasoning == {"plan": "warmer +30 %, brighter +20 %"}
    assert set(output.seconds) == {"thinking", "editing"}
    assert output.image.mean() > coffee.mean()


def test_several_wishes_are_all_granted(coffee: Pixels) -> None:
    engine = LiteEngine()
    image = engine.edit(EditRequest(image=coffee, prompt="black and white, much darker, blurred")).image
    lighter = engine.edit(EditRequest(image=coffee, prompt="black and white and blurred")).image
    assert np.ptp(image.astype(int), axis=2).max() == 0
    assert image.mean() < 0.9 * lighter.mean()
    assert cv2.Laplacian(image, cv2.CV_64F).std() < cv2.Laplacian(coffee, cv2.CV_64F).std()


def test_what_is_not_understood_does_no_work(coffee: Pixels) -> None:
    seen: list[Progress] = []
    with pytest.raises(NotUnderstood):
        LiteEngine().edit(EditRequest(image=coffee, prompt="add a dog", report=recorded(seen)))
    assert {progress.phase for progress in seen} == {"thinking"}


def test_progress_thinks_first_and_then_only_rises(coffee: Pixels) -> None:
    seen: list[Progress] = []
    prompt = "oil painting, brighter and a vignette"
    LiteEngine().edit(EditRequest(image=coffee, prompt=prompt, report=recorded(seen)))
    assert [progress.phase for progress in seen[:2]] == ["thinking", "thinking"]
    editing = [progress for progress in seen if progress.phase == "editing"]
    steps = [progress.step for progress in editing]
    assert steps == sorted(steps)
    assert steps[-1] == editing[-1].steps == 30
    assert len(set(steps)) > 10


def test_previews_are_small() -> None:
    large = photo("astronaut", 1300)
    seen: list[Progress] = []
    prompt = "denoise, cartoon and sharpen"
    LiteEngine().edit(EditRequest(image=large, prompt=prompt, report=recorded(seen)))
    previews = [progress.preview for progress in seen if progress.preview is not None]
    assert previews
    assert all(max(preview.shape[:2]) <= PREVIEW_SIDE_MAX for preview in previews)


@pytest.mark.parametrize("prompt", ["brighter", "denoise", "oil painting", "cartoon", "pencil sketch"])
def test_a_cancel_passes_through_from_the_middle(prompt: str) -> None:
    reports = 0

    def stop_at_the_fifth(progress: Progress) -> None:
        nonlocal reports
        reports += 1
        if reports == 5:
            raise Canceled

    large = photo("coffee", 1500)
    with pytest.raises(Canceled):
        LiteEngine().edit(EditRequest(image=large, prompt=prompt, report=stop_at_the_fifth))
    assert reports == 5


def test_a_negative_prompt_is_said_to_be_unused(coffee: Pixels) -> None:
    request = EditRequest(image=coffee, prompt="sepia", negative_prompt="ugly, low quality")
    assert "not used" in LiteEngine().edit(request).reasoning["negative_prompt"]


def test_removing_and_then_toning_leaves_nothing_at_a_feathered_edge() -> None:
    scene = np.full((120, 120, 3), 90, np.uint8)
    cv2.circle(scene, (60, 60), 14, (255, 0, 0), -1)
    mask = np.zeros(scene.shape[:2], np.uint8)
    cv2.circle(mask, (60, 60), 20, 255, -1)
    mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), 3), np.uint8)
    image = LiteEngine().edit(EditRequest(image=scene, mask=mask, prompt="remove this and sharpen")).image
    assert np.abs(image.astype(int) - 90).max() <= 4
    assert np.array_equal(image[mask == 0], scene[mask == 0])
