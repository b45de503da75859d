"""Step1X-Edit behind the product's contract: an `EditRequest` in, an `EditOutput` out.

The picture comes out at the model's own size, about a megapixel; the frame module lays it over the
source and returns the detail the model left alone.
"""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from PIL import Image

from editor.engines.base import EditOutput, EditRequest, EngineError, OutOfMemory, Progress
from editor.engines.step1x import preprocess, weights
from editor.engines.step1x.config import PRESETS, BadArguments, Sampling, Step1XConfig
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.placement import SAFER
from editor.engines.step1x.thinker import read_prompts

WARM_UP_PX = 64


class Step1XEngine:
    """Loaded once per worker. One edit at a time."""

    def __init__(self, config: Step1XConfig) -> None:
        parts = weights.load(weights.locate(config.weights), dtype=getattr(torch, config.dtype))
        self.config = config
        self._prompts = read_prompts(config.prompts_file)
        try:
            self.pipeline = Step1XPipeline(parts, config)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory("the weights do not fit", safer=self.safer()) from error

    @property
    def device_in_words(self) -> str:
        """What runs it, how its weights lie, and its memory."""
        device = self.pipeline.placement.device
        if device.type != "cuda":
            return f"{device.type}, {self.pipeline.placement.memory}"
        facts = torch.cuda.get_device_properties(device)
        return f"{facts.name}, {facts.total_memory / 1e9:.0f} GB, {self.pipeline.placement.memory}"

    def warm_up(self) -> None:
        """Run one small edit of every kind of step, so that the first person does not wait for it."""
        image = np.full((WARM_UP_PX, WARM_UP_PX, 3), 128, np.uint8)
        dials = replace(
            self._dials(EditRequest(image=image, prompt="")), num_inference_steps=2, size_level=128
        )
        wish = Wish(Image.fromarray(image), "warm up", 0, dials)
        Flow(self.pipeline, self._prompts).run(wish)
        self.pipeline.text_encoder.forget()

    def edit(self, request: EditRequest) -> EditOutput:
        """Carry out one edit. Raises `Canceled`, `OutOfMemory`, `EngineError` or a named `UserError`."""
        spent: dict[str, float] = {}
        clock = _Clock(request, spent)
        thinking = PRESETS[request.quality].thinking if request.thinking is None else request.thinking
        wish = Wish(
            image=Image.fromarray(request.image),
            prompt=_worded(request.prompt),
            seed=request.seed,
            dials=self._dials(request),
            thinking=thinking,
            reflection=thinking,
            mask=request.mask,
        )
        flow = Flow(self.pipeline, self._prompts, report=clock.report, review=request.review_prompt)
        try:
            made = flow.run(wish)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory("the device's memory ran out", safer=self.safer()) from error
        except torch.AcceleratorError as error:
            raise EngineError(f"the device failed: {error}", retryable=True) from error
        clock.stop()
        return EditOutput(
            image=preprocess.to_pixels(made.images[made.final_index]),
            seed=request.seed,
            reasoning=made.in_words(),
            seconds=spent,
        )

    def safer(self) -> dict[str, str]:
        """Return the settings that need less memory than these."""
        placed = getattr(getattr(self, "pipeline", None), "placement", None)
        return {"memory": SAFER[placed.memory if placed else self.config.memory]}

    def _dials(self, request: EditRequest) -> Sampling:
        return Sampling(
            num_inference_steps=PRESETS[request.quality].num_inference_steps,
            size_level=self.config.size_level,
            negative_prompt=preprocess.without_marks(request.negative_prompt),
            preserve=request.preserve,
            exact_time=True,
        )


class _Clock:
    """Passes progress on and counts the seconds of each phase."""

    def __init__(self, request: EditRequest, spent: dict[str, float]) -> None:
        self._request, self._spent = request, spent
        self._phase, self._since = "editing", time.monotonic()

    def report(self, progress: Progress) -> None:
        if progress.phase != self._phase:
            self.stop()
            self._phase = progress.phase
        self._request.report(progress)

    def stop(self) -> None:
        now = time.monotonic()
        self._spent[self._phase] = self._spent.get(self._phase, 0.0) + now - self._since
        self._since = now


def load(**options: Any) -> Step1XEngine:
    """Load the engine with a worker's options, the fields of `Step1XConfig`."""
    config = Step1XConfig(**options)
    if not config.weights:
        raise EngineError("Step1X-Edit needs FREEAI_STEP1X_WEIGHTS, or --weights: a folder or a hub name.")
    return Step1XEngine(config)


def _worded(prompt: str) -> str:
    """Return the prompt made harmless; raises BadArguments if nothing of it is left."""
    clean = preprocess.without_marks(prompt).strip()
    if not clean:
        raise BadArguments("Say what should change.", param="prompt")
    return clean
