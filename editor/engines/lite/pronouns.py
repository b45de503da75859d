"""What "it" and "them" stand for: "the shadows are too dark, lift them"."""

from editor.engines.lite.clauses import Clause
from editor.engines.lite.reading import Reading, is_statement
from editor.engines.lite.senses import Kind, Token
from editor.engines.lite.vocabulary.things import REGION_OF

_SEVERAL = frozenset({"them", "those", "these"})
_ONE = frozenset({"it", "that", "this"})


def topic_of(clause: Clause) -> Token | None:
    """What a later clause may refer back to: a scale, a zone, or a region that was spoken of."""
    spoken_of = clause.first(Kind.PROPERTY, Kind.ZONE)
    if spoken_of is not None or not is_statement(clause):
        return spoken_of
    return next((noun for noun in clause.all(Kind.NOUN) if noun.sense.value in REGION_OF), None)


def resolved(clause: Clause, reading: Reading) -> Clause:
    """The clause with its pronoun replaced by what it stands for, where that is certain."""
    topic = reading.topic
    if topic is None:
        return clause
    if _leaves_out(clause) and topic.kind is not Kind.NOUN:
        return Clause(clause.joint, (*clause.tokens, topic))
    pronoun = next((token for token in clause.tokens if _may_mean(token, topic, clause)), None)
    if pronoun is None:
        return clause
    named = topic.kind is Kind.PROPERTY and bool(clause.heads)
    put = () if named else (topic,)  # "make them livelier" says of what by itself
    place = clause.tokens.index(pronoun)
    return Clause(clause.joint, (*clause.tokens[:place], *put, *clause.tokens[place + 1 :]))


def _leaves_out(clause: Clause) -> bool:
    """ "Too strong, turn down": Chinese does without the pronoun."""
    return clause.has(Kind.RAISE, Kind.LOWER) and clause.holds_only(
        Kind.RAISE, Kind.LOWER, Kind.DEGREE, Kind.NUMBER, Kind.PERCENT, Kind.BY, Kind.REQUEST
    )


def _may_mean(token: Token, topic: Token, clause: Clause) -> bool:
    if token.kind not in (Kind.NOUN, Kind.PICTURE, Kind.ARTICLE):
        return False
    if token.text in _SEVERAL:
        return True
    moved = clause.has(Kind.RAISE, Kind.LOWER) and not clause.heads
    of_region = topic.kind is Kind.NOUN and bool(clause.heads)
    return token.text in _ONE and (of_region or (moved and topic.kind is not Kind.NOUN))
