"""What a clause is about: the whole picture, what is painted, or something to be found.

A thing can be found by itself only where the engine has a way to find it; any other is
declined with the advice to paint it.
"""

from editor.engines.lite import refusals
from editor.engines.lite.clauses import Clause
from editor.engines.lite.senses import Form, Kind
from editor.engines.lite.vocabulary.things import REGION_OF
from freeai.common.sentences import sentence as _

_BY_COLOR = frozenset({Kind.COLOR, Kind.COLORISH})
_WHOLE_VERBS = (Kind.MAKE, Kind.RAISE, Kind.LOWER, Kind.REMOVE, Kind.FIX, Kind.PAINT, Kind.REQUEST, Kind.KEEP)


def region_for(clause: Clause, before: str, *, has_mask: bool) -> str:
    """The region a clause speaks of, "" for everything. Raises `NotUnderstood` for what it cannot find.

    before: the region of the clause before, which a bare follow-up shares: "the sky darker and bluer".
    """
    if has_mask:
        return ""
    things = clause.all(Kind.NOUN, Kind.SELECTION)
    if not things:
        return _inherited(clause, before)
    if clause.has(Kind.REMOVE, Kind.KEEP, Kind.EXCEPT) and not _removes_a_cast(clause):
        raise refusals.needs_mask(things[0])
    found = {_region(clause, thing.sense.value, thing.sense.color) for thing in things}
    if "faces" in found and any(head.kind in _BY_COLOR for head in clause.heads):
        raise refusals.needs_mask(things[0])  # a face in another colour is no edit that anyone means well
    if len(found) != 1 or not (region := found.pop()):
        raise refusals.needs_mask(next(t for t in things if t.kind in (Kind.NOUN, Kind.SELECTION)))
    return region


def _inherited(clause: Clause, before: str) -> str:
    if not before or not clause.heads:
        return before if before and clause.has(Kind.DEGREE) else ""
    if clause.has(Kind.PICTURE):
        if any(token.text in ("it", "that", "this") for token in clause.all(Kind.PICTURE)):
            raise refusals.unclear(_("does “it” mean the %(thing)s or the whole picture?", thing=before))
        return ""
    is_bare = not clause.has(*_WHOLE_VERBS) and clause.joint.kind is Kind.AND
    done = clause.heads[0].sense.form is Form.DONE or clause.heads[0].kind is Kind.EFFECT
    return before if is_bare and not done else ""


def _region(clause: Clause, name: str, color: str) -> str:
    """The region of a noun; a coloured thing is found by its colour, if only its colour changes."""
    if name in REGION_OF:
        return REGION_OF[name]
    recolors = bool(color) and any(head.kind in _BY_COLOR for head in clause.heads)
    return color.rsplit(maxsplit=1)[-1] if recolors and len(clause.heads) == 1 else ""


def _removes_a_cast(clause: Clause) -> bool:
    return clause.has(Kind.REMOVE) and len(clause.heads) == 1 and not clause.has(Kind.KEEP, Kind.EXCEPT)
