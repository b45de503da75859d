"""Packs: bought on the provider's page, credited once, however often and in whatever order we hear.

An event is a doorbell: it names a payment, and we read the payment as it stands now and
bring our rows in line with it. So repeated, late or shuffled events are harmless, and an
event that never comes is made up for by `catch_up`.

    start → (provider's page) → follow: paid → credit · refunded or disputed there → claw back
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Owner
from billing import ledger, pricing, stripe_gateway
from billing.ledger import Account, Kind, Move
from billing.models import Purchase, Refund
from billing.stripe_gateway import Payment
from freeai.common.errors import InvalidInput, NotAllowed, NotFound, PaymentProviderFailed
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

STALE_TRIES = 5
"""Somebody else brought the row in line meanwhile: read again, at most this often."""
UNPAID_DAYS = 3
"""A payment page lives for a day, a bank debit may take a few."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What can be bought."""

    price_cents: int
    tokens: int

    @property
    def dollars(self) -> str:
        """The price as people write it."""
        return pricing.dollars(self.price_cents)

    @property
    def tokens_per_dollar(self) -> int:
        return self.tokens * 100 // self.price_cents


def packs() -> list[Pack]:
    """Return what is on sale, cheapest first; nothing without a payment provider."""
    if not stripe_gateway.is_configured():
        return []
    return [Pack(cents, tokens) for cents, tokens in sorted(settings.PACKS)]


def start(owner: Owner, price_cents: int, *, success_url: Callable[[str], str], cancel_url: str) -> str:
    """Write a purchase down and open its payment page; returns the page's address.

    `success_url` makes the address to come back to from the purchase's id. Raises NotAllowed for
    visitors, InvalidInput for a pack that is not on sale, PaymentProviderFailed.
    """
    if owner.user is None:
        raise NotAllowed(_("Sign in first: packs belong to an account."))
    pack = next((pack for pack in packs() if pack.price_cents == price_cents), None)
    if pack is None:
        raise InvalidInput(_("This pack is not on sale."), param="pack")
    purchase = Purchase.objects.create(owner=owner, tokens=pack.tokens, price_cents=pack.price_cents)
    page = stripe_gateway.open_checkout(
        key=purchase.pk,
        title=f"{pack.tokens:,} tokens",
        price_cents=pack.price_cents,
        currency=purchase.currency,
        email=owner.user.email,
        success_url=success_url(purchase.pk),
        cancel_url=cancel_url,
    )
    Purchase.objects.filter(pk=purchase.pk).update(checkout_id=page.id)
    log.info("purchase.started", extra={"purchase_id": purchase.pk, "owner_id": owner.pk})
    return page.url


def find(purchase_id: str, owner: Owner | None) -> Purchase:
    """Return this owner's purchase; raises NotFound for anybody else's."""
    mine = Purchase.objects.filter(owner=owner, pk=purchase_id) if owner else Purchase.objects.none()
    purchase = mine.select_related("lot").first()
    if purchase is None:
        raise NotFound(_("There is no such purchase."))
    return purchase


def of_owner(owner: Owner) -> list[Purchase]:
    """Return what this owner bought, newest first; pages left without paying are not purchases."""
    mine = Purchase.objects.filter(owner=owner).exclude(payment_id="")
    return list(mine.select_related("lot").prefetch_related("refunds").order_by("-created_at"))


def follow(purchase_id: str) -> None:
    """Read the payment as it is now and bring the purchase in line. Raises PaymentProviderFailed."""
    for _try in range(STALE_TRIES):
        purchase = Purchase.objects.get(pk=purchase_id)
        if not purchase.checkout_id:
            return
        payment = stripe_gateway.read_payment(purchase.checkout_id)
        if _bring_in_line(purchase, payment):
            return
    raise PaymentProviderFailed("This payment changes faster than it can be read.")


def catch_up() -> int:
    """Follow purchases whose events may have got lost; returns how many. Safe to run anywhere."""
    if not stripe_gateway.is_configured():
        return 0
    now = timezone.now()
    waiting = Purchase.objects.filter(
        status=Purchase.Status.STARTED, created_at__gt=now - timedelta(UNPAID_DAYS)
    )
    waiting = waiting.exclude(checkout_id="").filter(checked_at__lt=now - timedelta(minutes=5))
    ids = list(waiting.order_by("checked_at").values_list("pk", flat=True)[:50])
    Purchase.objects.filter(pk__in=ids).update(checked_at=now)
    return stripe_gateway.each(ids, follow)


def _bring_in_line(seen: Purchase, payment: Payment) -> bool:
    """Apply a payment's state, unless the row changed after it was read: then False."""
    with transaction.atomic():
        purchase = Purchase.objects.select_for_update().filter(pk=seen.pk, version=seen.version).first()
        if purchase is None:
            return False
        before = (purchase.status, purchase.clawed_tokens)
        if payment.is_paid and purchase.lot_id is None:
            _credit(purchase, payment)
        elif payment.is_over and purchase.status == Purchase.Status.STARTED:
            purchase.status = Purchase.Status.FAILED
        if purchase.lot_id is not None:
            _take_back(purchase, payment)
        if before != (purchase.status, purchase.clawed_tokens):
            purchase.version += 1
        purchase.payment_id = payment.payment_id or purchase.payment_id
        purchase.receipt_url = payment.receipt_url or purchase.receipt_url
        purchase.checked_at = timezone.now()
        purchase.save()
    return True


def _credit(purchase: Purchase, payment: Payment) -> None:
    move = Move(
        Kind.PURCHASE,
        purchase.tokens,
        Account.SALES,
        Account.PAID,
        f"purchase:{purchase.pk}",
        purchase.pk,
    )
    purchase.lot_id = ledger.credit(purchase.owner, move)
    purchase.status = Purchase.Status.PAID
    purchase.paid_at = timezone.now()
    log.info("purchase.credited", extra={"purchase_id": purchase.pk, "tokens": purchase.tokens})


def _take_back(purchase: Purchase, payment: Payment) -> None:
    """Claw back what refunds and disputes on the provider's side took; give back what a dispute returned."""
    ours = Refund.objects.filter(purchase=purchase).exclude(status=Refund.Status.FAILED)
    ours_cents = ours.aggregate(total=Sum("amount_cents"))["total"] or 0
    theirs_cents = max(0, payment.refunded_cents - ours_cents) + payment.disputed_cents
    theirs_cents = min(theirs_cents, purchase.price_cents - min(ours_cents, purchase.price_cents))
    due = purchase.tokens * theirs_cents // purchase.price_cents
    change = due - purchase.clawed_tokens
    assert purchase.lot_id is not None, "only a credited pack can be taken back"
    key = f"{purchase.pk}:{purchase.version}"
    if change > 0:
        ledger.claw_back(purchase.owner_id, purchase.lot_id, change, key=key, reference=purchase.pk)
    elif change < 0:
        move = Move(
            Kind.CLAWBACK_UNDONE, -change, Account.REFUNDS, Account.PAID, f"unclaw:{key}", purchase.pk
        )
        ledger.give_back(purchase.owner_id, purchase.lot_id, move)
    purchase.clawed_tokens = due
    is_gone = due >= purchase.tokens or ours.filter(status=Refund.Status.SUCCEEDED).exists()
    purchase.status = Purchase.Status.REFUNDED if is_gone else Purchase.Status.PAID
