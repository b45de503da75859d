"""What every route of the API shares: keys, limits, request ids and the one error shape."""

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request, server_error
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import limits
from accounts.authentication import KeyAuthentication
from accounts.models import ApiKey, Owner
from billing import purses
from freeai.common import api, errors, ids

Answer = TypeVar("Answer", bound=HttpResponseBase)
ROOT = "/v1/"
NOT_YOURS = "There is nothing here that this key may see."
WENT_WRONG = "Something went wrong on our side. What was held for this request is released."


class AlwaysJson(BaseContentNegotiation):
    """Whatever a client says it accepts, it gets JSON; many say odd things."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class ApiView(APIView):
    """A route for the holder of a key. `owner` and `key` are there once the key is checked."""

    content_negotiation_class = AlwaysJson

    @property
    def asked(self) -> HttpRequest:
        """Django's own request, which `dispatch` was called with; DRF wraps it as `request`."""
        return self._asked

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self._asked = request
        return super().dispatch(request, *args, **kwargs)

    @property
    def key(self) -> ApiKey:
        return cast(ApiKey, self.request.auth)

    @property
    def owner(self) -> Owner:
        return self.key.owner

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked.allowance = allowance = limits.count(self.key)  # type: ignore[attr-defined]
        limits.require(allowance)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        is_let_in = hasattr(self.asked, "allowance")  # a caller without a good key has no limits to hear of
        return stamp(answer, self.asked, owner=self.owner if is_let_in else None)


def enter(request: HttpRequest, method: str) -> ApiKey:
    """Let a plain view's caller in: key, limit, method, as `ApiView` does. Raises FreeAIError."""
    _user, key = KeyAuthentication().authenticate(Request(request))
    request.allowance = allowance = limits.count(key)  # type: ignore[attr-defined]
    limits.require(allowance)
    if request.method != method:
        raise errors.MethodNotAllowed(f'Method "{request.method}" not allowed.')
    return key


def drop_body(request: HttpRequest) -> None:
    """Free what a call has sent once it is read: thousands may wait, each with a picture of megabytes."""
    request.close()  # its files
    for name in ("_files", "_post", "headers"):
        request.__dict__.pop(name, None)
    body = getattr(request, "_stream", None)  # the copy that Django's handler keeps until the answer is out
    if body is not None:
        body.close()


def stamp(
    answer: Answer, request: HttpRequest, *, owner: Owner | None = None, request_id: str = ""
) -> Answer:
    """Put on an answer what every answer carries: its id and what is left of the limits."""
    answer.headers["x-request-id"] = request_id or ids.new("req")
    answer.headers.setdefault("Cache-Control", "no-store")
    allowance: limits.Allowance | None = getattr(request, "allowance", None)
    if allowance is not None:
        answer.headers["x-ratelimit-limit-requests"] = str(allowance.limit)
        answer.headers["x-ratelimit-remaining-requests"] = str(max(0, allowance.remaining))
        answer.headers["x-ratelimit-reset-requests"] = f"{allowance.reset_seconds}s"
    if owner is not None:
        balance = purses.balance(owner)
        answer.headers["x-ratelimit-limit-tokens"] = str(balance.pool)
        answer.headers["x-ratelimit-remaining-tokens"] = str(balance.available)
    return answer


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Shape whatever a route raises; what nobody foresaw becomes Django's 500, which `failed` shapes."""
    known = known_error(error)
    if known is None:
        return None
    return Response(api.envelope(known), status=api.status_of(known), headers=api.retry_headers(known))


def known_error(error: Exception) -> errors.FreeAIError | None:
    """Return an error of ours for one of the frameworks'; None for what nobody foresaw."""
    if isinstance(error, errors.FreeAIError):
        return error
    if isinstance(error, Http404 | exceptions.NotFound):
        return errors.NotFound(NOT_YOURS)
    if isinstance(error, exceptions.MethodNotAllowed):
        return errors.MethodNotAllowed(str(error.detail))
    if isinstance(error, exceptions.UnsupportedMediaType):
        return errors.UnsupportedMedia("Send multipart/form-data or application/json.")
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, exceptions.ParseError | SuspiciousOperation | BadRequest):
        return errors.InvalidInput("This request cannot be read. Check its form and encoding.")
    return None


def invalid(detail: Any) -> errors.InvalidInput:
    """Turn a serializer's findings into the first of them."""
    while isinstance(detail, list):
        detail = detail[0]
    if isinstance(detail, dict):
        name, findings = next(iter(detail.items()))
        return errors.InvalidInput(f"{name}: {invalid(findings).message}", param=str(name))
    return errors.InvalidInput(str(detail))


@csrf_exempt
def nothing_here(request: HttpRequest, **_: Any) -> HttpResponseBase:
    """Answer for every address below /v1/ that is none."""
    missing = errors.NotFound(f"There is no {request.path} here. See /api/ for what there is.")
    return stamp(api.error_response(missing), request)


def failed(request: HttpRequest) -> HttpResponseBase:
    """Answer what nobody foresaw: in the one shape below /v1/, as a page elsewhere."""
    if not request.path.startswith(ROOT):
        return server_error(request)
    words = f"{WENT_WRONG} {settings.SUPPORT_EMAIL}".strip()
    return stamp(api.error_response(errors.Failed(words, code="server_error")), request)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a request that Django refuses to read."""
    if not request.path.startswith(ROOT):
        return bad_request(request, exception)
    return stamp(api.error_response(errors.InvalidInput("This request cannot be read.")), request)


def base_url(request: HttpRequest) -> str:
    """Return where this API is reached, without a slash at the end."""
    return settings.API_URL.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
