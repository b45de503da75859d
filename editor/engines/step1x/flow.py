"""A request from wish to result: think, edit, judge, and edit again if the judgement says so.

wish ─rewrite─▸ prompt ─edit─▸ candidate ─judge─▸ success: stop
                  ▴                          ├──▸ reflection: edit the candidate with its prompt
                  └──────────────────────────┴──▸ failed: edit the source again, with new noise
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import torch
from PIL import Image

from editor.engines.base import Phase, Pixels, Plane, Progress
from editor.engines.step1x import replies
from editor.engines.step1x.config import CANDIDATES_MAX, Sampling
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.thinker import CALLS_PER_CANDIDATE, Call, Judgement, Thinker, Voice


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
    """All candidates and what was thought about them; `final_index` is the one to show. seconds: by phase."""

    images: list[Image.Image] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    is_from_source: list[bool] = field(default_factory=list)
    reformat_prompt: str | None = None
    judgements: list[Judgement] = field(default_factory=list)
    final_index: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    def in_words(self) -> dict[str, str]:
        """Return what a person may read about it."""
        words = {} if self.reformat_prompt is None else {"rewritten_prompt": self.reformat_prompt}
        for number, (reflection, *both) in enumerate(self.judgements, 1):
            edit, picture = (f"{one['score']}: {one['reasoning']}" for one in both)
            words[f"verdict_{number}"] = reflection
            words[f"judgement_{number}"] = f"edit {edit} · picture {picture}"
        if len(self.images) > 1:
            words["chosen"] = f"candidate {self.final_index + 1} of {len(self.images)}"
        return words


class Flow:
    """One request on a loaded pipeline; an instance per wish.

    report: hears progress and may raise to stop. review: sees every prompt the model writes before it is
    used, and may raise. finish: brings a candidate to the size in which it is judged and edited on.
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
        self._pipeline, self._prompts, self._voice = pipeline, prompts, voice or self._answer
        self._report, self._review, self._finish = report, review, finish
        self._now, self._since = Progress("editing", 0, 1), monotonic()
        self.made = Made()

    def run(self, wish: Wish) -> Made:
        """Carry the wish out; raises what `report` and `review` raise."""
        made, prompt, config = self.made, wish.prompt, self._pipeline.config
        thinker = Thinker(self._voice, self._prompts, config, wish.image, wish.seed)
        if wish.thinking:
            self._enter("thinking", 0, 1)
            prompt = made.reformat_prompt = thinker.rewrite(prompt)
            self._review(prompt)
        generator = torch.Generator("cpu").manual_seed(wish.seed % 2**63)
        image, following = wish.image, prompt
        for _ in range(CANDIDATES_MAX if wish.reflection else 1):
            self._edit(wish, image, following, generator)
            if not wish.reflection:
                break
            self._enter("checking", 0, CALLS_PER_CANDIDATE)
            made.judgements.append(thinker.judge(made.images[-1], prompt))
            is_done, next_prompt = replies.verdict(made.judgements[-1].reflection)
            if is_done or not thinker.can_ask(CALLS_PER_CANDIDATE):
                break  # without a judgement, another candidate could not be compared
            image, following = wish.image, prompt
            if next_prompt is not None:
                self._review(next_prompt)
                image, following = made.images[-1], next_prompt
        made.final_index = replies.best(made.judgements) if made.judgements else 0
        self._spend()
        return made

    def _edit(self, wish: Wish, image: Image.Image, prompt: str, generator: torch.Generator) -> None:
        is_from_source, watch = image is wish.image, partial(self._enter, "editing")
        anchor = None if is_from_source else wish.image
        edited = self._pipeline.edit(
            image, prompt, generator, wish.dials, mask=wish.mask, anchor=anchor, watch=watch
        )
        self.made.images.append(self._finish(edited))
        self.made.prompts.append(prompt)
        self.made.is_from_source.append(is_from_source)

    def _enter(self, phase: Phase, step: int, steps: int, preview: Pixels | None = None) -> None:
        """Say where we are, and count the seconds for where we were."""
        self._spend()
        self._now = Progress(phase, step, steps, preview)
        self._report(self._now)

    def _spend(self) -> None:
        now = monotonic()
        self.made.seconds[self._now.phase] = self.made.seconds.get(self._now.phase, 0.0) + now - self._since
        self._since = now

    def _answer(self, calls: list[Call], is_complete: Callable[[str], bool]) -> list[str]:
        now = self._now
        answers = self._pipeline.answer(calls, is_complete, lambda: self._report(now))
        self._enter(now.phase, min(now.steps, now.step + len(calls)), now.steps)
        return answers
