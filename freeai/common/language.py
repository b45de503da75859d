"""In which language a page speaks: the cookie of the picker, else what the browser asks for.

Programs always get English: their users compare and log what we say. Sentences that were made, or
kept, in English become the reader's here.
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.formats import number_format

from freeai.common.sentences import Fact, Sentence

PROGRAMS = ("/v1/", "/mcp")


class Language(LocaleMiddleware):
    """Django's own, but for the API."""

    def process_request(self, request: HttpRequest) -> None:
        """Speak the reader's language for this request."""
        if request.path.startswith(PROGRAMS):
            translation.activate("en")
        else:
            super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say which language was spoken; an answer to a program does not vary."""
        if request.path.startswith(PROGRAMS):
            return response
        return super().process_response(request, response)


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
