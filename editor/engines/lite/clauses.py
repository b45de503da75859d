"""Cutting an instruction into clauses, each about one thing.

Here the words' order matters: noun phrases become one token ("the old red car"),
words with two meanings find out which one they have. After this the grammar looks
only at what a clause contains.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from editor.engines.lite.senses import Form, Kind, Sense, Token
from editor.engines.lite.vocabulary.things import REGION_OF

HEADS = frozenset(
    {Kind.QUALITY, Kind.PROPERTY, Kind.ZONE, Kind.EFFECT, Kind.COLOR, Kind.COLORISH, Kind.GRADIENT}
)
"""What a clause can be about."""

JOINTS = frozenset({Kind.AND, Kind.OR, Kind.BUT, Kind.STOP})

_DESCRIPTIONS = frozenset({Kind.QUALITY, Kind.COLOR, Kind.COLORISH, Kind.EFFECT, Kind.DEGREE, Kind.SHADE})
"""What may stand between an article and a noun: "the dark red car"."""

_PRONOUNS = frozenset({"her"})
_DEMONSTRATIVES = frozenset({"this", "that", "these", "those", "all"})


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens about one thing, and how they are joined to what came before."""

    joint: Token
    tokens: tuple[Token, ...]

    def has(self, *kinds: Kind) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    def first(self, *kinds: Kind) -> Token | None:
        return next((token for token in self.tokens if token.kind in kinds), None)

    def all(self, *kinds: Kind) -> list[Token]:
        return [token for token in self.tokens if token.kind in kinds]

    def holds_only(self, *kinds: Kind) -> bool:
        return all(token.kind in kinds for token in self.tokens)

    @property
    def heads(self) -> list[Token]:
        return self.all(*HEADS)


_START = Token("", Sense(Kind.STOP))


def clauses_of(tokens: list[Token]) -> list[Clause]:
    """Cut at conjunctions and punctuation; drop what carries nothing."""
    settled = _settle_colors(_settle_nouns(_settle_adjectives(_settle_so(_split_sky_blue(tokens)))))
    found: list[Clause] = []
    joint, inside = _START, list[Token]()
    for token in [*settled, _START]:
        if token.kind is Kind.NOT and any(word.kind in HEADS for word in inside):
            found.append(Clause(joint, tuple(inside)))
            joint, inside = Token(token.text, Sense(Kind.BUT)), []
        fills = token.text == "with" and any(word.kind is Kind.FILL for word in inside)
        if token.kind not in JOINTS or fills:
            if fills:
                continue
            if token.kind not in (Kind.SKIP, Kind.ARTICLE):
                inside.append(token)
            continue
        if inside:
            found.append(Clause(joint, tuple(inside)))
            joint, inside = token, []
        elif token.kind in (Kind.BUT, Kind.OR, Kind.STOP) or token.text == "with":
            joint = token
    return found


def segments_of(clause: Clause) -> list[Clause]:
    """Cut "a bit warmer much brighter" behind each of its heads; what trails stays with the last."""
    segments: list[list[Token]] = [[]]
    left = len(clause.heads)
    for token in clause.tokens:
        segments[-1].append(token)
        if token.kind in HEADS:
            left -= 1
            if left:
                segments.append([])
    return [Clause(clause.joint, tuple(segment)) for segment in segments]


def _split_sky_blue(tokens: list[Token]) -> list[Token]:
    """ "Make the sky blue" speaks of the sky, "make it sky blue" of a colour."""
    split: list[Token] = []
    for token, following in pairwise([*tokens, _START]):
        after_article = bool(split) and split[-1].text in ("the", "this", "that")
        if token.text == "sky blue" and after_article and following.kind is not Kind.TINT:
            split += [Token("sky", Sense(Kind.NOUN, "sky")), Token("blue", Sense(Kind.COLOR, "blue"))]
        else:
            split.append(token)
    return split


def _settle_so(tokens: list[Token]) -> list[Token]:
    """ "So" complains before an adjective ("so dark") and joins before anything else."""
    joined = Sense(Kind.BUT)
    return [
        Token(token.text, joined)
        if token.text == "so" and following.kind not in (Kind.QUALITY, Kind.COLOR, Kind.COLORISH)
        else token
        for token, following in pairwise([*tokens, _START])
    ]


def _settle_adjectives(tokens: list[Token]) -> list[Token]:
    """Tell "light" and "soft" as degrees ("a light blur") and as nouns ("warmer light") from the rest."""
    settled: list[Token] = []
    for place, token in enumerate(tokens):
        following = next((word for word in tokens[place + 1 :] if word.text != "please"), _START)
        before = settled[-1] if settled else _START
        noun_follows = following.kind in (Kind.EFFECT, Kind.PROPERTY) or following.text == "blur"
        if token.text in ("light", "soft") and noun_follows:
            settled.append(Token(token.text, Sense(Kind.DEGREE, amount=0.5)))
        elif token.text in ("light", "lighting") and before.kind is Kind.QUALITY:
            if before.sense.value not in ("warmth", "brightness"):
                settled.append(Token(f"{before.text} {token.text}", Sense(Kind.CANNOT, "light")))
        elif token.text == "light" and before.kind is Kind.ARTICLE:
            settled.append(Token(token.text, Sense(Kind.PROPERTY, "brightness")))
        elif token.text in ("look", "looks", "feel") and before.kind in (Kind.EFFECT, Kind.QUALITY):
            continue
        else:
            settled.append(token)
    return settled


