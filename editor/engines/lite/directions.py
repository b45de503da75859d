"""Which way to move along which scale, for the one thing a clause is about.

"Brighter", "less contrast", "lift the shadows", "a blue tint": each sort of head has
its own idea of what counts as a direction. A head without one is declined.
"""

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause
from editor.engines.lite.scales import CAST_MOVES, SCALES, Moves
from editor.engines.lite.senses import Form, Kind, Token
from editor.engines.lite.vocabulary.things import REGION_OF
from freeai.common.sentences import sentence as _

_LIFTED_SHADOWS = frozenset(
    {"lift", "raise", "bring up", "open up", "pull up", "push up", "recover", "bring back", "bring out"}
)
_RESCUED = frozenset({"recover", "rescue", "bring back", "retrieve", "restore"})
"""What is asked of highlights is to get their drawing back, so they go down."""

_SUNK_SHADOWS = frozenset({"bring down", "pull down", "push down", "drop", "sink"})
_NEUTRALS = frozenset({"black", "white", "grey", "gray", "silver"})


def moves_for(clause: Clause, head: Token, *, inherited: Kind | None, has_mask: bool) -> Moves:
    """What to do, at plain strength, for the head of an imperative clause."""
    if head.kind is Kind.EFFECT:
        if head.sense.value == "style" and any(
            verb.text in ("add", "adding") for verb in clause.all(Kind.RAISE)
        ):
            raise refusals.adds_objects(head)
        if clause.has(Kind.LESS, Kind.LOWER, Kind.REMOVE, Kind.TOO, Kind.TIMES) or (
            (clause.has(Kind.FIX) and head.sense.value not in ("balance", "enhance"))
            and head.sense.value != "cutout@background"
        ):
            raise refusals.unclear(_("it cannot take away “%(word)s” from a picture", word=head.text))
        if clause.has(Kind.PAINT) and head.sense.value in ("monochrome", "sepia"):
            raise refusals.unclear(_("it can take colours away, but cannot invent any"))
        return ((head.sense.value, 0.4 if head.sense.value == "blur@background" else 1.0),)
    if head.kind is Kind.GRADIENT:
        return _gradient_moves(clause, head, has_mask=has_mask)
    if head.kind in (Kind.COLOR, Kind.COLORISH):
        return _color_moves(clause, head, has_mask=has_mask)
    if head.kind is Kind.ZONE:
        return _zone_moves(clause, head)
    if head.kind is Kind.PROPERTY:
        return _property_moves(clause, head, inherited)
    return _quality_moves(clause, head)


def _quality_moves(clause: Clause, head: Token) -> Moves:
    """ "Brighter", "less bright", "fix the gloomy look", "remove the warm tint"."""
    scale, sense = SCALES[head.sense.value], head.sense
    if _is_bare_fault(clause, head):
        raise refusals.unclear(_("say what to do about “%(word)s”", word=head.text))
    noun_like = clause.has(Kind.TINT) or sense.value == "blur" or sense.value in ("shadows", "highlights")
    reverse = clause.has(Kind.LESS, Kind.FIX, Kind.REMOVE, Kind.LOWER, Kind.TOO)
    if clause.has(Kind.LOWER, Kind.REMOVE) and not noun_like:
        raise refusals.unclear(_("“%(word)s” cannot be taken away; say “less %(word)s”", word=head.text))
    if clause.has(Kind.LESS) and sense.form is Form.COMPARED and not head.text.startswith("more "):
        raise refusals.unclear(_("“less %(word)s” can be read in two ways", word=head.text))
    return some(scale.moves(-sense.sign if reverse else sense.sign), head)


def _is_bare_fault(clause: Clause, head: Token) -> bool:
    """ "Noisy photo" hardly asks for noise; "make it noisy" does, and "less noisy" for the opposite."""
    verbs = (Kind.MAKE, Kind.LESS, Kind.TOO, Kind.MORE, Kind.FIX, Kind.REMOVE, Kind.LOWER, Kind.RAISE)
    plain = head.sense.form is Form.PLAIN and not clause.has(*verbs)
    return plain and head.sense.value in ("noise", "haze", "dullness", "fading", "gloom")


def _property_moves(clause: Clause, head: Token, inherited: Kind | None) -> Moves:
    """ "More contrast", "contrast +20 %", "remove the noise": a noun needs a direction."""
    scale, sign = SCALES[head.sense.value], head.sense.sign
    wanted = _wanted(clause, head, inherited)
    if wanted is Kind.REMOVE:
        if head.sense.value == "saturation":
            return (("monochrome", 1.0),)
        return some(scale.moves(-sign), head)
    if wanted is Kind.FIX and scale.fault == sign:
        return some(scale.moves(-sign), head)
    if wanted in (Kind.LESS, Kind.LOWER, Kind.TOO):
        return some(scale.moves(-sign), head)
    if wanted in (Kind.MORE, Kind.RAISE):
        return some(scale.moves(sign), head)
    number = clause.first(Kind.NUMBER)
    if number is not None and number.text[0] in "+-":
        return some(scale.moves(sign * number.sense.sign), head)
    if clause.has(Kind.TIMES):
        return some(scale.moves(sign), head)
    raise refusals.unclear(_("say whether you want more or less %(word)s", word=head.text))


