"""In which language a page speaks: the cookie of the picker, else what the browser asks for.

Programs always get English: their users compare and log what we say.
"""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

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
