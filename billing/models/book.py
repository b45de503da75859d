"""The books: append-only double entries. Rows are never changed or deleted; mistakes are reversed.

A transfer moves a positive amount from one account to another; its two entries say what
that did to each account. `billing.ledger` alone writes them, triggers keep them.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from freeai.common import ids


class Account(models.TextChoices):
    """An owner's purses first, then the accounts of the house, which store no balance."""

    DAILY = "daily"
    PAID = "paid"
    HELD = "held"
    GRANTS = "grants"
    SALES = "sales"
    REVENUE = "revenue"
    EXPIRED = "expired"
    REFUNDS = "refunds"
    GOODWILL = "goodwill"
    DEBT = "debt"


PURSES = (Account.DAILY, Account.PAID, Account.HELD)


class Transfer(models.Model):
    """Tokens that moved, why, and the key that lets it happen once."""

    class Kind(models.TextChoices):
        DAILY_GRANT = "daily_grant", _("New daily pool")
        DAILY_EXPIRY = "daily_expiry", _("Yesterday's leftover")
        GRANT = "grant", _("Granted")
        PURCHASE = "purchase", _("Pack bought")
        HOLD = "hold", _("Set aside for an edit")
        CAPTURE = "capture", _("Spent on an edit")
        RELEASE = "release", _("Returned")
        RELEASE_EXPIRY = "release_expiry", _("Day over, expired")
        REFUND = "refund", _("Pack returned")
        REFUND_FAILED = "refund_failed", _("Return did not go through")
        CLAWBACK = "clawback", _("Payment taken back")
        CLAWBACK_UNDONE = "clawback_undone", _("Payment given again")
        REPAYMENT = "repayment", _("Debt repaid")
        MERGE = "merge", _("Moved to your account")

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    amount = models.BigIntegerField()
    source = models.CharField(max_length=8, choices=Account.choices)
    target = models.CharField(max_length=8, choices=Account.choices)
    owner = models.ForeignKey(
        "accounts.Owner", on_delete=models.PROTECT, related_name="transfers", db_index=False
    )
    reference = models.CharField(max_length=ids.LENGTH_MAX, blank=True)
    """The edit, purchase or return this belongs to, by its public id."""
    note = models.CharField(max_length=200, blank=True)
    event_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # Every row written pays for every index: none that another one already answers.
        indexes = [models.Index(name="transfer_reference", fields=["reference"])]
        constraints = [
            models.CheckConstraint(name="transfer_amount_is_positive", condition=models.Q(amount__gt=0)),
            # A merge moves from one owner's purse to the same purse of another owner.
            models.CheckConstraint(
                name="transfer_between_two_accounts",
                condition=~models.Q(source=models.F("target")) | models.Q(kind="merge"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:,}"


class Entry(models.Model):
    """What one transfer did to one account. Entries of all accounts together sum to zero."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries", db_index=False)
    account = models.CharField(max_length=8, choices=Account.choices)
    owner = models.ForeignKey(
        "accounts.Owner", on_delete=models.PROTECT, related_name="entries", db_index=False
    )
    """For an account of the house: whose transfer it was."""
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField(null=True)
    version = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(name="entry_statement", fields=["owner", "account", "-id"]),
            models.Index(name="entry_of_transfer", fields=["transfer"]),
            models.Index(
                name="entry_spent", fields=["owner", "created_at"], condition=models.Q(account="revenue")
            ),
        ]
        constraints = [
            models.CheckConstraint(name="entry_moves_something", condition=~models.Q(amount=0)),
            models.CheckConstraint(
                name="entry_of_a_purse_has_a_balance",
                condition=models.Q(account__in=PURSES, balance_after__gte=0, version__gte=1)
                | (~models.Q(account__in=PURSES) & models.Q(balance_after=None, version=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+,}"
