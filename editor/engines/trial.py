"""What answers test keys: instant, the same every time, and each outcome on demand.

`test:slow` takes five seconds and shows previews, `test:fail` fails, `test:refuse` is refused;
every other prompt turns the colours into their opposites.
"""

import time

from editor.engines.base import EditOutput, EditRequest, EngineError, NotUnderstood, Progress

SLOW_STEPS = 20
SLOW_STEP_SECONDS = 0.25


class Trial:
    """Inverts, or does what the prompt says."""

    def edit(self, request: EditRequest) -> EditOutput:
        if "test:fail" in request.prompt:
            raise EngineError("asked for by the prompt")
        if "test:refuse" in request.prompt:
            raise NotUnderstood("This prompt asks for a refusal. Nothing was charged.")
        inverted = 255 - request.image
        steps = SLOW_STEPS if "test:slow" in request.prompt else 1
        for step in range(1, steps + 1):
            request.report(Progress("editing", step, steps, preview=inverted))
            time.sleep(SLOW_STEP_SECONDS if steps > 1 else 0)
        return EditOutput(image=inverted, seed=request.seed, is_in_frame=True)
