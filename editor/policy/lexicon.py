"""The words of each language that the prompt gate knows, compiled from `words/*.toml`.

A list's entry is a small pattern: a space stands for any gap between words, `~` for one that may be
missing, a letter's `*` for any ending, `..` for up to forty characters of the same clause; brackets,
bars and question marks mean what they mean in regular expressions.
"""

import re
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
_WORDS = Path(__file__).parent / "words"
_ENDING = re.compile(r"(?<=\w)\*")
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Language:
    """One language's patterns.

    is_verb_last: the verb follows its object (Hindi, Japanese); None where both are usual (Chinese).
    script: a pattern that finds its letters; a prompt without them is not in this language.
    roles: by role, what words play it; own_words: all of them, without English ones.
    always, never: whole phrases that are a removal, or none.
    """

    name: str
    is_verb_last: bool | None
    script: re.Pattern[str]
    roles: Mapping[str, re.Pattern[str]]
    own_words: re.Pattern[str]
    breaks: re.Pattern[str]
    always: re.Pattern[str]
    never: re.Pattern[str]
    undress: re.Pattern[str]
    minor: re.Pattern[str]
    sexual: re.Pattern[str]
    innocent: re.Pattern[str]


@cache
def languages() -> tuple[Language, ...]:
    """Return all languages, each with the English words beside its own: people mix them."""
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
        found = _alternatives(words.get(key), bare=is_spaceless)
        if key in ROLES and isinstance(prefixes, str):
            return [rf"(?<!{_LETTER}){prefixes}{pattern}" for pattern in found]
        return found

    def both(key: str) -> re.Pattern[str]:
        mine = of(key)
        mine += _alternatives(words.get(f"{key}_at_home"), bare=is_spaceless)
        lent = [] if own else _alternatives(english.get(key), bare=False)
        return _one_of(mine + lent)

    def own_words() -> re.Pattern[str]:
        entries = [entry for role in (*ROLES, "breaks") for entry in of(role)]
        # Names like Shutterstock are every language's own.
        return _one_of(entries + ([] if own else _alternatives(english.get("mark"), bare=False)))

    order = words.get("order")
    return Language(
        name=name,
        is_verb_last={"verb-last": True, "verb-first": False}.get(str(order)),
        script=re.compile(str(words["script"])),
        roles={role: both(role) for role in ROLES},
        own_words=own_words(),
        breaks=re.compile(rf"[,;:!?\n،؛؟。，、；：！？|]+|\.(?=\s|$)|[।]|{both('breaks').pattern}"),
        always=both("always"),
        never=both("never"),
        undress=both("undress"),
        minor=both("minor"),
        sexual=both("sexual"),
        innocent=both("innocent"),
    )


def _one_of(alternatives: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives)) if alternatives else _NEVER


def _alternatives(entries: object, *, bare: bool) -> list[str]:
    """Return regular expressions for a list's entries, longest first: the first that fits wins."""
    assert entries is None or isinstance(entries, list)
    ordered = sorted(map(str, entries or ()), key=len, reverse=True)
    return [_pattern(entry, bare=bare) for entry in ordered]


def _pattern(entry: str, *, bare: bool) -> str:
    text = fold(entry)
    is_stem = re.search(r"[\w)]\*$", text) is not None
    text = text[:-1] if is_stem else text
    text = _ENDING.sub(lambda _: rf"{_LETTER}*", text.replace(" .. ", "\1").replace("..", "\0"))
    text = text.replace(" ?", "~").replace("~", f"{_SEPARATOR}{{0,2}}")
    gap = r"[^,;.!?。，！？\n]{0,40}?"
    text = text.replace(" ", f"{_SEPARATOR}+").replace("\0", gap)
    text = text.replace("\1", f"{_SEPARATOR}+(?:{gap}{_SEPARATOR}+)?")
    if bare:
        return f"(?:{text})"
    end = "" if is_stem else rf"(?!{_LETTER})"
    tail = rf"{_LETTER}*" if is_stem else ""
    return rf"(?<!{_LETTER})(?:{text}){tail}{end}"
