"""What a key may do beyond being valid: which models, and how many tokens a month."""

from datetime import UTC, datetime, time

from django.db.models import Sum
from django.utils import timezone

from accounts.models import ApiKey
from editor.models import Edit
from freeai.common.errors import NotAllowed


class ModelNotAllowed(NotAllowed):
    code = "model_not_allowed"


class KeyLimitReached(NotAllowed):
    code = "key_limit_reached"


def require_model(key: ApiKey, model: str) -> None:
    """Refuse a model this key may not use. Raises ModelNotAllowed."""
    if key.allowed_models and model not in key.allowed_models:
        raise ModelNotAllowed(f"This key may not use {model}.", param="model")


def require_tokens(key: ApiKey, price_tokens: int) -> None:
    """Refuse an edit that would lift this key over its month. Raises KeyLimitReached.

    Call it in the transaction that writes the edit: the key's row stays locked until that ends, so
    calls that come together are counted one after the other. (SQLite's transactions are that anyway.)
    """
    if key.monthly_tokens is None:
        return
    limit = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk).monthly_tokens
    used = used_this_month(key)
    if limit is not None and used + price_tokens > limit:
        raise KeyLimitReached(
            f"This key may use {limit:,} tokens a month and has used {used:,}. "
            "Raise its limit in your account, or wait for the next month (UTC)."
        )


def used_this_month(key: ApiKey) -> int:
    """Return the tokens that this key's edits hold or have cost since the month began (UTC)."""
    first = datetime.combine(timezone.now().date().replace(day=1), time(), UTC)
    kept = [*Edit.ACTIVE, Edit.Status.SUCCEEDED]
    mine = Edit.objects.filter(api_key=key, created_at__gte=first, status__in=kept)
    return mine.aggregate(total=Sum("price_tokens"))["total"] or 0
