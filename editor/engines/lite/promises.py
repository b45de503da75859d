"""What must not happen: "don't blur", "not too bright", "keep the colours", "leave the sky alone"."""

from dataclasses import replace
from itertools import pairwise

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause, without
from editor.engines.lite.degrees import NO_DEGREE
from editor.engines.lite.directions import some
from editor.engines.lite.plan import WITHOUT, Step
from editor.engines.lite.reading import Reading, is_statement, steps_of
from editor.engines.lite.scales import COLOR_OPERATIONS, SCALES
from editor.engines.lite.senses import Form, Kind, Token
from editor.engines.lite.vocabulary.things import REGION_OF
from freeai.common.sentences import sentence as _


def read_negation(clause: Clause, head: Token, reading: Reading) -> None:
    """ "Don't blur" is a promise; "not too bright" weakens; "not so dark" goes the other way."""
    if clause.has(
        Kind.RAISE, Kind.LOWER, Kind.MORE, Kind.LESS, Kind.REMOVE, Kind.FIX, Kind.TIMES, Kind.NUMBER
    ):
        raise refusals.unclear(_("a negation with “more” or “less” can be read in several ways"))
    too = clause.first(Kind.TOO)
    if too is None and is_statement(clause):
        raise refusals.unclear(_("it says how the picture does not look, but not what to do about it"))
    if too is not None:
        _read_limit(clause, head, too, reading)
        return
    sign = 0 if clause.has(Kind.TOUCH) else head.sense.sign
    read_promise(clause, head, reading, sign=sign)
    reading.negated = True


def _read_limit(clause: Clause, head: Token, too: Token, reading: Reading) -> None:
    """ "Not too bright" after "brighter" weakens it; alone, "not so dark" asks for brighter."""
    if head.kind is not Kind.QUALITY or head.sense.form is not Form.PLAIN:
        raise refusals.unclear(
            _("“not %(too)s %(word)s” can be read in several ways", too=too.text, word=head.text)
        )
    scale, sign = SCALES[head.sense.value], head.sense.sign
    if too.text == "enough":
        reading.add(steps_of(some(scale.moves(sign), head), NO_DEGREE))
        return
    asked = {operation for operation, _by in scale.moves(sign)}
    weakened = [step for step in reading.steps if step.operation in asked and step.amount * sign > 0]
    if weakened:
        reading.steps = [step for step in reading.steps if step not in weakened]
        reading.add([replace(step, amount=step.amount * 0.5) for step in weakened])
    elif is_statement(clause) or reading.steps or clause.has(Kind.MAKE):
        raise refusals.unclear(
            _("“not %(too)s %(word)s” can be read in several ways", too=too.text, word=head.text)
        )
    else:
        reading.add(steps_of(some(scale.moves(-sign), head), NO_DEGREE))


def read_promise(clause: Clause, head: Token, reading: Reading, *, sign: int) -> None:
    """Remember what must not happen; `refuse_contradictions` checks that it does not."""
    if clause.has(Kind.NOUN, Kind.SELECTION) or (sign == 0 and head.kind not in (Kind.PROPERTY, Kind.ZONE)):
        raise refusals.unclear(_("it asks to keep something as it is"))
    if head.kind in (Kind.COLOR, Kind.COLORISH):
        reading.forbidden.append((frozenset({"tint", "recolor", "white_balance"}), 0))
    elif head.kind is Kind.EFFECT:
        reading.forbidden.append((frozenset({head.sense.value}), 0))
    elif sign == 0 and head.sense.value == "saturation":
        reading.forbidden.append((COLOR_OPERATIONS, 0))
    else:
        _forbid_scale(head, reading, sign)
    reading.last, reading.inherited = [], None


def _forbid_scale(head: Token, reading: Reading, sign: int) -> None:
    scale = SCALES[head.sense.value]
    if sign:
        for operation, amount in scale.moves(sign):
            reading.forbidden.append((frozenset({operation}), 1 if amount > 0 else -1))
        return
    reading.forbidden.append((frozenset(operation for operation, _by in (*scale.up, *scale.down)), 0))


_SPARING = (
    Kind.KEEP,
    Kind.NOT,
    Kind.TOUCH,
    Kind.EXCEPT,
    Kind.NOUN,
    Kind.REST,
    Kind.REQUEST,
    Kind.COPULA,
    Kind.MAKE,
)


def read_spared(clause: Clause, reading: Reading) -> Clause:
    """Take out of a clause what it says of a region that is to stay: "leave the sky alone", "except the sky".

    Returns what is left of the clause, which may be nothing.
    """
    nouns = [noun for noun in clause.all(Kind.NOUN) if noun.sense.value in REGION_OF]
    excepted = _excepted(clause)
    if excepted and not reading.has_mask:
        _spare(reading, excepted[1])
        left = without(clause, excepted)
        return Clause(left.joint, tuple(token for token in left.tokens if token.kind is not Kind.BUT))
    keeps = clause.has(Kind.KEEP) or (
        clause.has(Kind.NOT) and (clause.has(Kind.TOUCH) or _only_names(clause))
    )
    in_color = [
        head for head in clause.heads if head.sense.value == "saturation" and head.kind is Kind.PROPERTY
    ]
    if len(nouns) != 1 or not keeps or not clause.holds_only(*_SPARING, *(head.kind for head in in_color)):
        return clause
    if reading.has_mask and REGION_OF[nouns[0].sense.value] in ("subject", "background"):
        return clause  # the mask says it better
    _spare(reading, nouns[0])
    reading.region = ""
    return Clause(clause.joint, ())


def _excepted(clause: Clause) -> list[Token]:
    """ "except" and the region behind it."""
    for first, second in pairwise(clause.tokens):
        if first.kind is Kind.EXCEPT and second.kind is Kind.NOUN and second.sense.value in REGION_OF:
            return [first, second]
    return []


def _only_names(clause: Clause) -> bool:
    """ "…, but not the sky": nothing but a negation and a name, behind something that was asked for."""
    return clause.joint.kind in (Kind.BUT, Kind.STOP, Kind.AND) and clause.holds_only(Kind.NOT, Kind.NOUN)


def _spare(reading: Reading, noun: Token) -> None:
    region = REGION_OF[noun.sense.value]
    if reading.spared not in ("", region):
        raise refusals.unclear(_("it can leave one thing as it is, not several"))
    reading.spared = region


def sparing(steps: list[Step], spared: str) -> list[Step]:
    """The steps, each kept away from what is to stay as it is."""
    return [replace(step, region=_around(step.region, spared)) for step in steps] if spared else steps


_APART = (
    frozenset({"subject", "background"}),
    frozenset({"faces", "background"}),
    frozenset({"faces", "sky"}),
)
_OTHER_SIDE = {"subject": "background", "background": "subject"}


def _around(region: str, spared: str) -> str:
    if region == spared:
        raise refusals.unclear(_("it asks for something and against it"))
    if region and frozenset({region, spared}) in _APART:
        return region
    return _OTHER_SIDE.get(spared, WITHOUT + spared) if not region else region + WITHOUT + spared
