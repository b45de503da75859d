"""Static files without holding a thread for everything else.

WhiteNoise's middleware is synchronous: behind it, every request that waits for an edit would
hold a thread for as long as it waits. Here only requests for static files take that way. Text is
compressed on the way, so that a site without a build step or a proxy sends little too.
"""

from collections.abc import Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.middleware.gzip import GZipMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

TEXT = ("text/", "image/svg+xml", "application/javascript", "application/json")
Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class StaticFiles:
    """A middleware that works both ways and asks WhiteNoise about static addresses only."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self._get_response = get_response
        self._files = WhiteNoiseMiddleware(_missing)
        self._gzip = GZipMiddleware(_missing)
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        if not request.path_info.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            return self._get_response(request)
        if self._is_async:
            return sync_to_async(self._serve)(request)
        return self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        response = _whole(self._files(request))
        is_text = response.headers.get("Content-Type", "").startswith(TEXT)
        if response.status_code == HTTPStatus.OK and is_text:
            return self._gzip.process_response(request, response)
        return response


def _whole(response: HttpResponseBase) -> HttpResponse:
    """Read a file at once: ours are small, and an iterator would hold a thread and be warned of."""
    if not isinstance(response, FileResponse):
        return cast(HttpResponse, response)
    body = b"".join(cast("Iterator[bytes]", response.streaming_content))
    if response.file_to_stream is not None:
        response.file_to_stream.close()
    return HttpResponse(body, status=response.status_code, headers=dict(response.items()))


def _missing(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound()
