"""From clauses to steps: what is asked for, in which direction, how strongly.

One rule stands above all others: a clause is either accounted for to its last token
or the whole instruction is declined. Every branch below ends in steps, in a promise
that is kept, or in a refusal.
"""

from dataclasses import replace

from editor.engines.lite import places as regions
from editor.engines.lite import refusals
from editor.engines.lite.clauses import HEADS, Clause, clauses_of, segments_of
from editor.engines.lite.complaints import read_complaint, read_fix, read_statement
from editor.engines.lite.contradictions import refuse_contradictions
from editor.engines.lite.degrees import NO_DEGREE, Degree, amount_of, degree_in
from editor.engines.lite.directions import direction, moves_for
from editor.engines.lite.heads import merged
from editor.engines.lite.plan import Step
from editor.engines.lite.promises import read_negation, read_promise, read_spared, sparing
from editor.engines.lite.pronouns import resolved, topic_of
from editor.engines.lite.reading import VERBS, Reading, color_of, is_statement, steps_of
from editor.engines.lite.scales import FAULTS, SCALES
from editor.engines.lite.senses import Form, Kind, Token
from freeai.common.sentences import sentence as _

_FRAMING = (
    *(Kind.PICTURE, Kind.REQUEST, Kind.MAKE, Kind.COPULA, Kind.TO, Kind.NOUN, Kind.SELECTION, Kind.TINT),
    Kind.FILL,
)
_AMOUNTS = (Kind.DEGREE, Kind.TIMES, Kind.NUMBER, Kind.PERCENT, Kind.BY, Kind.TO)


def steps_in(tokens: list[Token], *, has_mask: bool) -> list[Step]:
    """All steps of an instruction. Raises `NotUnderstood`."""
    reading = Reading(has_mask)
    for whole in clauses_of(tokens):
        clause = read_spared(resolved(whole, reading), reading)
        if not clause.tokens:
            continue
        _refuse_what_is_beyond(clause, reading)
        topic, clause = topic_of(clause), merged(clause)
        reading.region = regions.region_for(clause, reading.region, has_mask=has_mask)
        _read(clause, reading)
        reading.topic = topic or reading.topic
    if reading.stated:
        raise refusals.unclear(_("it says how the picture looks, but not what to do about it"))
    refuse_contradictions(reading.steps, reading.forbidden)
    return sparing(reading.steps, reading.spared)


def _refuse_what_is_beyond(clause: Clause, reading: Reading) -> None:
    """Unknown words, things to be found or added, regions turned inside out."""
    removes_painted = reading.has_mask and clause.has(Kind.REMOVE) and not clause.has(Kind.NOT, Kind.EXCEPT)
    beyond = clause.first(Kind.CANNOT)
    if beyond and not (removes_painted and beyond.sense.value == "text"):
        raise refusals.beyond(beyond)
    adds = any(verb.text in ("add", "adding", "give") for verb in clause.all(Kind.RAISE, Kind.MAKE))
    if adds and not clause.heads and (added := clause.first(Kind.NOUN, Kind.UNKNOWN)):
        raise refusals.adds_objects(added)
    if (strange := clause.first(Kind.UNKNOWN)) and not removes_painted:
        raise refusals.unknown(strange)
    if clause.has(Kind.EXCEPT):
        raise refusals.inside_out()


def _read(clause: Clause, reading: Reading) -> None:
    """Take in one clause, whatever sort it is."""
    if clause.has(Kind.REMOVE) and not _removes_a_scale(clause):
        _read_removal(clause, reading)
    elif not clause.heads:
        _read_headless(clause, reading)
    elif len(clause.heads) == 1:
        _read_head(clause, clause.heads[0], reading)
    else:
        _read_several_heads(clause, reading)


def _removes_a_scale(clause: Clause) -> bool:
    """ "Remove the noise", "remove the yellow tint", but not "remove the yellow car"."""
    heads = clause.heads
    if len(heads) == 1 and heads[0].sense.value == "cutout@background":
        return True
    if clause.has(Kind.UNKNOWN, Kind.CANNOT) or len(heads) != 1:
        return False
    sense = heads[0].sense
    if heads[0].kind in (Kind.PROPERTY, Kind.QUALITY) and SCALES[sense.value].removable:
        return True
    return clause.has(Kind.TINT) and heads[0].kind in (Kind.COLOR, Kind.COLORISH, Kind.QUALITY)


