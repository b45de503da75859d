"""What a word can mean to the engine, in any language.

A language's vocabulary maps its words to these senses; the grammar reads only senses.
"""

from dataclasses import dataclass, field
from enum import StrEnum

UNKNOWN_MARK = "\x01"
"""Stands before a word that no list of the prompt's language holds."""


class Kind(StrEnum):
    """The part a word plays in an instruction."""

    SKIP = "carries nothing: politeness, particles"
    ARTICLE = "opens a noun phrase: the, my, this"
    REQUEST = "marks a wish: I want, it needs, can it"
    COPULA = "is, looks, seems: states something unless it is wished for"
    PICTURE = "the whole picture, or 'it'"
    MAKE = "make, turn into, give: brings about whatever is named"
    RAISE = "increase, add, boost"
    LOWER = "reduce, turn down"
    REMOVE = "remove, erase, get rid of"
    FIX = "fix, correct"
    PAINT = "paint, dye: brings about a colour"
    KEEP = "keep, preserve, without changing"
    TOUCH = "change, touch: harmless only when negated"
    NOT = "not, without, no"
    TOO = "too, so: makes a complaint of what follows"
    MORE = "more"
    LESS = "less"
    DEGREE = "a bit, much: `amount` is the factor"
    TIMES = "twice, half: `amount` is the multiple"
    NUMBER = "a number: `amount`"
    PERCENT = "per cent"
    BY = "by: what follows is a difference"
    TO = "to: what follows may be an absolute number, which we do not know how to reach"
    QUALITY = "bright, darker, sharpen: `value` names the scale, `sign` the direction"
    PROPERTY = "brightness, noise: a scale without a direction of its own"
    ZONE = "shadows, highlights"
    EFFECT = "sepia, oil painting: `value` names the operation"
    COLOR = "a named colour"
    COLORISH = "bluer, bluish: towards a named colour"
    SHADE = "light, dark, deep before a colour"
    TINT = "tint, tone, cast"
    NOUN = "a thing or region that would have to be found in the picture"
    SELECTION = "here, the masked area: what is painted"
    FILL = "fill: covers with a plain colour"
    GRADIENT = "a gradient between two colours"
    REST = "everything else"
    EXCEPT = "except, outside: turns a region inside out"
    AND = "starts a new clause"
    OR = "starts a new clause that shares a negation"
    BUT = "starts a new clause that shares nothing"
    STOP = "ends a sentence"
    CANNOT = "known to be beyond our means: `value` says of which sort"
    UNKNOWN = "not in the vocabulary"


class Form(StrEnum):
    """How a quality is said; only a plain adjective can be complained about."""

    PLAIN = "bright"
    COMPARED = "brighter"
    DONE = "brighten"


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of one word or phrase."""

    kind: Kind
    value: str = ""
    sign: int = 1
    amount: float = 1.0
    form: Form = Form.PLAIN
    color: str = ""  # of a noun: "the red car"


@dataclass(frozen=True, slots=True)
class Token:
    """A word or phrase of the instruction with its meaning."""

    text: str
    sense: Sense

    @property
    def kind(self) -> Kind:
        return self.sense.kind


_WORTH_CORRECTING = frozenset(
    {Kind.QUALITY, Kind.PROPERTY, Kind.ZONE, Kind.EFFECT, Kind.COLOR, Kind.REMOVE, Kind.RAISE, Kind.LOWER}
    | {Kind.PICTURE, Kind.DEGREE, Kind.SELECTION}
)
"""Words of these kinds are corrected when misspelt; a misspelt thing is declined all the same."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language.

    phrases: words joined by single blanks, to their sense; the longest match wins.
    lookalikes: real words that a spelling check must not turn into one of ours.
    words: every single word in it; spellings: those that a slip may be corrected to.
    """

    phrases: dict[str, Sense]
    lookalikes: frozenset[str] = frozenset()
    words: frozenset[str] = field(init=False)
    spellings: frozenset[str] = field(init=False)
    phrase_words_max: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", frozenset(w for phrase in self.phrases for w in phrase.split()))
        telling = (p for p, sense in self.phrases.items() if sense.kind in _WORTH_CORRECTING)
        object.__setattr__(
            self, "spellings", frozenset(w for phrase in telling for w in phrase.split() if len(w) > 3)
        )
        object.__setattr__(self, "phrase_words_max", max(len(phrase.split()) for phrase in self.phrases))
