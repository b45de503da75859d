"""Sentences that were made, or kept, in English become the reader's here.

Programs always get English (`freeai.common.programs`): their users compare and log what we say.
"""

from collections.abc import Mapping

from django.utils import translation
from django.utils.formats import number_format

from freeai.common.sentences import Fact, Sentence


def told(message: str) -> str:
    """Say a sentence in the language of this request; English for a program, and outside of requests."""
    if not message or (translation.get_language() or "en").startswith("en"):
        return str(message)
    if not isinstance(message, Sentence):
        return translation.gettext(message)
    return " ".join(_said(template, facts) for template, facts in message.parts)


def _said(template: str, facts: Mapping[str, Fact]) -> str:
    words = translation.gettext(template)
    return words % {name: _fact(fact) for name, fact in facts.items()} if facts else words


def _fact(fact: Fact) -> str:
    if isinstance(fact, Sentence):
        return told(fact)
    return fact if isinstance(fact, str) else number_format(fact, use_l10n=True, force_grouping=True)