def _settle_nouns(tokens: list[Token]) -> list[Token]:
    """Fold "the old red car" and "the car and the dog" into one noun each."""
    folded: list[Token] = []
    place = 0
    while place < len(tokens):
        length = _noun_phrase_length(tokens, place)
        words = tokens[place : place + length]
        place += length
        stands_alone = length == 1 and words[0].kind is Kind.ARTICLE and _ends_phrase(tokens, place)
        if length > 1 and words[-1].sense.value == "background" and words[-2].kind is Kind.COLOR:
            folded += [*words[1:-1], words[-1]]  # "a white background" says what it shall be
        elif length > 1 or (stands_alone and words[0].text in _PRONOUNS):
            colors = [word.sense.value for word in words if word.kind is Kind.COLOR]
            color = colors[-1] if colors else words[-1].sense.color
            name = words[-1].sense.value or words[-1].text
            folded.append(Token(" ".join(word.text for word in words), Sense(Kind.NOUN, name, color=color)))
        elif stands_alone and words[0].text in _DEMONSTRATIVES:
            folded.append(Token(words[0].text, Sense(Kind.PICTURE)))
        else:
            folded.append(words[0])
    return _join_nouns(folded)


def _ends_phrase(tokens: list[Token], place: int) -> bool:
    """Whether no noun, known or not, can follow here: "remove this, …", "make her …"."""
    return place >= len(tokens) or tokens[place].kind in (*JOINTS, Kind.SKIP, Kind.COLOR, Kind.QUALITY)


def _noun_phrase_length(tokens: list[Token], place: int) -> int:
    """How many tokens from here on are an article, descriptions and a noun; 1 if they are not."""
    if tokens[place].kind is Kind.COLOR and place + 1 < len(tokens) and tokens[place + 1].kind is Kind.NOUN:
        # "Turn red car blue": of two colours the one before the noun tells which car.
        others = any(token.kind is Kind.COLOR for token in (*tokens[:place], *tokens[place + 2 :]))
        return 2 if others and tokens[place + 1].sense.value != "background" else 1
    if tokens[place].kind is not Kind.ARTICLE:
        return 1
    end = place + 1
    while end < len(tokens) and tokens[end].kind in _DESCRIPTIONS and _describes(tokens[end]):
        end += 1
    found_noun = end < len(tokens) and tokens[end].kind is Kind.NOUN
    return end + 1 - place if found_noun else 1


def _describes(token: Token) -> bool:
    return token.kind is not Kind.QUALITY or token.sense.form is Form.PLAIN


def _join_nouns(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    for token in tokens:
        follows_noun = (
            len(joined) > 1 and joined[-1].text in ("and", "&", ",") and joined[-2].kind is Kind.NOUN
        )
        if token.kind is Kind.NOUN and follows_noun:
            joint, first = joined.pop(), joined.pop()
            # Two regions are no region that we could find at once; under a mask the name does not matter.
            alike = REGION_OF.get(first.sense.value) == REGION_OF.get(token.sense.value)
            sense = first.sense if alike else replace(first.sense, value=f"{first.text} {token.text}")
            joined.append(Token(f"{first.text} {joint.text} {token.text}", sense))
        else:
            joined.append(token)
    return joined


def _settle_colors(tokens: list[Token]) -> list[Token]:
    """ "From red to blue" asks for blue: what is painted over already is what it is."""
    settled = _settle_gradients(tokens)
    for place in range(len(settled) - 3):
        words = settled[place : place + 4]
        if words[0].text == "from" and words[1].kind is Kind.COLOR and words[3].kind is Kind.COLOR:
            settled[place + 1] = Token(words[1].text, Sense(Kind.SKIP))
    return settled


def without(clause: Clause, dropped: Iterable[Token]) -> Clause:
    """The clause less some of its tokens."""
    gone = list(dropped)
    return Clause(clause.joint, tuple(token for token in clause.tokens if token not in gone))


def _settle_gradients(tokens: list[Token]) -> list[Token]:
    """ "A gradient from blue to white", "a blue to white gradient": one head with both colours."""
    places = [place for place, token in enumerate(tokens) if token.kind is Kind.GRADIENT]
    colors = [place for place, token in enumerate(tokens) if token.kind is Kind.COLOR]
    if len(places) != 1 or len(colors) != 2:
        return list(tokens)
    first, last = (tokens[place].sense.value for place in colors)
    start, end = min(*colors, *places), max(*colors, *places)
    between = (Kind.SKIP, Kind.ARTICLE, Kind.TO, Kind.AND, Kind.COLOR, Kind.GRADIENT, Kind.NOUN)
    if any(token.kind not in between for token in tokens[start : end + 1]):
        return list(tokens)
    both = Token("gradient", Sense(Kind.GRADIENT, f"{first} to {last}"))
    nouns = [token for token in tokens[start : end + 1] if token.kind is Kind.NOUN]
    return [*tokens[:start], *nouns, both, *tokens[end + 1 :]]
