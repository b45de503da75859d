"""How much: "a bit", "by 30 %", "twice as"."""

from dataclasses import dataclass

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause
from editor.engines.lite.plan import WORDINGS
from editor.engines.lite.senses import Kind
from freeai.common.sentences import sentence as _

_WHOLE_ALLOWED = frozenset(
    {
        "fill",
        "cutout",
        "style",
        "night",
        "dusk",
        "golden",
        "cinematic",
        "film",
        "ink",
        "watercolor",
        "posterize",
    }
    | {
        "mosaic",
        "halftone",
        "monochrome",
        "sepia",
        "vintage",
        "oil",
        "cartoon",
        "sketch",
        "invert",
        "pixelate",
        "recolor",
        "remove",
    }
)
_WHOLE_EXTREME = frozenset({"saturation", "blur", "denoise"})
"""Scales on which "completely" has a meaning: the far end."""


@dataclass(frozen=True, slots=True)
class Degree:
    """factor: of the plain strength; percent and times: what was said in numbers."""

    factor: float = 1.0
    percent: float | None = None
    times: float | None = None
    is_whole: bool = False


NO_DEGREE = Degree()


def degree_in(clause: Clause) -> Degree:
    """What a clause says about how much. Raises `NotUnderstood` for what it cannot mean."""
    words = clause.all(Kind.DEGREE)
    factors = [word.sense.amount for word in words if word.sense.value != "whole"]
    whole = len(factors) < len(words)
    factors += [word.sense.amount for word in clause.all(Kind.MORE) if word.sense.amount != 1]
    times = clause.all(Kind.TIMES)
    numbers = clause.all(Kind.NUMBER)
    if len(numbers) + len(times) + bool(words or factors) > 1 or (whole and factors):
        raise refusals.unclear(_("it says how much in more than one way"))
    if numbers:
        return Degree(percent=_percent(clause))
    if clause.has(Kind.PERCENT) or (clause.has(Kind.BY) and not words):
        raise refusals.unclear(_("a number is missing"))
    return Degree(_factor(factors), times=times[0].sense.amount if times else None, is_whole=whole)


def _percent(clause: Clause) -> float:
    """A number counts as a difference if it says "%", "by" or has a sign; never after "to"."""
    place = next(i for i, token in enumerate(clause.tokens) if token.kind is Kind.NUMBER)
    number = clause.tokens[place]
    if place and clause.tokens[place - 1].kind is Kind.TO:
        raise refusals.unclear(_("it can go up or down by some per cent, but not “to” a value"))
    if not (clause.has(Kind.PERCENT, Kind.BY) or number.text[0] in "+-"):
        raise refusals.unclear(_("is “%(number)s” a percentage? Say “by %(number)s %%”", number=number.text))
    if number.sense.amount == 0:
        raise refusals.nothing_to_do()
    return number.sense.amount / 100


def _factor(factors: list[float]) -> float:
    """Of several words the smallest wins when one of them is small: "a bit much" is a bit."""
    if not factors:
        return 1.0
    if min(factors) < 1 < max(factors):
        return min(factors) * 1.3
    return min(factors) if min(factors) < 1 else max(factors)


def amount_of(operation: str, plain: float, degree: Degree) -> float:
    """The amount of one operation at this degree, with the sign of its plain amount."""
    sign = 1.0 if plain > 0 else -1.0
    if degree.percent is not None:
        return sign * degree.percent
    if degree.times is not None:
        return _multiple(operation, sign, degree.times)
    if degree.is_whole:
        if operation in _WHOLE_EXTREME:
            return sign
        if operation not in _WHOLE_ALLOWED:
            raise refusals.unclear(_("“completely” does not go with that"))
    return _bounded(operation, plain * degree.factor)


def _bounded(operation: str, amount: float) -> float:
    """Words may reach the end of a scale, never pass it; only numbers are refused there."""
    wording = WORDINGS[operation]
    return max(wording.least, min(wording.most, amount))


def _multiple(operation: str, sign: float, times: float) -> float:
    """ "Twice as bright" is +100 %, "twice as dark" and "half as bright" are -50 %."""
    if WORDINGS[operation].least == 0:
        raise refusals.unclear(_("“twice” and “half” do not go with that"))
    if sign < 0 and times < 1:
        raise refusals.unclear(_("half of less can be read in several ways"))
    if sign < 0:
        return -(1 - 1 / times)
    return times - 1
