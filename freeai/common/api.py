"""How errors look on the wire: one table of statuses, one envelope (DESIGN §8).

OpenAI's SDKs retry 408, 409, 429 and 5xx by themselves unless `x-should-retry` says no; the
table says it where another try cannot help or would cost again.
"""

from dataclasses import dataclass

from django.http import JsonResponse

from freeai.common import errors
from freeai.common.language import told

RETRY_AFTER_SECONDS_MAX = 60
"""SDKs ignore a longer pause and retry at once."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How one kind of error is sent."""

    status: int
    type: str = "invalid_request_error"
    should_retry: bool | None = None
    retry_after: int | None = None


_WIRE: list[tuple[type[errors.FreeAIError], Wire]] = [
    (errors.InvalidInput, Wire(400)),
    (errors.PolicyRefusal, Wire(400)),
    (errors.NotAuthenticated, Wire(401)),
    (errors.NotAllowed, Wire(403)),
    (errors.NotFound, Wire(404)),
    (errors.MethodNotAllowed, Wire(405)),
    (errors.Conflict, Wire(409, should_retry=False)),
    (errors.TooLarge, Wire(413)),
    (errors.UnsupportedMedia, Wire(415)),
    (errors.OutOfTokens, Wire(429, "insufficient_quota", should_retry=False)),
    (errors.RateLimited, Wire(429, "requests", should_retry=True, retry_after=5)),
    (errors.PaymentProviderFailed, Wire(502, "server_error", should_retry=False)),
    (errors.Busy, Wire(503, "server_error", should_retry=True, retry_after=5)),
    (errors.StorageFailed, Wire(503, "server_error", should_retry=True, retry_after=5)),
    (errors.Pending, Wire(504, "server_error", should_retry=True, retry_after=1)),
    (errors.Failed, Wire(500, "server_error", should_retry=False)),
]
_OURS = Wire(500, "server_error")
_BY_CODE = {"upstream_failed": Wire(502, "server_error", should_retry=False)}


def wire_of(error: errors.FreeAIError) -> Wire:
    """Return how an error is sent; one we did not name is ours to mend: 500."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next((wire for kind, wire in _WIRE if isinstance(error, kind)), _OURS)


def status_of(error: errors.FreeAIError) -> int:
    """Return the HTTP status of an error."""
    return wire_of(error).status


def envelope(error: errors.FreeAIError) -> dict[str, object]:
    """Return the body every error has: {"error": {message, type, param, code}}."""
    wire = wire_of(error)
    return {
        "error": {"message": told(error.message), "type": wire.type, "param": error.param, "code": error.code}
    }


def retry_headers(error: errors.FreeAIError) -> dict[str, str]:
    """Return what a client needs to retry rightly, or not at all."""
    wire = wire_of(error)
    headers = {}
    if wire.should_retry is not None:
        headers["x-should-retry"] = str(wire.should_retry).lower()
    pause = error.retry_after or wire.retry_after
    if pause is not None:
        headers["Retry-After"] = str(min(pause, RETRY_AFTER_SECONDS_MAX))
    return headers


def error_response(error: errors.FreeAIError) -> JsonResponse:
    """Answer a request with an error."""
    return JsonResponse(envelope(error), status=status_of(error), headers=retry_headers(error))
