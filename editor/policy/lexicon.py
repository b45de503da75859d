"""The words of each language that the prompt gate knows, compiled from `words/*.toml`.

A list's entry is a small pattern: a space stands for any gap between words, `~` for one that may be
missing, a letter's `*` for any ending, `..` for up to forty characters of the same clause; brackets,
bars and question marks mean what they mean in regular expressions. A list's name in angle brackets
stands in a whole phrase for any of its words, so that one line tells a way of saying it:
`<put> .. <over> <mark>`.
"""

import re
import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from editor.policy.folding import fold

ROLES = ("remove", "add", "keep", "not", "except", "beside", "with", "it", "mark", "weak", "place", "own")
"""What a word can be in a clause; `grammar` says how they govern each other."""
_SEPARATOR = r"[\s\-_'.]"
_LETTER = r"[\w\u0900-\u09ff]"
_LATIN_LETTER = r"[a-z0-9_]"
"""What may touch an English word to be one with it: in Chinese and Japanese no space ends it."""
_WORDS = Path(__file__).parent / "words"
_ENDING = re.compile(r"(?<=[\w\u0900-\u09ff])\*")
_NEVER = re.compile(r"(?!)")
_LIST = re.compile(r"<([a-z]+)>")
MARK = "\ue000"
"""Stands for each mark in the text that `about_marks` reads: the longest list, looked for only once."""

_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Language:
    """One language's patterns.

    is_verb_last: the verb follows its object (Hindi, Japanese); None where both are usual (Chinese).
    script: a pattern that finds its letters; a prompt without them is not in this language.
    roles: by role, what words play it; own_words: all of them, without English ones.
    breaks: what ends a clause; a comma before a relative pronoun does not.
    always, never: whole phrases that are a removal, or none; about_marks: those that name a mark.
    spelt: words long enough to be known by when one letter of them is wrong.
    ending: what may follow a verb and still belong to it, where verbs are known by their beginning.
    """

    name: str
    is_verb_last: bool | None
    ending: re.Pattern[str]
    script: re.Pattern[str]
    roles: Mapping[str, re.Pattern[str]]
    own_words: re.Pattern[str]
    breaks: re.Pattern[str]
    always: re.Pattern[str]
    about_marks: re.Pattern[str]
    never: re.Pattern[str]
    spelt: frozenset[str]
    undress: re.Pattern[str]
    minor: re.Pattern[str]
    sexual: re.Pattern[str]
    innocent: re.Pattern[str]


def languages() -> tuple[Language, ...]:
    """Return all languages, each with the English words beside its own: people mix them.

    The first call compiles them, for some seconds; whoever else calls meanwhile waits for that.
    """
    with _one_at_a_time:
        return _languages()


@cache
def _languages() -> tuple[Language, ...]:
    raw = {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_WORDS.glob("*.toml"))
    }
    english = raw["english"]
    return tuple(_language(name, words, english) for name, words in raw.items())


def _language(name: str, words: Mapping[str, object], english: Mapping[str, object]) -> Language:
    is_spaceless = words.get("spaceless") is True
    prefixes = words.get("prefixes")
    own = name == "english"

    def of(key: str) -> list[str]:
        """Compile a list; in languages with free endings a role's word begins where a word begins."""
        found = _alternatives(words.get(key), bare=is_spaceless, letter=_LATIN_LETTER if own else _LETTER)
        if key in ROLES and isinstance(prefixes, str):
            return [rf"(?<!{_LETTER}){prefixes}{pattern}" for pattern in found]
        return found

    def lent(key: str) -> list[str]:
        return [] if own else _alternatives(english.get(key), bare=False, letter=_LATIN_LETTER)

    def both(key: str) -> re.Pattern[str]:
        at_home = _alternatives(words.get(f"{key}_at_home"), bare=is_spaceless, letter=_LETTER)
        return _one_of(of(key) + at_home + lent(key))

    def phrases(*, about_marks: bool) -> re.Pattern[str]:
        """Compile the whole phrases, each list that they name put in its place."""
        chosen = [entry for entry in of("always") if ("<mark>" in entry) is about_marks]
        marked = [entry.replace("<mark>", MARK) for entry in chosen]
        return _one_of([_LIST.sub(lambda name: f"(?:{both(name[1]).pattern})", entry) for entry in marked])

    def own_words() -> re.Pattern[str]:
        entries = [entry for role in (*ROLES, "breaks") for entry in of(role)]
        # Names like Shutterstock are every language's own.
        return _one_of(entries + lent("mark"))

    order = words.get("order")
    return Language(
        name=name,
        is_verb_last={"verb-last": True, "verb-first": False}.get(str(order)),
        ending=re.compile(fold(str(words.get("ending", "")))),
        script=re.compile(str(words["script"])),
        roles={role: both(role) for role in ROLES},
        own_words=own_words(),
        breaks=re.compile(
            rf"[,،，](?!\s*(?:{both('relative').pattern}))|[;:!?\n؛؟。、；：！？|।]+|\.(?=\s|$)|{both('breaks').pattern}"
        ),
        always=phrases(about_marks=False),
        about_marks=phrases(about_marks=True),
        never=both("never"),
        spelt=frozenset(map(fold, _listed(words.get("spelt")))),
        undress=both("undress"),
        minor=both("minor"),
        sexual=both("sexual"),
        innocent=both("innocent"),
    )


def _one_of(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives)) if alternatives else _NEVER


def _listed(entries: object) -> list[str]:
    assert entries is None or isinstance(entries, list)
    return list(map(str, entries or ()))


def _alternatives(entries: object, *, bare: bool, letter: str) -> list[str]:
    """Return regular expressions for a list's entries, longest first: the first that fits wins."""
    ordered = sorted(_listed(entries), key=len, reverse=True)
    return [_pattern(entry, bare=bare, letter=letter) for entry in ordered]


def _pattern(entry: str, *, bare: bool, letter: str) -> str:
    text = fold(entry)
    is_stem = re.search(r"[\w)\u0900-\u09ff]\*$", text) is not None
    text = text[:-1] if is_stem else text
    text = _ENDING.sub(lambda _: rf"{letter}*", text.replace(" .. ", "\1").replace("..", "\0"))
    text = text.replace(" ?", "~").replace("~", f"{_SEPARATOR}{{0,2}}")
    gap = r"[^;.!?。！？\n]{0,40}?"
    text = text.replace(" ", f"{_SEPARATOR}+").replace("\0", gap)
    text = text.replace("\1", f",?{_SEPARATOR}+(?:{gap}{_SEPARATOR}+)?")
    if bare:
        return f"(?:{text})"
    end = "" if is_stem else rf"(?!{letter})"
    tail = rf"{letter}*" if is_stem else ""
    return rf"(?<!{letter})(?:{text}){tail}{end}"
