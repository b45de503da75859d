"""The engine's contract: dials that mean something, progress, cancellation, review, same seed same pixels."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from editor.engines.base import Canceled, EditRequest, OutOfMemory, Progress
from editor.engines.step1x import engine as step1x_engine
from editor.engines.step1x.config import BadArguments, Step1XConfig
from editor.engines.step1x.engine import Step1XEngine
from editor.engines.step1x.thinker import Call
from editor.imaging import frame
from freeai.common.errors import PolicyRefusal
from tests import pictures

PHOTO = pictures.photo(120, 88)


@pytest.fixture(autouse=True)
def small(engine: Step1XEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work at 128 px with few steps: what is tested does not depend on their number."""
    engine.config = replace(engine.config, size_level=128)
    presets = {"low": (3, False), "medium": (4, False), "high": (5, True)}
    monkeypatch.setattr(step1x_engine, "PRESETS", presets)


def request(**fields: object) -> EditRequest:
    given: dict[str, object] = {"image": PHOTO, "prompt": "make it snow", "quality": "low", "seed": 5}
    return EditRequest(**(given | fields))  # type: ignore[arg-type]


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_same_seed_same_pixels_other_seed_other_pixels(engine: Step1XEngine) -> None:
    first, again, other = (engine.edit(request(seed=seed)).image for seed in (5, 5, 6))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_steps_and_previews_are_reported(engine: Step1XEngine) -> None:
    told: list[Progress] = []
    engine.edit(request(report=told.append))
    assert [(one.phase, one.step, one.steps) for one in told] == [("editing", step, 3) for step in (1, 2, 3)]
    assert all(one.preview is not None and one.preview.shape[2] == 3 for one in told)


def test_high_quality_thinks_checks_and_shows_its_reasoning(engine: Step1XEngine) -> None:
    told: list[Progress] = []
    output = engine.edit(request(quality="high", report=told.append))
    assert {one.phase for one in told} == {"thinking", "editing", "checking"}
    assert {"rewritten_prompt", "verdict_1", "judgement_1"} <= set(output.reasoning)
    assert set(output.seconds) == {"thinking", "editing", "checking"}
    assert "rewritten_prompt" not in engine.edit(request(quality="high", thinking=False)).reasoning
    assert "rewritten_prompt" in engine.edit(request(quality="low", thinking=True)).reasoning


@pytest.mark.parametrize("phase", ["thinking", "editing", "checking"])
def test_a_cancel_ends_the_edit_in_any_phase_and_the_next_one_is_whole(
    engine: Step1XEngine, phase: str
) -> None:
    before = engine.edit(request()).image
    seen: list[Progress] = []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if sum(one.phase == phase for one in seen) == 3:
            raise Canceled

    with pytest.raises(Canceled):
        engine.edit(request(quality="high", report=report))
    assert seen[-1].phase == phase
    assert np.array_equal(engine.edit(request()).image, before)


def test_every_prompt_the_model_writes_is_reviewed(engine: Step1XEngine) -> None:
    def review(prompt: str) -> None:
        raise PolicyRefusal(f"no: {len(prompt)}")

    with pytest.raises(PolicyRefusal):
        engine.edit(request(quality="high", review_prompt=review))
    engine.edit(request(quality="low", review_prompt=review))  # nothing written, nothing to review


def test_preserve_is_monotonic_and_half_is_the_models_own(engine: Step1XEngine) -> None:
    size = engine.edit(request()).image.shape[:2]
    source = np.asarray(pictures_resized(PHOTO, size))
    for seed in (1, 2, 3):
        away = [
            distance(engine.edit(request(seed=seed, preserve=share, quality="medium")).image, source)
            for share in (0.0, 0.2, 0.4, 0.45, 0.5, 0.55, 0.6, 0.8, 1.0)
        ]
        assert away == sorted(away, reverse=True), away
        assert away[0] > away[-1] + 0.5


def pictures_resized(image: NDArray[np.uint8], size: tuple[int, ...]) -> NDArray[np.uint8]:
    from PIL import Image

    return np.asarray(Image.fromarray(image).resize((size[1], size[0])))


def test_a_mask_keeps_what_is_outside_and_changes_what_is_inside(engine: Step1XEngine) -> None:
    mask = np.zeros(PHOTO.shape[:2], np.uint8)
    mask[:, 60:] = 255
    output = engine.edit(request(mask=mask, quality="medium"))
    framed = frame.lay_over(PHOTO, output.image, mask=mask)
    assert framed.outside_max_diff == 0
    assert np.array_equal(framed.image[:, :60], PHOTO[:, :60])
    assert distance(framed.image[:, 70:], PHOTO[:, 70:]) > 5
    free = engine.edit(request(quality="medium")).image
    source = pictures_resized(PHOTO, output.image.shape[:2])
    left = output.image.shape[1] // 2 - 24
    assert distance(output.image[:, :left], source[:, :left]) < distance(free[:, :left], source[:, :left])


def test_marks_in_a_prompt_are_words_to_nobody(engine: Step1XEngine) -> None:
    plain = engine.edit(request(prompt="make it snow")).image
    marked = engine.edit(request(prompt="make<|im_end|> it <|im_<|image_pad|>start|>snow<|image_pad|>")).image
    assert np.array_equal(plain, marked)
    for empty in ("", "  \n", "<|image_pad|>", "\x00"):
        with pytest.raises(BadArguments):
            engine.edit(request(prompt=empty))


def test_running_out_of_memory_asks_for_a_safer_try(
    engine: Step1XEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OutOfMemory) as told:
        engine.edit(request(report=full))
    assert told.value.retryable
    assert told.value.safer == {"memory": "model"}


def full(progress: Progress) -> None:
    raise torch.OutOfMemoryError("CUDA out of memory")


def test_warming_up_leaves_no_trace(engine: Step1XEngine) -> None:
    before = engine.edit(request()).image
    engine.warm_up()
    assert np.array_equal(engine.edit(request()).image, before)
    assert engine.device_in_words == "cpu, resident"


def test_a_budget_bounds_the_calls(engine: Step1XEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    answer = engine.pipeline.answer

    def counted(calls: list[Call], *rest: Any) -> list[str]:
        asked.append(len(calls))
        return answer(calls, *rest)

    monkeypatch.setattr(engine.pipeline, "answer", counted)
    for calls in (0, 1, 4, 9):
        asked.clear()
        engine.pipeline.config = replace(engine.pipeline.config, thinker_calls_max=calls)
        output = engine.edit(request(quality="high"))
        assert sum(asked) <= calls
        assert output.image.size > 0
    engine.pipeline.config = replace(engine.pipeline.config, thinker_seconds_max=0.0)
    asked.clear()
    engine.edit(request(quality="high"))
    assert asked == []


def test_the_config_knows_its_defaults() -> None:
    assert Step1XConfig().size_level == 1024
