"""How much the visitors of one network have used today: new cookies must not mint tokens."""

from datetime import date

from django.conf import settings
from django.utils import timezone

from billing.ledger.purse_changes import fetch_one
from billing.models import NetworkDay
from freeai.common.errors import OutOfTokens
from freeai.common.sentences import sentence as _

_USE = """
INSERT INTO billing_networkday (network, day, used) VALUES (%(network)s, %(day)s, %(tokens)s)
ON CONFLICT (network, day) DO UPDATE SET used = billing_networkday.used + excluded.used
WHERE billing_networkday.used + excluded.used <= %(most)s RETURNING used"""

_FREE = """
UPDATE billing_networkday SET used = used - %(tokens)s
WHERE network = %(network)s AND day = %(day)s RETURNING used"""


def use(network: str, day: date, tokens: int) -> None:
    """Count tokens against a network's day; raises OutOfTokens when that is full."""
    most = settings.DAILY_TOKENS_VISITOR * settings.NETWORK_POOLS_MAX
    facts = {"network": network, "day": day, "tokens": tokens, "most": most}
    if tokens > most or fetch_one(_USE, facts) is None:
        raise OutOfTokens(
            _(
                "The free tokens of your network are used up for today. Nothing was charged. "
                "They come back at 00:00 UTC; an account has a pool of its own."
            )
        )


def free(network: str, day: date, tokens: int) -> None:
    """Give back what was counted."""
    fetch_one(_FREE, {"network": network, "day": day, "tokens": tokens})


def forget_old() -> int:
    """Delete the days nobody asks for any more; returns how many."""
    before = timezone.now().date() - NetworkDay.KEPT
    return NetworkDay.objects.filter(day__lt=before).delete()[0]
