"""A shorter way for programs: requests of the API go past what only pages need.

Sessions, forms, languages and messages are middlewares with synchronous steps: under ASGI each step of
each is a walk to a thread and back, and each is kept, layer by layer, by every request that waits.
The API knows keys only, so it gets its view at once, and the headers that still matter.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

ROOT = "/v1/"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class Programs:
    """The outermost middleware: sends the API's requests straight to their views."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self._pages = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
        self._views = convert_exception_to_response(_Views().answer(is_async=self._is_async))

    def __call__(self, request: HttpRequest) -> Answer:
        if not request.path_info.startswith(ROOT):
            return self._pages(request)
        request.get_host()  # raises for a name that is not ours
        translation.activate("en")  # programs' users compare and log what we say
        if self._is_async:
            return self._later(cast(Awaitable[HttpResponseBase], self._views(request)))
        return _finished(cast(HttpResponseBase, self._views(request)))

    async def _later(self, answer: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return _finished(await answer)


class _Views(BaseHandler):
    """Django's handler without a single middleware."""

    def __init__(self) -> None:
        self._view_middleware: list[object] = []
        self._template_response_middleware: list[object] = []
        self._exception_middleware: list[object] = []

    def answer(self, *, is_async: bool) -> Callable[[HttpRequest], Answer]:
        name = "_get_response_async" if is_async else "_get_response"  # the stubs know neither
        return cast("Callable[[HttpRequest], Answer]", getattr(self, name))


def _finished(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if not response.streaming and not response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
    return response
