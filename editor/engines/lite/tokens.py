"""From letters to senses: spelling, phrases, numbers.

Every letter of the prompt ends up in a token; what the vocabulary does not hold
becomes an `UNKNOWN` token and is never dropped.
"""

import re
import unicodedata
from collections.abc import Iterator

from editor.engines.lite.senses import UNKNOWN_MARK, Kind, Lexicon, Sense, Token
from editor.engines.lite.spelling import slips_between

_PIECES = re.compile(
    r"\x01\S+|b&w|b/w|(?:19|20)?\d0s\b|[^\W\d_]+(?:'[^\W\d_]+)*|(?:(?<![\w%])[+-])?\d+(?:[.,]\d+)?|[.](?=\s|$)|\S"
)
_PUNCTUATION = {
    ",": Kind.AND,
    ";": Kind.STOP,
    ".": Kind.STOP,
    "!": Kind.STOP,
    "?": Kind.STOP,
    ":": Kind.STOP,
    "&": Kind.AND,
    "/": Kind.AND,
    "+": Kind.AND,
    "-": Kind.AND,
}
_SILENT = frozenset("\"'()*`~")
_SPELLED_TIMES = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": ",", "−": "-", "…": "."}
)

_CORRECTABLE_LETTERS_MIN = 5
"""Shorter words have too many neighbours: "worm" is no "warm". With four, only a swap is a slip: "moer"."""

_SWAPPABLE = ("more", "less", "dark", "make", "blur", "warm", "cool", "noise", "with", "photo")


def read(prompt: str, lexicon: Lexicon) -> list[Token]:
    """Split a prompt into tokens, each with the sense of its longest known phrase."""
    text = unicodedata.normalize("NFKC", prompt).translate(_SPELLED_TIMES).lower()
    text = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", text)
    text = re.sub(r"[.]{2,}", ". ", text)
    pieces = [spelled(piece, lexicon) for piece in _PIECES.findall(text) if piece not in _SILENT]
    return list(_tokens(pieces, lexicon))


def _tokens(pieces: list[str], lexicon: Lexicon) -> Iterator[Token]:
    place = 0
    while place < len(pieces):
        for length in range(min(lexicon.phrase_words_max, len(pieces) - place), 0, -1):
            phrase = " ".join(pieces[place : place + length])
            if phrase in lexicon.phrases:
                yield Token(phrase, lexicon.phrases[phrase])
                break
        else:
            length = 1
            yield _unlisted(pieces[place])
        place += length


def _unlisted(piece: str) -> Token:
    """Punctuation and numbers are in no vocabulary; everything else is unknown."""
    if piece[0] == UNKNOWN_MARK:
        return Token(piece[1:], Sense(Kind.UNKNOWN, piece[1:]))
    if piece in _PUNCTUATION:
        return Token(piece, Sense(_PUNCTUATION[piece], "comma" if piece == "," else ""))
    if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", piece):
        number = float(piece.replace(",", "."))
        return Token(piece, Sense(Kind.NUMBER, sign=-1 if piece[0] == "-" else 1, amount=abs(number)))
    return Token(piece, Sense(Kind.UNKNOWN, piece))


def spelled(word: str, lexicon: Lexicon) -> str:
    """The vocabulary's word that this one must be a slip of, or the word itself.

    People rarely get the first letter wrong, and a first letter often makes another
    word ("older", "colder"): it has to agree. Two candidates mean that we don't know.
    """
    if word in lexicon.words or word in lexicon.lookalikes:
        return word
    if len(word) < _CORRECTABLE_LETTERS_MIN:
        swapped = [known for known in _SWAPPABLE if word[:1] == known[0] and sorted(known) == sorted(word)]
        return swapped[0] if swapped else word
    if not word.isalpha():
        return word
    slips = 1 if len(word) < 10 else 2
    for allowed in range(1, slips + 1):
        near = [
            known
            for known in lexicon.spellings
            if known[0] == word[0] and slips_between(word, known, allowed)
        ]
        if near:
            return near[0] if len(near) == 1 else _same_sense(near, word, lexicon)
    return word


def _same_sense(near: list[str], word: str, lexicon: Lexicon) -> str:
    """Of several neighbours the one with two letters swapped, or any if all mean the same."""
    swapped = [known for known in near if sorted(known) == sorted(word)]
    if len(swapped) == 1:
        return swapped[0]
    senses = {lexicon.phrases.get(known) for known in near}
    return min(near) if len(senses) == 1 and None not in senses else word
