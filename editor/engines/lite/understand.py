"""What an instruction means: a plan, or an honest "not understood".

Light on purpose: the web process calls `check` before anything is queued, so nothing
here may import numpy or OpenCV at run time. A grammar over a vocabulary, not a model:
every word of the prompt has to be accounted for, else the engine declines.
"""

import re

from editor.engines.lite import grammar, refusals, translate
from editor.engines.lite.plan import Plan
from editor.engines.lite.senses import Kind, Token
from editor.engines.lite.tokens import read
from editor.engines.lite.vocabulary.english import ENGLISH

_TAKE_OUT = re.compile(r"(?i)\btake (?!the background)(.{1,40}?) (?:out|away)\b")
"""The one English verb that people part around a long object."""


def understand(prompt: str, *, has_mask: bool) -> Plan:
    """Read an instruction into a plan. Raises `NotUnderstood` with a helpful sentence."""
    steps = grammar.steps_in(_tokens(prompt), has_mask=has_mask)
    if not steps:
        raise refusals.nothing_to_do()
    return Plan.of(steps)


def check(prompt: str, *, has_mask: bool) -> str:
    """The plan in plain words. Raises `NotUnderstood`."""
    return understand(prompt, has_mask=has_mask).in_words()


def _tokens(prompt: str) -> list[Token]:
    """The prompt's tokens in the language that knows most of its words; English wins a tie."""
    best = read(_TAKE_OUT.sub(r"remove \1", prompt), ENGLISH)
    fewest = _unknown(best)
    if not fewest:
        return best
    for english in translate.translations(prompt):
        tokens = read(english, ENGLISH)
        if _unknown(tokens) < fewest:
            best, fewest = tokens, _unknown(tokens)
    return best


def _unknown(tokens: list[Token]) -> int:
    return sum(token.kind is Kind.UNKNOWN for token in tokens)
