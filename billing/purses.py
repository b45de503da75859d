"""What an owner has now. Reading makes no purse and grants nothing: a crawler mints no tokens."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from accounts.models import Owner
from billing import ledger
from billing.models import Purse


@dataclass(frozen=True, slots=True)
class Balance:
    """Both purses at this moment; `daily` is today's, whether or not it was touched yet."""

    daily: int
    pool: int
    paid: int
    held: int
    debt: int
    renews_at: datetime

    @property
    def available(self) -> int:
        """What the next edits may cost."""
        return self.daily + self.paid


def balance(owner: Owner | None) -> Balance:
    """Return what this owner has; None is a visitor who has nothing yet but the pool that waits."""
    now = timezone.now()
    renews_at = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    pool = ledger.pool_of(owner)
    purse = Purse.objects.filter(pk=owner.pk).first() if owner else None
    if purse is None:
        return Balance(daily=pool, pool=pool, paid=0, held=0, debt=0, renews_at=renews_at)
    is_todays = purse.daily_on >= now.date()
    return Balance(
        daily=purse.daily if is_todays else pool,
        pool=pool,
        paid=purse.paid,
        held=purse.held,
        debt=purse.debt,
        renews_at=renews_at,
    )
