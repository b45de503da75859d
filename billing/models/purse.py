"""Where an owner's tokens are now: the purse, the lots it was filled from, and what is set aside.

A hold: placed → captured | released. It ends once; who ends it second changes nothing.
"""

from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from freeai.common import ids

LONG_AGO = date(1970, 1, 1)
"""The day of a purse that nobody has touched yet: its first touch brings today's pool."""


def new_hold_id() -> str:
    return ids.new("hold")


def new_lot_id() -> str:
    return ids.new("lot")


class Purse(models.Model):
    """One row per owner, changed only by single conditional UPDATEs in `billing.ledger`.

    daily, pool: what is left of the pool of `daily_on`, and how large that pool was.
    held: everything set aside; held_daily: the part of it that came from the pool of `daily_on`.
    debt: tokens taken back by a payment provider after they were spent; later packs repay it.
    moved: what the latest change moved, for RETURNING can tell the new values only.
    """

    owner = models.OneToOneField(
        "accounts.Owner", primary_key=True, on_delete=models.PROTECT, related_name="purse"
    )
    daily = models.BigIntegerField(default=0)
    daily_on = models.DateField(default=LONG_AGO)
    pool = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    held_daily = models.BigIntegerField(default=0)
    debt = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)
    is_closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="purse_daily_not_negative", condition=models.Q(daily__gte=0)),
            models.CheckConstraint(name="purse_paid_not_negative", condition=models.Q(paid__gte=0)),
            models.CheckConstraint(name="purse_held_not_negative", condition=models.Q(held__gte=0)),
            models.CheckConstraint(name="purse_debt_not_negative", condition=models.Q(debt__gte=0)),
            models.CheckConstraint(
                name="purse_held_daily_is_held",
                condition=models.Q(held_daily__gte=0, held_daily__lte=models.F("held")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Lot(models.Model):
    """Paid tokens that came together: a pack, or a grant. Spent oldest first."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_lot_id, editable=False)
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="lots")
    tokens = models.BigIntegerField()
    left = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(
                name="lot_open", fields=["owner", "created_at", "id"], condition=models.Q(left__gt=0)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="lot_left_within_tokens",
                condition=models.Q(left__gte=0, left__lte=models.F("tokens"), tokens__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.pk


class Hold(models.Model):
    """Tokens set aside for one edit, and where each share of them came from."""

    class Status(models.TextChoices):
        PLACED = "placed"
        CAPTURED = "captured"
        RELEASED = "released"

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_hold_id, editable=False)
    owner = models.ForeignKey(
        "accounts.Owner", on_delete=models.PROTECT, related_name="holds", db_index=False
    )
    reference = models.CharField(max_length=ids.LENGTH_MAX)
    amount = models.BigIntegerField()
    daily = models.BigIntegerField(default=0)
    daily_on = models.DateField()
    paid = models.BigIntegerField(default=0)
    goodwill = models.BigIntegerField(default=0)
    lots = models.JSONField(default=list)
    """[[lot id, tokens], …]: which lots the paid share came from."""
    network = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLACED)
    expired = models.BigIntegerField(default=0)
    """Of a released hold: what could not go back, because its day was over."""
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="hold_open", fields=["owner"], condition=models.Q(status="placed")),
            models.Index(name="hold_ended", fields=["owner", "ended_at"]),
            models.Index(name="hold_reference", fields=["reference"]),
        ]
        constraints = [
            models.CheckConstraint(
                name="hold_shares_make_the_amount",
                condition=models.Q(
                    amount=models.F("daily") + models.F("paid") + models.F("goodwill"), amount__gt=0
                ),
            ),
            models.CheckConstraint(
                name="hold_shares_not_negative",
                condition=models.Q(daily__gte=0, paid__gte=0, goodwill__gte=0, expired__gte=0),
            ),
            models.CheckConstraint(
                name="hold_ends_with_a_time",
                condition=models.Q(status="placed", ended_at__isnull=True)
                | models.Q(status__in=["captured", "released"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def returned(self) -> int:
        """How many tokens went back to a purse of the owner's."""
        return self.daily + self.paid - self.expired if self.status == self.Status.RELEASED else 0


class NetworkDay(models.Model):
    """What the visitors of one network have taken from their daily pools on one day.

    The network is known by a keyed hash only, and rows older than two days are deleted.
    """

    KEPT = timedelta(days=2)

    network = models.CharField(max_length=64)
    day = models.DateField()
    used = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="networkday_once", fields=["network", "day"]),
            models.CheckConstraint(name="networkday_used_not_negative", condition=models.Q(used__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.network[:8]} on {self.day}"
