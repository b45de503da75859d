"""Step1X-Edit behind the product's contract: an `EditRequest` in, an `EditOutput` out.

The picture comes out at the model's own size, about a megapixel; the frame module lays it over the source
and returns the detail the model left alone.
"""

from typing import Any

import numpy as np
from PIL import Image

from editor.engines import hub
from editor.engines.base import EditOutput, EditRequest, EngineError
from editor.engines.diffusion.placement import device_named, failures_of_a_device, in_words
from editor.engines.step1x import preprocess, weights
from editor.engines.step1x.config import PRESETS, Sampling, Step1XConfig
from editor.engines.step1x.flow import Flow, Wish
from editor.engines.step1x.pipeline import Step1XPipeline
from editor.engines.step1x.thinker import read_prompts


class Step1XEngine:
    """Loaded once per worker. One edit at a time."""

    def __init__(self, config: Step1XConfig) -> None:
        self.config, self._prompts = config, read_prompts(config.prompts_file)
        device_named(config.device)  # asked before gigabytes are read
        with failures_of_a_device(config.memory):
            parts = weights.load(hub.locate(config.weights), dtype=config.dtype)
            self.pipeline = Step1XPipeline(parts, config)

    @property
    def device_in_words(self) -> str:
        """What runs it, how its weights lie, and its memory."""
        return in_words(self.pipeline.device, self.pipeline.placement.memory)

    def warm_up(self) -> None:
        """Run one small edit of every kind of step, so that the first person does not wait for it."""
        image = Image.new("RGB", (64, 64), "grey")
        dials = Sampling(num_inference_steps=2, size_level=128, exact_time=True)
        Flow(self.pipeline, self._prompts).run(Wish(image, "warm up", 0, dials))
        self.pipeline.reader.forget()

    def edit(self, request: EditRequest) -> EditOutput:
        """Carry out one edit. Raises EngineError, a named UserError, and what its callbacks raise."""
        steps, thinks = PRESETS[request.quality]
        thinking = thinks if request.thinking is None else request.thinking
        dials = Sampling(
            num_inference_steps=steps,
            size_level=self.config.size_level,
            negative_prompt=preprocess.without_marks(request.negative_prompt),
            preserve=request.preserve,
            exact_time=True,
        )
        image, prompt = Image.fromarray(request.image), preprocess.wish(request.prompt)
        flow = Flow(self.pipeline, self._prompts, report=request.report, review=request.review_prompt)
        with failures_of_a_device(self.pipeline.placement.memory):
            made = flow.run(Wish(image, prompt, request.seed, dials, thinking, thinking, request.mask))
        edited = np.asarray(made.images[made.final_index])
        return EditOutput(edited, request.seed, reasoning=made.in_words(), seconds=made.seconds)


def load(**options: Any) -> Step1XEngine:
    """Load the engine with a worker's options, the fields of `Step1XConfig`."""
    config = Step1XConfig(**options)
    if not config.weights:
        raise EngineError("Step1X-Edit needs FREEAI_STEP1X_WEIGHTS, or --weights: a folder or a hub name.")
    return Step1XEngine(config)