def _read_removal(clause: Clause, reading: Reading) -> None:
    """Whatever is painted goes; its description does not matter, as long as it is one."""
    described = (*_FRAMING, Kind.REMOVE, Kind.UNKNOWN, Kind.COLOR, Kind.COLORISH, Kind.QUALITY, Kind.ZONE)
    halfway = any(word.sense.value != "whole" for word in clause.all(Kind.DEGREE))
    if halfway or not clause.holds_only(*described, Kind.CANNOT, Kind.DEGREE):
        raise refusals.unclear(_("“remove” goes with a thing that you have painted over"))
    named = clause.first(Kind.NOUN, Kind.SELECTION, Kind.PICTURE, Kind.UNKNOWN, Kind.ZONE, Kind.CANNOT)
    if not reading.has_mask:
        raise refusals.needs_mask(named or clause.tokens[-1])
    if named is None and not clause.holds_only(Kind.REMOVE, Kind.REQUEST):
        raise refusals.unclear(_("it does not say what to remove"))
    if named is not None and named.text.split()[-1] == "background":
        raise refusals.beyond(replace(named, sense=replace(named.sense, value="background")))
    reading.add([Step("remove", 1.0)])
    reading.negated, reading.inherited = False, None


def _read_headless(clause: Clause, reading: Reading) -> None:
    """Clauses that say nothing of their own: "fix that", "a bit", "keep the rest"."""
    if clause.has(Kind.FIX) and clause.holds_only(*_FRAMING, Kind.FIX):
        read_fix(reading)
    elif (
        clause.has(Kind.LOWER)
        and clause.holds_only(*_FRAMING, Kind.LOWER, Kind.DEGREE)
        and reading.complained
    ):
        if clause.has(Kind.DEGREE):
            _read_afterthought(clause, reading)
    elif clause.has(Kind.REST) and clause.has(Kind.KEEP, Kind.NOT):
        if not clause.holds_only(Kind.REST, Kind.KEEP, Kind.NOT, Kind.TOUCH, Kind.MAKE):
            raise refusals.unclear(_("it asks to keep something as it is"))
    elif clause.has(Kind.DEGREE) and clause.holds_only(*_FRAMING, Kind.DEGREE, Kind.KEEP):
        _read_afterthought(clause, reading)
    elif (
        clause.holds_only(Kind.SELECTION, Kind.PICTURE)
        or clause.holds_only(Kind.PICTURE, Kind.REQUEST, Kind.COPULA)
        or (clause.holds_only(Kind.NOUN) and clause.joint.kind is Kind.STOP and clause.joint.text == "")
    ):
        return
    else:
        raise refusals.unclear(
            _("“%(word)s” is not complete", word=" ".join(token.text for token in clause.tokens))
        )


def _read_afterthought(clause: Clause, reading: Reading) -> None:
    """ "…, but not too much": what the previous clause added becomes weaker or stronger."""
    degree = degree_in(clause)
    if not reading.last or degree.is_whole:
        raise refusals.unclear(_("it says how much, but not of what"))
    weaker = [replace(step, amount=step.amount * degree.factor) for step in reading.last]
    reading.steps = [step for step in reading.steps if step not in reading.last]
    reading.add(weaker)


def _read_several_heads(clause: Clause, reading: Reading) -> None:
    """ "Warmer brighter", "vintage black and white": only where each head stands on its own."""
    bound = (Kind.NOT, Kind.TOO, Kind.KEEP, Kind.REMOVE, Kind.FIX, Kind.TOUCH, Kind.TIMES, Kind.NUMBER)
    plain = [head for head in clause.heads if head.kind is Kind.QUALITY and head.sense.form is Form.PLAIN]
    on_their_own = all(
        head.kind in (Kind.EFFECT, Kind.PROPERTY, Kind.COLORISH)
        or (head.kind is Kind.QUALITY and head.sense.form is not Form.PLAIN)
        for head in clause.heads
        if head.sense.value != "contrast" and head not in plain[:1]
    )
    relevant = segments_of(clause)
    directed = all(segment.heads[0].kind is not Kind.PROPERTY or direction(segment) for segment in relevant)
    if clause.has(*bound) or is_statement(clause) or not (on_their_own and directed) or len(plain) > 1:
        raise refusals.unclear(
            _(
                "“%(word)s” can be read in several ways",
                word=" ".join(token.text for token in clause.tokens),
            )
        )
    for segment in relevant:
        _read_head(segment, segment.heads[0], reading)


