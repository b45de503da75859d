"""Who does what to which mark: clauses, and which verb governs which object in them.

A prompt is cut into clauses. In each, the nearest verb on the language's usual side governs a mark:
removing, adding or keeping. A negation before the verb turns it round, "except" turns it round too,
and a mark behind "next to" is only a landmark. A clause without a verb borrows that of the clause
before it ("remove the tree and the watermark"); one with "it" borrows its object.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from editor.policy.lexicon import Language

Verb = Literal["remove", "add", "keep"]
_VERBS: tuple[Verb, ...] = ("remove", "add", "keep")
_TURNED: dict[Verb, Verb] = {"remove": "keep", "add": "keep", "keep": "remove"}
_NEGATION_REACH = 14
"""Characters between a negation and its verb: "do not ever remove"."""
_NEGATION_BEHIND_REACH = 40
"""And where it follows: "entferne das Wasserzeichen nicht"."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause and whether a sentence ends before it."""

    text: str
    begins_sentence: bool


@dataclass(frozen=True, slots=True)
class _Word:
    role: str
    start: int
    end: int


def wants_a_mark_gone(text: str, language: Language) -> bool:
    """Tell whether any clause removes a mark. `text` is folded, and harmless phrases are out of it."""
    said = _Said()
    return any(_removes(clause, said, language) for clause in _clauses(text, language))


@dataclass(slots=True)
class _Said:
    """What the clauses so far leave open for the next one.

    borrowed: the verb that a clause without one takes; has_mark: a mark was spoken of, which "it" may
    mean; is_waiting: its clause had no verb, so that where verbs come last the next one governs it.
    """

    borrowed: Verb | None = None
    has_mark: bool = False
    is_waiting: bool = False


def _removes(clause: Clause, said: _Said, language: Language) -> bool:
    """Tell whether a clause, after what was said, removes a mark; add to what was said."""
    words = _words(clause.text, language)
    marks = [word for word in words if word.role == "mark"]
    verbs = [word for word in words if word.role in _VERBS]
    if clause.begins_sentence:
        said.borrowed, said.is_waiting = None, False
    for mark in marks:
        verb = _governing(mark, words, clause.text, language) if verbs else said.borrowed
        if verb == "remove":
            return True
    if said.has_mark and not marks and _removes_it(words, clause.text, language):
        return True
    behind = [word for word in words if marks and word.start >= marks[-1].end]
    if any(word.role == "it" for word in behind) and _removes_it(behind, clause.text, language):
        return True
    if verbs:
        last = _meant(verbs[-1], words, clause.text, language)
        if said.is_waiting and language.is_verb_last and last == "remove":
            return True
        said.borrowed, said.is_waiting = last, False
    elif marks:
        said.is_waiting = True
    said.has_mark = bool(marks) or (said.has_mark and not clause.begins_sentence)
    return False


def _clauses(text: str, language: Language) -> Iterator[Clause]:
    start, is_first = 0, True
    for cut in language.breaks.finditer(text):
        if text[start : cut.start()].strip():
            yield Clause(text[start : cut.start()], is_first)
        is_first = cut[0].strip()[:1] in set(".;!?\n؛؟。；！？|।")
        start = cut.end()
    if text[start:].strip():
        yield Clause(text[start:], is_first)


def _words(clause: str, language: Language) -> list[_Word]:
    """Return the words with a role, in order. A weak object counts as a mark in a mark's place."""
    found = [
        _Word(role, match.start(), match.end())
        for role in (*_VERBS, "not", "except", "beside", "with", "it", "mark")
        for match in language.roles[role].finditer(clause)
        if match[0]
    ]
    is_placed = language.roles["place"].search(clause) and not language.roles["own"].search(clause)
    weak = language.roles["weak"].finditer(clause)
    # Elsewhere a weak word is only a noun, but still no verb: "tulisan" is no "tulis".
    found += [_Word("mark" if is_placed else "noun", word.start(), word.end()) for word in weak if word[0]]
    found.sort(key=lambda word: (word.start, -word.end, word.role not in {"mark", "noun"}))
    return _without_overlaps(found)


def _without_overlaps(words: list[_Word]) -> list[_Word]:
    """Let a longer word swallow a shorter one of another role: "leave out" is not "leave"."""
    kept: list[_Word] = []
    for word in words:
        if kept and word.start < kept[-1].end:
            if word.end - word.start > kept[-1].end - kept[-1].start:
                kept[-1] = word
            continue
        kept.append(word)
    return kept


