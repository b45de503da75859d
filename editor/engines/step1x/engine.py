"""Step1X-Edit behind the product's contract: an `EditRequest` in, an `EditOutput` out.

The picture comes out at the model's own size, about a megapixel; the frame module lays it over the source
and returns the detail the model left alone.
"""

from typing import Any

import torch
from PIL import Image

from editor.engines.base import EditOutput, EditRequest, EngineError, OutOfMemory
from editor.engines.step1x import preprocess, weights
from editor.engines.step1x.config import PRESETS, Sampling, Step1XConfig
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.placement import SAFER
from editor.engines.step1x.thinker import read_prompts

WARM_UP_PX = 64


class Step1XEngine:
    """Loaded once per worker. One edit at a time."""

    def __init__(self, config: Step1XConfig) -> None:
        self.config, self._prompts = config, read_prompts(config.prompts_file)
        parts = weights.load(weights.locate(config.weights), dtype=getattr(torch, config.dtype))
        try:
            self.pipeline = Step1XPipeline(parts, config)
        except torch.OutOfMemoryError as error:
            safer = {"memory": SAFER[config.memory]}
            raise OutOfMemory("the weights do not fit", safer=safer) from error

    @property
    def device_in_words(self) -> str:
        """What runs it, how its weights lie, and its memory."""
        device, memory = self.pipeline.placement.device, self.pipeline.placement.memory
        if device.type != "cuda":
            return f"{device.type}, {memory}"
        facts = torch.cuda.get_device_properties(device)
        return f"{facts.name}, {facts.total_memory / 1e9:.0f} GB, {memory}"

    def warm_up(self) -> None:
        """Run one small edit of every kind of step, so that the first person does not wait for it."""
        image = Image.new("RGB", (WARM_UP_PX, WARM_UP_PX), "grey")
        dials = Sampling(num_inference_steps=2, size_level=128, exact_time=True)
        Flow(self.pipeline, self._prompts).run(Wish(image, "warm up", 0, dials))
        self.pipeline.text_encoder.forget()

    def edit(self, request: EditRequest) -> EditOutput:
        """Carry out one edit. Raises EngineError, a named UserError, and what the request's callbacks
        raise.
        """
        preset = PRESETS[request.quality]
        thinking = preset.thinking if request.thinking is None else request.thinking
        dials = Sampling(
            num_inference_steps=preset.num_inference_steps,
            size_level=self.config.size_level,
            negative_prompt=preprocess.without_marks(request.negative_prompt),
            preserve=request.preserve,
            exact_time=True,
        )
        image, prompt = Image.fromarray(request.image), preprocess.wish(request.prompt)
        flow = Flow(self.pipeline, self._prompts, report=request.report, review=request.review_prompt)
        try:
            made = flow.run(Wish(image, prompt, request.seed, dials, thinking, thinking, request.mask))
        except torch.OutOfMemoryError as error:
            safer = {"memory": SAFER[self.pipeline.placement.memory]}
            raise OutOfMemory("the device's memory ran out", safer=safer) from error
        except torch.AcceleratorError as error:
            raise EngineError(f"the device failed: {error}", retryable=True) from error
        edited = preprocess.to_pixels(made.images[made.final_index])
        return EditOutput(edited, request.seed, reasoning=made.in_words(), seconds=made.seconds)


def load(**options: Any) -> Step1XEngine:
    """Load the engine with a worker's options, the fields of `Step1XConfig`."""
    config = Step1XConfig(**options)
    if not config.weights:
        raise EngineError("Step1X-Edit needs FREEAI_STEP1X_WEIGHTS, or --weights: a folder or a hub name.")
    return Step1XEngine(config)