def _read_head(clause: Clause, head: Token, reading: Reading) -> None:
    """A clause about one thing: find the steps it asks for, or the promise it makes."""
    _refuse_leftovers(clause)
    if clause.has(Kind.KEEP) and not _keeps_much(clause, head):
        read_promise(clause, head, reading, sign=0)
        return
    if clause.has(Kind.NOT):
        read_negation(clause, head, reading)
        return
    _refuse_unclear_negation(clause, reading)
    if is_statement(clause):
        read_statement(clause, head, reading)
        return
    if head.text in FAULTS and not clause.has(*VERBS, Kind.LESS, Kind.TOO):
        read_complaint(clause, head, reading)
        return
    if clause.has(Kind.TOO) and not _complains_of_amount(clause, head):
        raise refusals.unclear(_("“%(word)s” is said to be too much of something", word=head.text))
    degree = degree_in(clause)
    if degree == NO_DEGREE and _shares_degree(clause, head, reading):
        degree = reading.degree
    _share_number(clause, head, degree, reading)
    placed = reading.has_mask or bool(reading.region)
    moves = moves_for(clause, head, inherited=reading.inherited, has_mask=placed)
    if reading.has_mask:
        moves = tuple((name.removesuffix("@faces"), amount) for name, amount in moves)
    if reading.has_mask and any("@" in name for name, _by in moves):
        raise refusals.unclear(_("a mask says where to work; ask for that without one"))
    reading.add(steps_of(moves, degree, color=color_of(head, moves)))
    reading.degree, reading.negated = degree, False
    reading.complained |= clause.has(Kind.TOO)
    reading.inherited = direction(clause) or (reading.inherited if head.kind is Kind.PROPERTY else None)


def _keeps_much(clause: Clause, head: Token) -> bool:
    """ "Keep plenty of contrast" asks for more; "keep the contrast" for none."""
    much = any(word.sense.amount > 1 for word in clause.all(Kind.DEGREE))
    return much and head.kind is Kind.PROPERTY and not clause.has(Kind.NOT)


def _refuse_leftovers(clause: Clause) -> None:
    """Tokens that no rule for a single head accounts for."""
    known = (*_FRAMING, *_AMOUNTS, *VERBS, Kind.KEEP, Kind.NOT, Kind.TOO, Kind.MORE, Kind.LESS, Kind.TOUCH)
    for token in clause.tokens:
        if token.kind not in known and token.kind not in HEADS:
            raise refusals.unclear(_("“%(word)s” does not fit here", word=token.text))
    if clause.has(Kind.RAISE) and clause.has(Kind.LOWER, Kind.REMOVE, Kind.LESS):
        raise refusals.unclear(_("it asks for more and for less at once"))
    if clause.has(Kind.MORE) and clause.has(Kind.LESS, Kind.LOWER):
        raise refusals.unclear(_("it asks for more and for less at once"))


def _complains_of_amount(clause: Clause, head: Token) -> bool:
    """ "Too much noise", "too dark": complaints that need no verb."""
    return not clause.has(*VERBS) and (head.kind is not Kind.QUALITY or head.sense.form is Form.PLAIN)


def _refuse_unclear_negation(clause: Clause, reading: Reading) -> None:
    """ "Don't blur and sharpen": does the second share the first's "don't"?"""
    bare = not clause.has(*VERBS)
    if reading.negated and bare and clause.joint.kind is Kind.OR:
        raise refusals.unclear(_("it has several negations; say each with its own “don’t”"))
    shared_less = reading.inherited is Kind.LESS and clause.joint.kind is Kind.AND and bare
    head = clause.heads[0]
    if shared_less and head.kind is Kind.QUALITY and head.sense.form is Form.PLAIN:
        raise refusals.unclear(_("it is not clear how far “less” reaches"))
    if reading.negated and bare and not clause.has(Kind.MORE) and clause.joint.kind is Kind.AND:
        fresh = clause.joint.sense.value == "comma" and clause.heads[0].sense.form is Form.DONE
        if not fresh:
            raise refusals.unclear(_("it is not clear how far the negation reaches"))


def _shares_degree(clause: Clause, head: Token, reading: Reading) -> bool:
    """ "A bit brighter and warmer": the second is meant to be a bit, too."""
    alike = head.kind in (Kind.PROPERTY, Kind.QUALITY) and head.sense.form is not Form.DONE
    return bool(reading.last) and clause.joint.kind is Kind.AND and alike and not clause.has(*VERBS)


def _share_number(clause: Clause, head: Token, degree: Degree, reading: Reading) -> None:
    """ "Increase the brightness and contrast by 20 %" says 20 % of both.

    Where it may be of both or of the last ("brighter and warmer by 20 %") we don't guess.
    """
    places = {token.kind: place for place, token in enumerate(clause.tokens)}
    trails = Kind.NUMBER in places and places[Kind.NUMBER] > clause.tokens.index(head)
    bare = not clause.has(*VERBS, Kind.MORE, Kind.LESS) and clause.joint.text == "and"
    if not (trails and bare and reading.last and reading.degree == NO_DEGREE):
        return
    if head.kind is not Kind.PROPERTY or reading.inherited is None or len(reading.last) > 1:
        raise refusals.unclear(_("give each thing its own number"))
    reading.steps.remove(reading.last[0])
    step = reading.last[0]
    reading.add([replace(step, amount=amount_of(step.operation, step.amount, degree))])
