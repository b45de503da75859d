"""How errors look on the wire: one table of statuses, one envelope (DESIGN §8)."""

from django.http import JsonResponse

from freeai.common import errors

_STATUS: list[tuple[type[errors.FreeAIError], int, str]] = [
    (errors.InvalidInput, 400, "invalid_request_error"),
    (errors.PolicyRefusal, 400, "invalid_request_error"),
    (errors.NotAuthenticated, 401, "invalid_request_error"),
    (errors.NotAllowed, 403, "invalid_request_error"),
    (errors.NotFound, 404, "invalid_request_error"),
    (errors.Conflict, 409, "invalid_request_error"),
    (errors.OutOfTokens, 429, "insufficient_quota"),
    (errors.RateLimited, 429, "requests"),
    (errors.PaymentProviderFailed, 502, "server_error"),
    (errors.Busy, 503, "server_error"),
    (errors.StorageFailed, 503, "server_error"),
]


def status_of(error: errors.FreeAIError) -> int:
    """Return the HTTP status of an error; one we did not name is ours to mend: 500."""
    return next((status for kind, status, _ in _STATUS if isinstance(error, kind)), 500)


def envelope(error: errors.FreeAIError) -> dict[str, object]:
    """Return the body every error has: {"error": {message, type, param, code}}."""
    wire_type = next((name for kind, _, name in _STATUS if isinstance(error, kind)), "server_error")
    return {"error": {"message": error.message, "type": wire_type, "param": error.param, "code": error.code}}


def error_response(error: errors.FreeAIError) -> JsonResponse:
    """Answer a request with an error, and with what a client needs to retry rightly."""
    response = JsonResponse(envelope(error), status=status_of(error))
    if isinstance(error, errors.Busy):
        response["Retry-After"] = "5"
    return response
