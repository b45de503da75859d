"""Packs bought and returned, and the payment provider's words as they came in.

Purchase:  started → paid → refunded        Refund:  reserved → sent → succeeded
                   → failed                                   → failed (tokens are back)
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing import pricing
from billing.models.purse import Lot
from freeai.common import ids


def new_purchase_id() -> str:
    return ids.new("pur")


def new_refund_id() -> str:
    return ids.new("rfnd")


class Purchase(models.Model):
    """One pack, from the click on "Buy" on. `lot` stands for "credited", and is set once."""

    class Status(models.TextChoices):
        STARTED = "started", "Not paid yet"
        PAID = "paid", "Paid"
        FAILED = "failed", "Not paid"
        REFUNDED = "refunded", "Returned"

    id = models.CharField(
        primary_key=True, max_length=ids.LENGTH_MAX, default=new_purchase_id, editable=False
    )
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="purchases")
    tokens = models.BigIntegerField()
    price_cents = models.PositiveIntegerField()
    currency = models.CharField(max_length=3, default="usd")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.STARTED)
    lot = models.OneToOneField(Lot, null=True, on_delete=models.PROTECT, related_name="purchase")
    checkout_id = models.CharField(max_length=120, blank=True, db_index=True)
    payment_id = models.CharField(max_length=120, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=0)
    """Goes up with every change made from the provider's words: stale words are asked for again."""
    receipt_url = models.URLField(max_length=500, blank=True)
    clawed_tokens = models.BigIntegerField(default=0)
    """What refunds and disputes on the provider's side have taken back so far, debt included."""
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(name="purchase_list", fields=["owner", "-created_at"])]
        constraints = [
            models.CheckConstraint(
                name="purchase_paid_is_credited",
                condition=models.Q(status__in=["started", "failed"], lot=None)
                | models.Q(status__in=["paid", "refunded"], lot__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def refund_until(self) -> datetime | None:
        """Until when one click brings the money back."""
        return self.paid_at + timedelta(days=settings.REFUND_DAYS) if self.paid_at else None


class Refund(models.Model):
    """A pack on its way back: the tokens leave the purse first, then the money moves."""

    class Status(models.TextChoices):
        RESERVED = "reserved", "Being returned"
        SENT = "sent", "On its way to your bank"
        SUCCEEDED = "succeeded", "Paid back"
        FAILED = "failed", "Did not go through; the tokens are back"

    OPEN = (Status.RESERVED, Status.SENT)

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_refund_id, editable=False)
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, related_name="refunds")
    tokens = models.BigIntegerField()
    amount_cents = models.PositiveIntegerField()
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.RESERVED)
    provider_id = models.CharField(max_length=120, blank=True)
    by = models.CharField(max_length=80)
    """Who asked: "owner", or a moderator's address."""
    reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # One at a time, so that two clicks cannot send the money twice.
            models.UniqueConstraint(
                name="refund_one_at_a_time",
                fields=["purchase"],
                condition=models.Q(status__in=["reserved", "sent"]),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def dollars(self) -> str:
        """The money as people write it."""
        return pricing.dollars(self.amount_cents)


class StripeEvent(models.Model):
    """A webhook as it came: written down before it is judged, handled once per id."""

    id = models.CharField(primary_key=True, max_length=120)
    kind = models.CharField(max_length=80)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                name="stripe_event_open", fields=["received_at"], condition=models.Q(handled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.pk
