"""What a prompt may not ask for: taking away somebody's mark, and sexual pictures of people.

Rules over many spellings and languages: a prompt is read in every way it can be meant (`folding`),
and in each language whose letters it has, verbs and objects are looked for and related (`grammar`,
with the words of `lexicon`). The same judge reads what people write and what a model rewrites for
itself. It keeps nothing and logs nothing.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from editor.policy import grammar
from editor.policy.folding import fold, is_spaced_apart, readings, run_together
from editor.policy.lexicon import MARK, Language, languages

Code = Literal["watermark_removal", "moderation_blocked"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a prompt is refused: the public code, and which rule found it."""

    code: Code
    rule: str


LIKELY_SHARE = 0.7
_REMOVALS = "remov|eras|delet|getridof|wipe|hide|cover|cropout|clean|scrub|strip|eliminat|takeaway|takeoff"
_MARKS = "watermark|copyright|gettyimages|shutterstock|signature|stocklogo|contentcredential"
_RUN_TOGETHER = re.compile(rf"(?:{_REMOVALS}).{{0,24}}?(?:{_MARKS})|(?:no|without|{_MARKS})watermark")
_WORD = re.compile(r"[^\W\d_]{6,18}")
_REAL_WORDS = frozenset({"remote", "renove", "deplete", "remede"})
"""Words one letter away from a removal that mean what they say, beside those that the lists know."""


def review(prompt: str, *, own_watermark: bool = False) -> Finding | None:
    """Return why a prompt is refused, or None.

    own_watermark: the owner has declared the mark to be theirs, which lifts the first rule only.
    """
    texts = readings(prompt)
    for text in texts:
        if rule := _sexual(text):
            return Finding("moderation_blocked", rule)
    if own_watermark:
        return None
    for text in texts:
        mended = _mended(text)
        if _removes_mark(mended):
            return Finding("watermark_removal", "words")
    if is_spaced_apart(fold(prompt)) and any(_RUN_TOGETHER.search(run_together(text)) for text in texts):
        return Finding("watermark_removal", "spelt apart")
    return None


def _languages_of(text: str) -> list[Language]:
    return [language for language in languages() if language.script.search(text)]


def _most_likely(text: str, among: list[Language]) -> list[Language]:
    """Keep the languages that know most of the text: "no" is not Spanish's no in English."""
    known = {one.name: sum(len(word[0]) for word in one.own_words.finditer(text)) for one in among}
    most: dict[str, int] = {}
    for language in among:
        script = language.script.pattern
        most[script] = max(most.get(script, 0), known[language.name])
    return [one for one in among if known[one.name] >= LIKELY_SHARE * most[one.script.pattern]]


def _removes_mark(text: str) -> bool:
    candidates = _languages_of(text)
    for language in candidates:
        text = language.never.sub(" ", text)
    if any(language.always.search(text) for language in candidates):
        return True
    likely = _most_likely(text, candidates)
    return any(grammar.wants_a_mark_gone(text, language) or _says_so(text, language) for language in likely)


def _says_so(text: str, language: Language) -> bool:
    """Tell whether the text has a whole phrase that removes a mark: "put a flower over the logo"."""
    marked = language.roles["mark"].sub(MARK, text)
    return MARK in marked and language.about_marks.search(marked) is not None


def _sexual(text: str) -> str:
    candidates = _languages_of(text)
    for language in candidates:
        text = language.innocent.sub(" ", text)
    for language in candidates:
        if language.undress.search(text):
            return "undressing"
        if language.minor.search(text) and language.sexual.search(text):
            return "minors"
    return ""


def _mended(text: str) -> str:
    """Put right the words that are one slip away from one that the gate knows by its spelling."""
    return _WORD.sub(lambda word: _near(word[0]), text)


@cache
def _spelt() -> frozenset[str]:
    return frozenset[str]().union(*(language.spelt for language in languages()))


@lru_cache(maxsize=4_096)
def _near(word: str) -> str:
    known = _spelt()
    is_real = word in _REAL_WORDS or any(language.own_words.fullmatch(word) for language in languages())
    if is_real or word.startswith(tuple(known)):
        return word
    return next((target for target in sorted(known) if _is_one_slip(word, target)), word)


def _is_one_slip(word: str, target: str) -> bool:
    """Tell whether one letter was dropped, doubled, mistyped or swapped with its neighbour."""
    if abs(len(word) - len(target)) > 1 or word[0] != target[0]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, target, strict=False)) if a != b), len(target))
    rest, aim = word[at:], target[at:]
    return (
        rest[1:] == aim[1:]
        or rest[1:] == aim
        or rest == aim[1:]
        or (rest[:2] == aim[1::-1] and len(aim) > 1 and rest[2:] == aim[2:])
    )
