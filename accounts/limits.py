"""How many requests a key or a network may make per minute: counted in the cache, window by window."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache

from accounts.models import ApiKey
from freeai.common.errors import RateLimited

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of this minute."""

    limit: int
    remaining: int
    reset_seconds: int


def count(key: ApiKey) -> Allowance:
    """Count one request of a key and return what is left."""
    return _counted(f"requests:{key.pk}", settings.REQUESTS_PER_MINUTE)


def require(allowance: Allowance) -> None:
    """Refuse a request that is over the limit; the error says when to come again."""
    if allowance.remaining < 0:
        raise RateLimited(
            f"More than {allowance.limit} requests in a minute. Go on in {allowance.reset_seconds} s.",
            retry_after=allowance.reset_seconds,
        )


def visit(what: str, network: str, limit: int) -> Allowance:
    """Count one use of a costly page by a network (`accounts.networks`) and return what is left."""
    return _counted(f"visits:{what}:{network}", limit)


def _counted(name: str, limit: int) -> Allowance:
    now = time.time()
    name = f"{name}:{int(now // WINDOW_SECONDS)}"
    cache.add(name, 0, timeout=2 * WINDOW_SECONDS)
    used = cache.incr(name)
    left_seconds = WINDOW_SECONDS - int(now % WINDOW_SECONDS)
    return Allowance(limit, limit - used if used <= limit else -1, left_seconds)
