"""Sentences for people that remember how they were made: a template and its facts.

Domain code says what is wrong once, in English, and knows no reader. The text itself is that English
sentence: programs, logs and rows read it as any string. Who answers a person asks for the same in
their language (`freeai.common.language.told`), now or when the row is shown a week later.

    raise TooManyQueued(_("%(queued)s of your edits are waiting.", queued=600))

Import `sentence` as `_`, so that `make words` finds the template. Whole and broken numbers are facts as
they are, and are written as the reader's language writes them; what must not be grouped is given as text.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

Fact = str | int | float
_PLACES = re.compile(r"%%|%\(\w+\)s")
Part = tuple[str, Mapping[str, Fact]]


class Sentence(str):
    """English text, with the parts it was made of."""

    parts: tuple[Part, ...]

    def __new__(cls, text: str, parts: tuple[Part, ...] = ()) -> "Sentence":
        made = super().__new__(cls, text)
        made.parts = parts or ((text, {}),)
        return made

    def then(self, following: "Sentence") -> "Sentence":
        """Return both, one after the other."""
        return Sentence(f"{self} {following}", self.parts + following.parts)

    def pack(self) -> str:
        """Return the parts as text, for a row or for another process."""
        return json.dumps([[template, _plain(facts)] for template, facts in self.parts], ensure_ascii=False)


def sentence(template: str, **facts: Fact) -> Sentence:
    """Make a sentence of a template with %(names)s; one without facts is taken as it is."""
    return Sentence(template % _english(facts) if facts else template, ((template, facts),))


def unpack(packed: str) -> Sentence:
    """Return the sentence that was packed. Raises ValueError, TypeError or KeyError for anything else."""
    parts = tuple((str(template), _restored(facts)) for template, facts in json.loads(packed))
    if any(facts and "%" in _PLACES.sub("", template) for template, facts in parts):
        raise ValueError("a template has %(names)s only")
    words = [template % _english(facts) if facts else template for template, facts in parts]
    return Sentence(" ".join(words), parts)


def _english(facts: Mapping[str, Fact]) -> dict[str, str]:
    return {name: _in_english(fact) for name, fact in facts.items()}


def _in_english(fact: Fact) -> str:
    if isinstance(fact, str):
        return str(fact)
    return f"{fact:,}" if isinstance(fact, int) else f"{fact:g}"


def _plain(facts: Mapping[str, Fact]) -> dict[str, Any]:
    packed = {name: fact.pack() for name, fact in facts.items() if isinstance(fact, Sentence)}
    return {**facts, **{name: {"packed": text} for name, text in packed.items()}}


def _restored(facts: Mapping[str, Any]) -> dict[str, Fact]:
    return {name: unpack(fact["packed"]) if isinstance(fact, dict) else fact for name, fact in facts.items()}
