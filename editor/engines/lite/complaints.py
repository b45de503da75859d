"""What is said of the picture: "it is too dark" asks for the opposite, "it looks dark" for nothing yet."""

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause
from editor.engines.lite.degrees import NO_DEGREE
from editor.engines.lite.directions import cast_moves, some
from editor.engines.lite.plan import Step
from editor.engines.lite.reading import Reading, color_of, steps_of
from editor.engines.lite.scales import CAST_MOVES, FAULTS, SCALES
from editor.engines.lite.senses import Form, Kind, Token
from freeai.common.sentences import sentence as _


def read_statement(clause: Clause, head: Token, reading: Reading) -> None:
    """ "It looks gloomy": a complaint when it says "too" or names a fault, else only noted."""
    if (
        head.kind is Kind.EFFECT
        and head.sense.value == "balance"
        and clause.holds_only(Kind.EFFECT, Kind.COPULA, Kind.PICTURE)
    ):
        reading.add([Step("balance", 1.0)])  # "the white balance is off" complains by itself
        return
    if clause.has(Kind.LESS, Kind.TIMES, Kind.NUMBER) or head.kind in (Kind.EFFECT, Kind.ZONE):
        raise refusals.unclear(_("it says how the picture looks, but not what to do about it"))
    if head.kind in (Kind.COLOR, Kind.COLORISH):
        is_cast = head.kind is Kind.COLORISH or clause.has(Kind.TINT)
        if not clause.has(Kind.TOO, Kind.NOUN, Kind.SELECTION) and head.sense.value in CAST_MOVES:
            reading.stated.append(cast_moves(head))  # waits for "fix that"
            return
        if not (clause.has(Kind.TOO) or (is_cast and not clause.has(Kind.NOUN, Kind.SELECTION))):
            raise refusals.unclear(_("it says how the picture looks, but not what to do about it"))
        moves = cast_moves(head)
        reading.add(steps_of(moves, NO_DEGREE, color=color_of(head, moves)))
        reading.complained = True
        return
    if clause.has(Kind.MORE) or head.sense.form is not Form.PLAIN:
        if not (clause.has(Kind.MORE) and head.kind is Kind.PROPERTY):
            raise refusals.unclear(_("it says how the picture looks, but not what to do about it"))
        reading.add(steps_of(SCALES[head.sense.value].moves(head.sense.sign), NO_DEGREE))
        return
    read_complaint(clause, head, reading)


def read_complaint(clause: Clause, head: Token, reading: Reading) -> None:
    """Go the other way than the quality that is complained of."""
    scale, sign = SCALES[head.sense.value], head.sense.sign
    if clause.first(Kind.TOO) == Token("enough", clause.tokens[-1].sense):
        raise refusals.nothing_to_do()
    moves = some(scale.moves(-sign), head)
    is_fault = head.kind is Kind.QUALITY and (scale.fault == sign or head.text in FAULTS)
    if clause.has(Kind.TOO) or is_fault:
        reading.add(steps_of(moves, NO_DEGREE))
        reading.complained = True
    elif head.kind is Kind.QUALITY:
        reading.stated.append(moves)
    else:
        raise refusals.unclear(_("it says how the picture looks, but not what to do about it"))


def read_fix(reading: Reading) -> None:
    """ "Fix that" turns what was stated of the picture into complaints."""
    corrected = any(step.operation in ("balance", "enhance") for step in reading.last)
    if not (reading.stated or reading.complained or corrected):
        raise refusals.unclear(_("it does not say what is wrong"))
    for moves in reading.stated:
        reading.add(steps_of(moves, NO_DEGREE))
    reading.stated.clear()
