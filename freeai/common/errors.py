"""What can go wrong, grouped by who must act.

Codes are stable and messages are safe to show to anyone. HTTP statuses are
not known here: the edge maps classes to numbers (`freeai.common.api`).
Specific subclasses live beside the code that raises them.

    FreeAIError
    ├─ UserError       the caller can put it right
    └─ ServiceError    we, or time, must put it right

A message is English; one made by `sentences.sentence` can be told in any of our languages.
"""

from freeai.common.sentences import Sentence


class FreeAIError(Exception):
    """Anything we refuse or fail at on purpose."""

    code: str = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message if isinstance(message, Sentence) else Sentence(message)
        self.param = param
        self.retry_after = retry_after
        if code is not None:
            self.code = code


class UserError(FreeAIError):
    """The caller can put it right."""


class InvalidInput(UserError):
    code = "invalid_request"


class NotAuthenticated(UserError):
    code = "invalid_api_key"


class OutOfTokens(UserError):
    code = "insufficient_quota"


class NotAllowed(UserError):
    code = "not_allowed"


class NotFound(UserError):
    """The row does not exist, or is someone else's: the answer is the same."""

    code = "not_found"


class MethodNotAllowed(UserError):
    code = "method_not_allowed"


class UnsupportedMedia(UserError):
    code = "unsupported_media_type"


class TooLarge(UserError):
    code = "request_too_large"


class Conflict(UserError):
    code = "conflict"


class PolicyRefusal(UserError):
    code = "moderation_blocked"


class RateLimited(UserError):
    code = "rate_limit_exceeded"


class ServiceError(FreeAIError):
    """We, or time, must put it right."""


class Failed(ServiceError):
    """The work was tried and is over; what was held is released."""

    code = "edit_failed"


class Pending(ServiceError):
    """Not over yet; nothing is lost."""

    code = "edit_pending"


class Busy(ServiceError):
    code = "overloaded"


class StorageFailed(ServiceError):
    code = "storage_failed"


class PaymentProviderFailed(ServiceError):
    code = "payment_provider_failed"
