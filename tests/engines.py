"""Scripted engines: slow, failing, silent. They live with the tests, never in the product."""

import os
import time
from pathlib import Path

import numpy as np

from editor.engines.base import EditOutput, EditRequest, EngineError, OutOfMemory, Progress


class Echo:
    """Returns the source as it is."""

    def edit(self, request: EditRequest) -> EditOutput:
        return EditOutput(image=request.image, seed=request.seed)


class Invert:
    """Turns every colour into its opposite."""

    def edit(self, request: EditRequest) -> EditOutput:
        request.report(Progress("editing", 1, 1, preview=255 - request.image))
        return EditOutput(
            image=255 - request.image, seed=request.seed, reasoning={"plan": "inverted"}, is_in_frame=True
        )


class Slow:
    """Inverts, in as many steps of 50 ms as the prompt's last word says; leaves a mark per run.

    The marks (one empty file per start and per end, if FREEAI_TEST_MARKS names a folder)
    let a test count how often an edit really ran.
    """

    step_seconds = 0.05

    def edit(self, request: EditRequest) -> EditOutput:
        steps = int(request.prompt.split()[-1])
        for step in range(steps):
            request.report(Progress("editing", step, steps, preview=255 - request.image))
            time.sleep(self.step_seconds)
        request.report(Progress("editing", steps, steps))
        _mark(f"{request.seed}")
        return EditOutput(image=255 - request.image, seed=request.seed)


class Patient(Slow):
    """Slow, as on a device of its own: what it drew is finished while it draws the next."""

    device_in_words = "test"

    def warm_up(self) -> None:
        """There is nothing to warm."""


class Broken:
    """Fails for good, and quotes the prompt while doing so."""

    def edit(self, request: EditRequest) -> EditOutput:
        raise RuntimeError(f"cannot do: {request.prompt}")


class Flaky:
    """Fails once per seed in a way that another try may mend."""

    def __init__(self) -> None:
        self._failed: set[int] = set()

    def edit(self, request: EditRequest) -> EditOutput:
        if request.seed not in self._failed:
            self._failed.add(request.seed)
            raise EngineError("out of memory", retryable=True)
        return EditOutput(image=255 - request.image, seed=request.seed)


class Hungry:
    """Needs more memory than there is, unless it is told to go layer by layer."""

    def __init__(self, *, memory: str = "resident") -> None:
        self._memory = memory

    @property
    def device_in_words(self) -> str:
        return f"test, {self._memory}"

    def warm_up(self) -> None:
        """There is nothing to warm."""

    def edit(self, request: EditRequest) -> EditOutput:
        if self._memory != "group":
            raise OutOfMemory("not enough", safer={"memory": "group"})
        return EditOutput(image=255 - request.image, seed=request.seed)


class Transparent:
    """Inverts and makes the left half transparent."""

    def edit(self, request: EditRequest) -> EditOutput:
        alpha = np.full(request.image.shape[:2], 255, np.uint8)
        alpha[:, : request.image.shape[1] // 2] = 0
        return EditOutput(image=255 - request.image, seed=request.seed, alpha=alpha)


class Eraser:
    """Paints the lower third of the picture over, whatever stands there."""

    def edit(self, request: EditRequest) -> EditOutput:
        image = request.image.copy()
        image[image.shape[0] * 2 // 3 :] = (96, 112, 96)
        return EditOutput(image=image, seed=request.seed, is_in_frame=True)


class Painter:
    """Draws a figure into the upper left quarter, where nothing need have been."""

    def edit(self, request: EditRequest) -> EditOutput:
        image = request.image.copy()
        height, width = image.shape[0] // 2, image.shape[1] // 2
        lit = np.add.outer(np.arange(height) // 6, np.arange(width) // 6) % 2 == 0
        image[:height, :width][lit] = (224, 172, 150)
        return EditOutput(image=image, seed=request.seed, is_in_frame=True)


class Rewriter:
    """Writes a prompt of its own, the words after "as", and has it reviewed."""

    def edit(self, request: EditRequest) -> EditOutput:
        request.review_prompt(request.prompt.partition(" as ")[2])
        return EditOutput(image=255 - request.image, seed=request.seed, is_in_frame=True)


class Talkative:
    """Reports every millisecond."""

    def edit(self, request: EditRequest) -> EditOutput:
        for step in range(200):
            request.report(Progress("thinking", step, 200))
            time.sleep(0.001)
        return EditOutput(image=255 - request.image, seed=request.seed)


def _mark(name: str) -> None:
    folder = os.environ.get("FREEAI_TEST_MARKS")
    if folder:
        Path(folder, f"{name}-{os.getpid()}-{time.monotonic_ns()}").touch()


EXTRA = ",".join(
    f"test-{kind.__name__.lower()}={kind.__module__}:{kind.__name__}"
    for kind in (
        *(Slow, Broken, Echo, Invert, Flaky, Hungry, Transparent, Talkative, Eraser, Painter, Rewriter),
        Patient,
    )
)
"""What FREEAI_EXTRA_ENGINES says so that a site knows them all."""
