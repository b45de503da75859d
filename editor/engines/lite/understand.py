"""What an instruction means: a plan, or an honest "not understood".

Light on purpose: the web process calls `check` before anything is queued, so nothing
here may import numpy or OpenCV at run time. A grammar over a vocabulary, not a model:
every word of the prompt has to be accounted for, else the engine declines.
"""

import re

from editor.engines.lite import exchanges, grammar, networks, refusals, translate
from editor.engines.lite.plan import TO, Plan, Step
from editor.engines.lite.senses import Kind, Token
from editor.engines.lite.tokens import read
from editor.engines.lite.vocabulary.english import ENGLISH
from editor.engines.lite.vocabulary.paraphrases import plainer

_PARTS = {"reword": "words", "style": "styles"}
"""Operations that need an optional part."""


def understand(prompt: str, *, has_mask: bool) -> Plan:
    """Read an instruction into a plan. Raises `NotUnderstood` with a helpful sentence."""
    rest, exchange = exchanges.taken_out(prompt)
    steps = [Step("reword", 1.0, f"{exchange.old}{TO}{exchange.new}")] if exchange else []
    if not exchange or re.search(r"\w", rest):
        steps += grammar.steps_in(_tokens(rest), has_mask=has_mask)
    if not steps:
        raise refusals.nothing_to_do()
    for step in steps:
        part = _PARTS.get(step.operation) or ("faces" if "faces" in step.region else "")
        if part and not networks.is_here(part):
            raise refusals.part_missing(networks.PARTS[part].purpose)
    return Plan.of(steps)


def check(prompt: str, *, has_mask: bool) -> str:
    """The plan in plain words. Raises `NotUnderstood`."""
    return understand(prompt, has_mask=has_mask).in_words()


def _tokens(prompt: str) -> list[Token]:
    """The prompt's tokens in the language that knows most of its words; English wins a tie."""
    best = read(plainer(prompt), ENGLISH)
    fewest = _unknown(best)
    if not fewest:
        return best
    if translate.is_chinese(prompt):
        fewest += len(prompt)
    for english in translate.translations(prompt):
        tokens = read(plainer(english), ENGLISH)
        if _unknown(tokens) < fewest:
            best, fewest = tokens, _unknown(tokens)
    return best


def _unknown(tokens: list[Token]) -> int:
    return sum(token.kind is Kind.UNKNOWN for token in tokens)
