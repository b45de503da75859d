"""freeai-lite: edits by instruction on a plain CPU, at the picture's full size.

It reads the instruction into a plan, carries the plan out step by step and puts back
what the mask protects. It invents nothing: what it does not understand it declines.
"""

import time
from collections.abc import Mapping

import numpy as np

from editor.engines.base import EditOutput, EditRequest, Pixels, Plane, Progress
from editor.engines.lite import detail, faces, paint, subject
from editor.engines.lite.operations import OPERATIONS, Operation
from editor.engines.lite.plan import Plan, Step
from editor.engines.lite.regions import region_of
from editor.engines.lite.understand import understand
from editor.engines.lite.work import TICKS, Reporter, Work

_PRESERVE_REACH = 1.6
"""`preserve` multiplies strength by 1.8 at 0, 1 at 0.5 and 0.2 at 1: close to the source, never idle."""


class LiteEngine:
    """The embedded engine. Stateless: one instance serves any number of edits, one after another."""

    def edit(self, request: EditRequest) -> EditOutput:
        """Carry out an instruction. Raises `NotUnderstood` before any work, or `Canceled`."""
        started = time.monotonic()
        request.report(Progress("thinking", 0, 1))
        plan = understand(request.prompt, has_mask=request.mask is not None)
        request.report(Progress("thinking", 1, 1))
        thought = time.monotonic()
        image, alpha = carry_out(plan, request)
        return EditOutput(
            is_in_frame=True,
            image=image,
            alpha=alpha,
            seed=request.seed,
            reasoning=_reasoning(plan, request),
            seconds={"thinking": thought - started, "editing": time.monotonic() - thought},
        )


def carry_out(plan: Plan, request: EditRequest) -> tuple[Pixels, Plane | None]:
    """All steps of a plan, one on the other's result; and alpha, where a step makes transparent.

    Raises `NotUnderstood` before any work if the picture does not hold what a step names.
    """
    reporter = Reporter(request.report, ticks_total=TICKS * len(plan.steps))
    regions = _regions(plan, request)
    base = image = request.image
    alpha: Plane | None = None
    for step in plan.steps:
        work = _work(step, request, reporter, regions)
        before, image = _carried_out(step, image, work)
        if step.region:
            image = _composite(before, image, regions[step.region])
        if step.operation in ("remove", "reword"):
            # Feathered all the way, half of the removed thing would shine through its own edge.
            base = image = _composite(request.image, image, _firm(work.mask))
        if step.operation == "cutout":
            alpha = paint.transparency(request.alpha, regions[step.region], work.strength)
        reporter.finish_operation(image)
    return _composite(base, image, request.mask), alpha


def _carried_out(step: Step, image: Pixels, work: Work) -> tuple[Pixels, Pixels]:
    """What a step's result is laid over, and the result."""
    if step.region == "faces" and step.operation in _HIDING:
        return image, _HIDING[step.operation](image, work)
    if step.region == "background" and step.operation in ("fill", "blur", "cutout") and work.mask is not None:
        # The subject's soft rim keeps nothing of the old backdrop, nor the new one of the subject.
        clean = subject.own_colors(image, 255 - work.mask)
        if step.operation == "blur":
            return clean, detail.blur(image, work)
        return clean, OPERATIONS[step.operation](clean, work)
    return image, OPERATIONS[step.operation](image, work)


_HIDING: Mapping[str, Operation] = {"blur": faces.blur, "pixelate": faces.pixelate}
"""How a face is made unrecognisable: by its own size, not by the picture's."""


def _regions(plan: Plan, request: EditRequest) -> dict[str, Plane]:
    """Every region that the plan names, found once, in the source."""
    found: dict[str, Plane] = {}
    for name in {step.region for step in plan.steps} - {""}:
        request.report(Progress("thinking", 1, 1))
        region = region_of(request.image, name)
        found[name] = region if request.mask is None else np.minimum(region, request.mask)
    return found


def _work(step: Step, request: EditRequest, reporter: Reporter, regions: dict[str, Plane]) -> Work:
    factor = 1 + _PRESERVE_REACH * (0.5 - request.preserve)
    seed = request.seed % 2**32  # numpy takes no negative seeds
    mask = regions[step.region] if step.region else request.mask
    return Work(step.amount * factor, step.color, mask, seed, reporter)


def _firm(mask: Plane | None) -> Plane | None:
    """The mask with a steeper feather."""
    return None if mask is None else np.minimum(mask.astype(np.uint16) * 4, 255).astype(np.uint8)


def _composite(source: Pixels, edited: Pixels, mask: Plane | None) -> Pixels:
    """Lay the edit over the source through the mask; where it is 0 the source's very bytes remain."""
    if mask is None:
        return edited
    result = edited.copy()
    np.copyto(result, source, where=(mask == 0)[..., None])
    soft = (mask > 0) & (mask < 255)
    share = mask[soft].astype(np.float32)[:, None] / 255
    below = source[soft].astype(np.float32)
    result[soft] = np.rint(below + share * (edited[soft] - below)).astype(np.uint8)
    return result


def _reasoning(plan: Plan, request: EditRequest) -> dict[str, str]:
    reasoning = {"plan": plan.in_words()}
    if request.negative_prompt.strip():
        reasoning["negative_prompt"] = "not used: freeai-lite does only what the prompt asks for"
    return reasoning
