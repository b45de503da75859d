"""The thinker's calls and decisions against the recorded ones."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from editor.engines.step1x.config import Sampling
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.thinker import Call, language, render
from tests.editor.engines.step1x import goldens
from tests.editor.engines.step1x.test_parity import loaded

pytestmark = goldens.needed


@pytest.mark.parametrize("case", goldens.cases("thinker"), ids=lambda path: path.name)
def test_questions_and_greedy_answers_are_the_recorded_ones(case: Path) -> None:
    facts, recorded = goldens.facts(case, "thinker.json"), load_file(case / "thinker.safetensors")
    pipe, prompts = loaded(facts["case"]["ckpt"]), goldens.published_prompts()
    pictures = {name: Image.open(case / f"{name}.png") for name in ("source", "edited")}
    wish = facts["case"]["prompt"]
    words = {
        "language": language(wish),
        "instruction": wish,
        "description": "A red square.",
        "prior_score": "5.0",
        "prior_reason": "half done",
    }
    for kind, asked in facts["prompts"].items():
        rendered = render(prompts[kind], words)
        assert rendered == asked["rendered"], kind
        call = Call(kind, rendered, [pictures[which] for which in prompts[kind]["images"]], seed=0)
        ids, patches = pipe.question(call)
        assert ids == recorded[f"{kind}.input_ids"][0].tolist()
        assert [one.grid_thw[0].tolist() for one in patches] == recorded[f"{kind}.image_grid_thw"].tolist()
        rows = torch.cat([one.pixels for one in patches]).double().sum(1)
        assert float((rows - recorded[f"{kind}.pixel_values_rowsum"].double()).abs().max()) < 2e-3
        with torch.no_grad(), pipe._kernels():
            (reply,) = pipe.reader.generate(
                [(ids, patches)],
                tokens_max=facts["greedy_new_tokens"],
                seeds=[0],
                is_complete=lambda _: False,
                tick=lambda: None,
                temperature=0,
            )
        assert reply == recorded[f"{kind}.greedy_ids"][0].tolist(), kind


class Script:
    """Answers by kind; a list is used up in order, its last reply repeats."""

    def __init__(self, replies: dict[str, list[str]]) -> None:
        self._replies = replies
        self.asked: Counter[str] = Counter()

    def __call__(self, calls: list[Call], is_complete: Callable[[str], bool]) -> list[str]:
        return [self._next(call.kind) for call in calls]

    def _next(self, kind: str) -> str:
        replies = self._replies[kind]
        self.asked[kind] += 1
        return replies[min(self.asked[kind], len(replies)) - 1]


@pytest.mark.parametrize("case", goldens.cases("flow"), ids=lambda path: path.name)
def test_decisions_are_the_recorded_ones(case: Path) -> None:
    facts = goldens.facts(case, "flow.json")
    asked: dict[str, Any] = facts["case"]
    pipe, script = loaded(asked["ckpt"]), Script(asked["script"])
    image = Image.open(case / "input.png")
    flow = Flow(
        pipe, goldens.published_prompts(), voice=script, finish=lambda edited: edited.resize(image.size)
    )
    dials = Sampling(
        num_inference_steps=asked["steps"],
        true_cfg_scale=asked["true_cfg_scale"],
        size_level=asked["size_level"],
    )
    made = flow.run(Wish(image, asked["prompt"], asked["seed"], dials, asked["think"], asked["reflect"]))
    assert made.reformat_prompt == facts["reformat_prompt"]
    assert [one.reflection for one in made.judgements] == facts["think_info"]
    judged = [{"score1": one.score1, "score2": one.score2} for one in made.judgements]
    assert judged == facts["best_info"]
    assert made.final_index == facts["final_index"]
    assert made.prompts == [edit["prompt"] for edit in facts["edits"]]
    assert made.is_from_source == [edit["is_original"] for edit in facts["edits"]]
    assert script.asked == Counter(facts["vlm_call_kinds"])
    for number, ours in enumerate(made.images):
        recorded = np.array(Image.open(case / f"edit{number}.png"), np.int64)
        assert int(np.abs(recorded - np.array(ours)).max()) <= 2
