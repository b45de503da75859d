"""A request from wish to result: think, edit, judge, and edit again if the judgement says so.

wish ─rewrite─▸ prompt ─edit─▸ candidate ─judge─▸ success: stop
                  ▴                          ├──▸ reflection: edit the candidate with its prompt
                  └──────────────────────────┴──▸ failed: edit the source again, with new noise
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from PIL import Image

from editor.engines.base import Phase, Plane, Progress
from editor.engines.step1x import replies
from editor.engines.step1x.config import CANDIDATES_MAX, Sampling
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.preprocess import edit_size
from editor.engines.step1x.thinker import Budget, Call, Judgement, Thinker, Voice

CALLS_PER_CANDIDATE = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What to make of a picture. seed: of the noise; the thinker derives its own from it."""

    image: Image.Image
    prompt: str
    seed: int
    dials: Sampling
    thinking: bool = False
    reflection: bool = False
    mask: Plane | None = None


@dataclass(slots=True)
class Made:
    """All candidates and what was thought about them; `final_index` is the one to show."""

    images: list[Image.Image] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    is_from_source: list[bool] = field(default_factory=list)
    reformat_prompt: str | None = None
    judgements: list[Judgement] = field(default_factory=list)
    final_index: int = 0

    def choose(self) -> None:
        """Settle on the best candidate that was judged; without judgements the last one."""
        judged = [(one.score1, one.score2, one.reflection) for one in self.judgements]
        self.final_index = replies.best(judged) if judged else len(self.images) - 1

    def in_words(self) -> dict[str, str]:
        """Return what a person may read about it."""
        words: dict[str, str] = {}
        if self.reformat_prompt is not None:
            words["rewritten_prompt"] = self.reformat_prompt
        for number, one in enumerate(self.judgements, 1):
            words[f"verdict_{number}"] = one.reflection
            words[f"judgement_{number}"] = (
                f"edit {one.score1['score']}: {one.score1['reasoning']} · "
                f"picture {one.score2['score']}: {one.score2['reasoning']}"
            )
        if len(self.images) > 1:
            words["chosen"] = f"candidate {self.final_index + 1} of {len(self.images)}"
        return words


class Flow:
    """One request on a loaded pipeline.

    report: hears progress and may raise to stop. review: sees every prompt the model writes before it
    is used, and may raise. finish: brings a candidate to the size in which it is judged and edited on.
    """

    def __init__(
        self,
        pipeline: Step1XPipeline,
        prompts: Mapping[str, Any],
        *,
        report: Callable[[Progress], None] = lambda _: None,
        review: Callable[[str], None] = lambda _: None,
        finish: Callable[[Image.Image], Image.Image] = lambda image: image,
        voice: Voice | None = None,
    ) -> None:
        self._pipeline, self._prompts = pipeline, prompts
        self._report, self._review, self._finish = report, review, finish
        self._voice = voice or self._ask
        self._phase: tuple[Phase, int, int] = ("thinking", 0, 1)

    def run(self, wish: Wish) -> Made:
        """Carry the wish out; raises what `report` and `review` raise."""
        made, prompt = Made(), wish.prompt
        config = self._pipeline.config
        thinker = Thinker(
            self._voice,
            self._prompts,
            Budget(config.thinker_calls_max, config.thinker_seconds_max, config.thinker_tries_max),
            source=wish.image,
            seed=wish.seed,
        )
        if wish.thinking:
            self._enter("thinking", 0, 1)
            prompt = made.reformat_prompt = thinker.rewrite(prompt)
            self._review(prompt)
        generator = torch.Generator("cpu").manual_seed(wish.seed % 2**63)
        image, following = wish.image, prompt
        for _ in range(CANDIDATES_MAX if wish.reflection else 1):
            edited = self._edit(made, wish, image, following, generator)
            if not wish.reflection:
                break
            self._enter("checking", 0, CALLS_PER_CANDIDATE)
            made.judgements.append(thinker.judge(edited, prompt))
            verdict = replies.verdict(made.judgements[-1].reflection)
            if verdict.is_done or thinker.is_spent:
                break
            image, following = wish.image, prompt
            if verdict.next_prompt is not None:
                self._review(verdict.next_prompt)
                image, following = edited, verdict.next_prompt
        made.choose()
        return made

    def _edit(
        self, made: Made, wish: Wish, image: Image.Image, prompt: str, generator: torch.Generator
    ) -> Image.Image:
        edited = self._pipeline.edit(
            image,
            prompt,
            generator,
            wish.dials,
            mask=wish.mask,
            anchor=None if image is wish.image else wish.image,
            size=edit_size(*wish.image.size, wish.dials.size_level),
            watch=lambda step, steps, preview: self._report(Progress("editing", step, steps, preview)),
        )
        edited = self._finish(edited)
        made.images.append(edited)
        made.prompts.append(prompt)
        made.is_from_source.append(image is wish.image)
        return edited

    def _enter(self, phase: Phase, step: int, steps: int) -> None:
        self._phase = (phase, step, steps)
        self._report(Progress(phase, step, steps))

    def _ask(self, calls: list[Call], is_complete: Callable[[str], bool]) -> list[str]:
        phase, step, steps = self._phase
        answers = self._pipeline.answer(
            calls, is_complete, tick=lambda: self._report(Progress(phase, step, steps))
        )
        self._enter(phase, min(steps, step + len(calls)), steps)
        return answers
