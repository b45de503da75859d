"""Wishes that cannot be granted together."""

from editor.engines.lite import refusals
from editor.engines.lite.plan import Step
from freeai.common.sentences import sentence as _

Promise = tuple[frozenset[str], int]
"""Operations that must not happen, in this direction; 0 means in either."""


def refuse_contradictions(steps: list[Step], promises: list[Promise]) -> None:
    """Two directions at once, a broken promise, colour in a picture that loses it."""
    amounts = [(step.operation, step.color, step.amount, step.region) for step in steps]
    names = {step.operation for step in steps if not step.region}
    for operation, color, amount, region in amounts:
        for other, other_color, other_amount, other_region in amounts:
            alike = operation == other and region == other_region
            if alike and (amount * other_amount < 0 or color != other_color):
                raise refusals.unclear(_("it asks for two opposite things"))
        for operations, sign in promises:
            if operation in operations and (sign == 0 or sign * amount > 0):
                raise refusals.unclear(_("it asks for something and against it"))
    if {"blur", "sharpen"} <= names:
        raise refusals.unclear(_("it asks for sharper and softer at once"))
    if names & {"monochrome", "sketch", "sepia", "ink"} and names & {"saturation", "vibrance", "recolor"}:
        raise refusals.unclear(_("a picture without colours has none to change"))