def _governing(mark: _Word, words: list[_Word], clause: str, language: Language) -> Verb | None:
    before = [word for word in words if word.role in _VERBS and word.end <= mark.start]
    after = [word for word in words if word.role in _VERBS and word.start >= mark.end]
    verb = _nearest(mark, before, after, language)
    if verb is None:
        return None
    meant = _meant(verb, words, clause, language)
    low, high = sorted((verb.end, mark.start)) if verb.end <= mark.start else (mark.end, verb.start)
    between = [word for word in words if word.start >= low and word.end <= high]
    if any(word.role == "except" for word in between) or _is_excepted(mark, words, language):
        return _TURNED[meant]
    is_landmark = any(word.role == "beside" for word in between) or _is_landmark(mark, words, language)
    if meant == "remove" and is_landmark:
        return None
    if meant == "remove" and verb.end <= mark.start and any(word.role == "with" for word in between):
        return "add" if _covers(verb, clause) else meant
    return meant


def _nearest(mark: _Word, before: list[_Word], after: list[_Word], language: Language) -> _Word | None:
    """Choose the verb on the usual side; where both sides are usual, the closer one."""
    if language.is_verb_last is None and before and after:
        return before[-1] if mark.start - before[-1].end <= after[0].start - mark.end else after[0]
    if language.is_verb_last:
        return after[0] if after else before[-1] if before else None
    return before[-1] if before else after[0] if after else None


def _meant(verb: _Word, words: list[_Word], clause: str, language: Language) -> Verb:
    """Return what a verb comes to, its negation considered."""
    role: Verb = next(one for one in _VERBS if one == verb.role)
    negations = [word for word in words if word.role == "not"]
    is_turned = any(0 <= verb.start - word.end <= _NEGATION_REACH for word in negations)
    behind = 3 if language.is_verb_last is False else _NEGATION_BEHIND_REACH
    is_turned = is_turned or any(0 <= word.start - verb.end <= behind for word in negations)
    return _TURNED[role] if is_turned else role


def _is_excepted(mark: _Word, words: list[_Word], language: Language) -> bool:
    """Where the verb may come last, tell whether "except" stands right beside the mark."""
    if language.is_verb_last is False:
        return False
    distances = ((word.start - mark.end, mark.start - word.end) for word in words if word.role == "except")
    return any(0 <= behind <= 6 or 0 <= before <= 6 for behind, before in distances)


def _is_landmark(mark: _Word, words: list[_Word], language: Language) -> bool:
    """Tell whether a word like "beside" follows the mark, as in Chinese: "the mark beside's cat"."""
    return language.is_verb_last is None and any(
        word.role == "beside" and word.start == mark.end for word in words
    )


def _covers(verb: _Word, clause: str) -> bool:
    """Tell whether the verb is one that takes what it covers with: "cover the wall with my logo"."""
    return re.match(_COVERING, clause[verb.start : verb.end]) is not None


_COVERING = (
    r"cover|fill|replac|swap|paint|overlay|mask|hid|chang|substitut|ersetz|rempl|sostitu|substit"
    r"|cambi|cubr|tap|rellen|reempl|sustit|troc|mud|preench|cobr|заме|закр|поменя|uberdeck|couvr|ganti|tutup"
)


_PLEASE = (
    r"(please|pls|now|too|all|bitte|por favor|per favore|s'il te plait|svp"
    r"|away|off|out|there|here|completely|entirely|anymore)*"
)


def _removes_it(words: list[_Word], clause: str, language: Language) -> bool:
    """Tell whether a clause removes what an earlier one spoke of: "there is a logo, get rid of it"."""
    for word in words:
        if word.role != "remove":
            continue
        pronouns = [other for other in words if other.role == "it"]
        rest = clause[word.end :].rstrip()
        is_last = bool(language.ending.fullmatch(rest) or re.fullmatch(_PLEASE, rest.strip()))
        is_short = len(clause.strip()) <= 24 and is_last
        is_it = any(_ends(other, clause) or 0 <= word.start - other.end <= 2 for other in pronouns)
        if is_it or (is_short and len(words) == 1):
            return not any(other.role == "not" and other.end <= word.start for other in words)
    return False


def _ends(word: _Word, clause: str) -> bool:
    """Tell whether a word ends its clause, a "please" aside: an article that looks like "it" does not."""
    return re.fullmatch(_PLEASE, clause[word.end :].strip()) is not None