def _wanted(clause: Clause, head: Token, inherited: Kind | None) -> Kind | None:
    """The direction a property is to go, said here or carried on from before."""
    wanted = direction(clause)
    if wanted is not None:
        return wanted
    scale = SCALES[head.sense.value]
    if head.text == "film grain" or (head.text == "grain" and clause.joint.text in ("with", "then")):
        return Kind.MORE  # nobody complains of it by that name
    if clause.joint.kind in (Kind.AND, Kind.OR) and inherited is not None:
        return inherited
    much = any(word.sense.amount > 1 for word in clause.all(Kind.DEGREE))
    if much and scale.fault != head.sense.sign and not clause.has(Kind.COPULA):
        return Kind.MORE  # "lots of contrast"
    if clause.joint.text == "with" and scale.fault != head.sense.sign:
        return Kind.MORE  # "black and white with contrast", but not "a photo with noise"
    return None


def _zone_moves(clause: Clause, head: Token) -> Moves:
    """ "Lift the shadows", "reduce the highlights"; "more shadows" is left alone."""
    scale = SCALES[head.sense.value]
    verb = clause.first(Kind.RAISE, Kind.LOWER)
    number = clause.first(Kind.NUMBER)
    if (
        verb is None
        and number is not None
        and number.text[0] in "+-"
        and not clause.has(Kind.MORE, Kind.LESS)
    ):
        return scale.moves(number.sense.sign)
    if head.sense.value == "highlights" and verb is not None and verb.text in _RESCUED:
        return scale.down
    if head.sense.value == "highlights" and verb is not None:
        return scale.moves(1 if verb.kind is Kind.RAISE else -1)
    if verb is not None and verb.text in _LIFTED_SHADOWS:
        return scale.up
    if verb is not None and verb.text in _SUNK_SHADOWS:
        return scale.down
    raise refusals.unclear(_("say whether the %(word)s should be brighter or darker", word=head.text))


def _color_moves(clause: Clause, head: Token, *, has_mask: bool) -> Moves:
    """A tint, a cast taken away, or, under a mask, another colour."""
    taken_away = clause.has(Kind.LESS, Kind.LOWER, Kind.REMOVE, Kind.FIX, Kind.TOO)
    if taken_away:
        return cast_moves(head)
    wants_tint = head.kind is Kind.COLORISH or clause.has(Kind.TINT, Kind.MORE)
    if wants_tint:
        if head.sense.value.split()[-1] in _NEUTRALS:
            raise refusals.unclear(
                _("%(word)s is no tint; ask for brighter, darker or black and white", word=head.text)
            )
        return (("tint", 0.3),)
    if not has_mask:
        raise refusals.needs_mask_to_recolor(head.text)
    if clause.has(Kind.RAISE) and not _covers(clause):
        raise refusals.unclear(_("say “a %(word)s tint” or “make it %(word)s”", word=head.text))
    return (("fill" if _covers(clause) else "recolor", 1.0),)


def _covers(clause: Clause) -> bool:
    """A plain backdrop is asked for, or "fill it with red"; anything else keeps its shading."""
    return clause.has(Kind.FILL) or any(
        REGION_OF.get(noun.sense.value) == "background" for noun in clause.all(Kind.NOUN)
    )


def _gradient_moves(clause: Clause, head: Token, *, has_mask: bool) -> Moves:
    if not head.sense.value or clause.has(Kind.LESS, Kind.LOWER, Kind.REMOVE, Kind.MORE):
        raise refusals.unclear(_("say from which colour to which the gradient goes"))
    if not has_mask:
        raise refusals.unclear(_("say where the gradient goes: “a blue to white gradient background”"))
    return (("fill", 1.0),)


def cast_moves(head: Token) -> Moves:
    color = head.sense.value.split()[-1]
    if color in _NEUTRALS:
        raise refusals.unclear(_("%(word)s is no cast that it could take away", word=head.text))
    if color in CAST_MOVES:
        return (("white_balance", CAST_MOVES[color]),)
    return (("tint", -0.3),)


def direction(clause: Clause) -> Kind | None:
    """The word that says whether there shall be more or less of a property."""
    kinds = (Kind.REMOVE, Kind.LESS, Kind.MORE, Kind.LOWER, Kind.RAISE, Kind.TOO, Kind.FIX)
    return next((kind for kind in kinds if clause.has(kind)), None)


def some(moves: Moves, head: Token) -> Moves:
    if not moves:
        raise refusals.unclear(_("there is no way to do that to “%(word)s” yet", word=head.text))
    return moves
