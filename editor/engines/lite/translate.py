"""Other languages, brought into the English that the grammar reads.

Word by word, longest phrase first; what a language's list does not hold is marked as
unknown and makes the engine decline. Which language it is, is decided by which list
leaves the least unknown; English first.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from editor.engines.lite.senses import UNKNOWN_MARK
from editor.engines.lite.spelling import slips_between
from editor.engines.lite.vocabulary import chinese, german, spanish
from editor.engines.lite.vocabulary.colors import COLORS
from editor.engines.lite.vocabulary.lists import listed

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_WORD = re.compile(r"b/n|s/w|[^\W\d_]+(?:'[^\W\d_]+)*|[+-]?\d+(?:[.,]\d+)?|\S")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CORRECTABLE_LETTERS_MIN = 5
_ENDINGS = ("e", "er", "en", "es", "em")
"""Of German adjectives."""

_VERBS = frozenset(
    {"make", "increase", "add", "reduce", "remove", "fix", "paint", "keep", "change", "replace", "crop"}
    | {"rotate", "flip", "enlarge", "move", "brighten", "darken", "sharpen", "denoise", "blur", "soften"}
    | {"saturate", "desaturate", "livelier", "pixelate", "posterise", "invert", "fill", "enhance", "dehaze"}
    | {
        "warm up",
        "cool down",
        "cheer up",
        "hide the faces",
        "lift",
        "raise",
        "recover",
        "bring down",
        "transparent background",
    }
    | {"fix the white balance", "black and white"}
)
"""The English of those words of which all the forms of a verb are wanted."""


@dataclass(frozen=True, slots=True)
class Language:
    """phrases: folded foreign phrase to English; rewrites: patterns applied before."""

    phrases: Mapping[str, str]
    rewrites: tuple[tuple[re.Pattern[str], str], ...]
    fold: Callable[[str], str]
    words_max: int
    spaced: bool = True
    colors_follow: bool = False


def is_chinese(prompt: str) -> bool:
    return bool(_HAN.search(prompt))


def translations(prompt: str) -> list[str]:
    """The prompt in English, once per language that may be meant; unknown words are marked."""
    if is_chinese(prompt):
        return [_from_chinese(prompt.lower(), _chinese())]
    return [_from_words(prompt.lower(), language) for language in (_german(), _spanish())]


def _from_words(text: str, language: Language) -> str:
    text = language.fold(text.replace("-", " ") if not re.search(r"-\d", text) else text)
    for pattern, replacement in language.rewrites:
        text = pattern.sub(replacement, text)
    pieces = _WORD.findall(text)
    english: list[str] = []
    place = 0
    while place < len(pieces):
        for length in range(min(language.words_max, len(pieces) - place), 0, -1):
            phrase = " ".join(pieces[place : place + length])
            if phrase in language.phrases:
                english.append(language.phrases[phrase])
                break
        else:
            length = 1
            english.append(_unlisted(pieces[place], language))
        place += length
    return " ".join(_colors_first(english) if language.colors_follow else english)


def _colors_first(english: list[str]) -> list[str]:
    """ "The car green" is a green car, where another colour behind it says what it shall be."""
    turned = list(english)
    for place in range(len(turned) - 2):
        article, noun, color = turned[place : place + 3]
        others = any(set(word.split()) & set(COLORS) for word in turned[place + 3 :])
        if article == "the" and noun in _THINGS and color in COLORS and others:
            turned[place + 1 : place + 3] = [color, noun]
    return turned


_THINGS = frozenset({"car", "dress", "hair", "dog", "house", "sea", "table", "grass", "trees", "clouds"})
"""The English of those nouns that stand for many things."""


def _unlisted(word: str, language: Language) -> str:
    if not word[-1].isalpha():
        return word
    if len(word) >= _CORRECTABLE_LETTERS_MIN:
        near = [known for known in language.phrases if known[0] == word[0] and slips_between(word, known, 1)]
        meant = {language.phrases[known] for known in near}
        if len(meant) == 1:
            return meant.pop()
    return UNKNOWN_MARK + word


def _from_chinese(text: str, language: Language) -> str:
    text = unicodedata.normalize("NFKC", text).replace("。", ". ").replace("、", ", ")
    for pattern, replacement in language.rewrites:
        text = pattern.sub(replacement, text)
    english: list[str] = []
    place = 0
    while place < len(text):
        for length in range(min(language.words_max, len(text) - place), 0, -1):
            phrase = text[place : place + length]
            if phrase in language.phrases:
                english.append(language.phrases[phrase])
                break
        else:
            found = re.compile(r"[+-]?\d+(?:\.\d+)?|[a-z]+|\s+|.", re.DOTALL).match(text, place)
            assert found is not None
            piece, length = found.group(), len(found.group())
            if piece == "keeptherest":
                english.append("keep the rest")
            elif piece.strip():
                english.append(UNKNOWN_MARK + piece if piece[-1].isalpha() else piece)
        place += length
    return " ".join(english)


def _table(language: str) -> dict[str, Any]:
    path = Path(__file__).parent / "vocabulary" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _german() -> Language:
    def fold(text: str) -> str:
        return text.translate(_UMLAUTS)

    phrases: dict[str, str] = {}
    exact: dict[str, str] = {}
    table = _table("german")
    for english, words in table["words"].items():
        for word in listed(words):
            base = fold(word.rstrip("+*"))
            target = phrases if word.endswith("+") else exact
            target[base] = english
            if word[-1] in "+*":
                for ending in _ENDINGS:
                    target.setdefault(base + ending, english)
    verbs = {
        word: english
        for english, words in table["words"].items()
        if english in _VERBS
        for word in map(fold, listed(words))
        if " " not in word
    }
    said = phrases | exact
    for form, english in german.forms(verbs).items():
        said.setdefault(form, english)
    return _language(said, [*table["rewrites"], *german.separated(verbs)], fold)


@cache
def _spanish() -> Language:
    def fold(text: str) -> str:
        letters = unicodedata.normalize("NFD", text)
        return "".join(letter for letter in letters if not unicodedata.combining(letter))

    phrases: dict[str, str] = {}
    table = _table("spanish")
    for english, words in table["words"].items():
        for word in listed(words):
            for form in _spanish_forms(fold(word)):
                phrases[form] = english
    verbs = {
        word: english
        for english, words in table["words"].items()
        if english in _VERBS
        for word in map(fold, listed(words))
        if " " not in word
    }
    for form, english in spanish.forms(verbs).items():
        phrases.setdefault(form, english)
    phrases |= {"esta": "looks", "¿": "", "¡": ""}
    for noun in ("foto", "imagen", "fotografia"):
        phrases[f"esta {noun}"] = phrases[f"a esta {noun}"] = "this photo"
    for noun in ("zona", "area", "parte"):
        phrases[f"esta {noun}"] = "this area"
    return replace(_language(phrases, table["rewrites"], fold), colors_follow=True)


def _spanish_forms(word: str) -> tuple[str, ...]:
    if not word.endswith("+"):
        return (word,)
    base = word[:-1]
    if base.endswith("o"):
        return tuple(base[:-1] + ending for ending in ("o", "a", "os", "as"))
    return (base, base + ("s" if base[-1] in "aeiou" else "es"))


@cache
def _chinese() -> Language:
    table = _table("chinese")
    phrases = chinese.phrases_of(table["words"], table["adjectives"])
    return _language(phrases, table["rewrites"], str, spaced=False)


def _language(
    phrases: Mapping[str, str],
    rewrites: list[list[str]],
    fold: Callable[[str], str],
    *,
    spaced: bool = True,
) -> Language:
    compiled = tuple((re.compile(fold(pattern)), fold(replacement)) for pattern, replacement in rewrites)
    longest = max(len(phrase.split()) if spaced else len(phrase) for phrase in phrases)
    return Language(phrases, compiled, fold, longest, spaced)
