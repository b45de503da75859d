"""What slows a network down when many visitors' pictures come from it: a small piece of work, then a wait.

Only visitors are counted; who signs in has limits of their own. The piece of work is altcha's proof
of work, made and checked here: no outside service sees anybody. A solution opens one upload.
"""

import base64
import json
import time
from datetime import UTC, datetime, timedelta

from altcha import v1 as altcha
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from accounts.networks import network_of
from freeai.common.errors import RateLimited
from freeai.common.sentences import sentence as _

HEADER = "X-Challenge"
NUMBER_MAX = 60_000
"""About a second's work for a phone."""
_WINDOW_SECONDS = 3600
_VALID = timedelta(minutes=5)


class ChallengeRequired(RateLimited):
    code = "challenge_required"


def require_pace(request: HttpRequest) -> None:
    """Count a visitor's upload. Raises ChallengeRequired or RateLimited when their network is too quick."""
    if request.user.is_authenticated:
        return
    count = _count(network_of(request))
    if count > settings.VISITOR_UPLOADS_PER_HOUR:
        raise RateLimited(
            _("Very many pictures come from your network just now. Sign in, or try again later."),
            retry_after=60,
        )
    threshold = settings.CHALLENGE_AFTER_UPLOADS
    if threshold and count > threshold and not _is_solved(request.headers.get(HEADER, "")):
        raise ChallengeRequired(
            _("Many pictures come from your network just now. Sign in, or turn on JavaScript and try again."),
            retry_after=1,
        )


def challenge() -> dict[str, object]:
    """Return a fresh piece of work, as a browser's script wants it."""
    options = altcha.ChallengeOptions(
        hmac_key=settings.SECRET_KEY, max_number=NUMBER_MAX, expires=datetime.now(UTC) + _VALID
    )
    made = altcha.create_challenge(options)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "salt": made.salt,
        "signature": made.signature,
        "maxnumber": NUMBER_MAX,
    }


def _count(network: str) -> int:
    name = f"uploads:{network}:{int(time.time() // _WINDOW_SECONDS)}"
    cache.add(name, 0, timeout=_WINDOW_SECONDS)
    return cache.incr(name)


def _is_solved(solution: str) -> bool:
    """Tell whether a solution is right, and used for the first time."""
    if not solution or len(solution) > 2000:
        return False
    try:
        is_right, _why = altcha.verify_solution(solution, settings.SECRET_KEY)
        name = f"challenge:{json.loads(base64.b64decode(solution))['challenge']}"
    except (ValueError, KeyError, TypeError):
        return False
    return is_right and cache.add(name, 1, timeout=int(_VALID.total_seconds()))
