"""Packs returned: the tokens leave the purse first, then the money moves (DESIGN §5).

    reserve (tokens out, one transaction) → send (money, with our key) → settle

Killed between any two of these, the row says where it stands and `catch_up` goes on from
there. If the provider says no, or the bank sends the money back, the tokens come back.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from billing import ledger, pricing, stripe_gateway
from billing.ledger import Account, Kind, Move
from billing.models import Purchase, Refund
from freeai.common.errors import Conflict, PaymentProviderFailed
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

BY_OWNER = "owner"
_OVER = {"failed", "canceled"}


class NotReturnable(Conflict):
    code = "not_returnable"


@dataclass(frozen=True, slots=True)
class Offer:
    """What returning a pack now would bring: the whole price if nothing is spent, else pro rata."""

    tokens: int
    amount_cents: int

    @property
    def dollars(self) -> str:
        """The money as people write it."""
        return pricing.dollars(self.amount_cents)


def offer(purchase: Purchase, *, whole_price: bool = False) -> Offer | None:
    """Return what can be returned of a pack, or None if nothing can. Cents are rounded down.

    whole_price: a moderator gives all that was paid and not yet given back.
    """
    lot = purchase.lot
    if lot is None or purchase.status != Purchase.Status.PAID:
        return None
    kept_cents = purchase.price_cents - _given_cents(purchase)
    share_cents = purchase.price_cents * lot.left // purchase.tokens
    cents = kept_cents if whole_price else min(share_cents, kept_cents)
    return Offer(lot.left, cents) if cents > 0 else None


def is_within_window(purchase: Purchase) -> bool:
    """Whether the owner can still return this pack with one click."""
    until = purchase.refund_until
    return until is not None and timezone.now() < until


def start(purchase: Purchase, *, by: str, reason: str = "", whole_price: bool = False) -> Refund:
    """Return a pack: take what is left of it out of the purse, then send the money.

    An owner may within REFUND_DAYS; a moderator (`by` is their address) always. Raises
    NotReturnable. If the provider cannot be reached now, the refund stays reserved and is sent later.
    """
    refund = _reserve(purchase, by=by, reason=reason, whole_price=whole_price)
    try:
        proceed(refund)
    except PaymentProviderFailed:
        log.warning("refund.waits", extra={"refund_id": refund.pk})
    refund.refresh_from_db()
    return refund


def proceed(refund: Refund) -> None:
    """Do the next step of a refund that is on its way. Raises PaymentProviderFailed."""
    if refund.status == Refund.Status.RESERVED:
        try:
            provider_id, status = stripe_gateway.send_refund(
                key=refund.pk, payment_id=refund.purchase.payment_id, amount_cents=refund.amount_cents
            )
        except stripe_gateway.Declined:
            _fail(refund)
            return
        sent = Refund.objects.filter(pk=refund.pk, status=Refund.Status.RESERVED)
        sent.update(status=Refund.Status.SENT, provider_id=provider_id)
        _settle(refund, status)
    elif refund.provider_id:
        _settle(refund, stripe_gateway.read_refund(refund.provider_id))


def follow(purchase_id: str) -> None:
    """Bring a purchase's refunds in line with the provider, those that had succeeded included."""
    for refund in Refund.objects.filter(purchase=purchase_id).exclude(status=Refund.Status.FAILED):
        proceed(refund)


def catch_up() -> int:
    """Go on with refunds that were left half-way; returns how many. Safe to run anywhere."""
    if not stripe_gateway.is_configured():
        return 0
    old = timezone.now() - timedelta(minutes=1)
    waiting = Refund.objects.filter(status__in=Refund.OPEN, created_at__lt=old).select_related("purchase")
    return stripe_gateway.each(list(waiting[:50]), proceed)


def _given_cents(purchase: Purchase) -> int:
    ours = Refund.objects.filter(purchase=purchase).exclude(status=Refund.Status.FAILED)
    theirs = -(-purchase.clawed_tokens * purchase.price_cents // purchase.tokens)
    return (ours.aggregate(total=Sum("amount_cents"))["total"] or 0) + theirs


def _reserve(purchase: Purchase, *, by: str, reason: str, whole_price: bool) -> Refund:
    with transaction.atomic():
        row = Purchase.objects.select_for_update().get(pk=purchase.pk)
        if row.lot_id is None:
            raise NotReturnable(_("This pack has not been paid."))
        ledger.lock(row.owner_id)
        fresh = Purchase.objects.select_related("lot").get(pk=row.pk)
        if Refund.objects.filter(purchase=row, status__in=Refund.OPEN).exists():
            raise NotReturnable(_("This pack is being returned already."))
        if by == BY_OWNER and not is_within_window(fresh):
            raise NotReturnable(_("The time to return this pack is over. Write to us; we can still help."))
        what = offer(fresh, whole_price=whole_price)
        if what is None:
            raise NotReturnable(_("Nothing of this pack is left to return."))
        refund = Refund.objects.create(
            purchase=row, tokens=what.tokens, amount_cents=what.amount_cents, by=by, reason=reason
        )
        if what.tokens:
            move = Move(
                Kind.REFUND, what.tokens, Account.PAID, Account.REFUNDS, f"refund:{refund.pk}", row.pk
            )
            ledger.debit_lot(row.owner_id, row.lot_id, move)
        Purchase.objects.filter(pk=row.pk).update(version=row.version + 1)
    log.info("refund.reserved", extra={"refund_id": refund.pk, "cents": refund.amount_cents})
    return refund


def _settle(refund: Refund, status: str) -> None:
    if status in _OVER:
        _fail(refund)
    elif status == "succeeded":
        with transaction.atomic():
            now = timezone.now()
            open_ones = Refund.objects.filter(pk=refund.pk, status__in=Refund.OPEN)
            if open_ones.update(status=Refund.Status.SUCCEEDED, ended_at=now):
                Purchase.objects.filter(pk=refund.purchase_id).update(status=Purchase.Status.REFUNDED)


def _fail(refund: Refund) -> None:
    """The money did not arrive: the tokens come back, once."""
    with transaction.atomic():
        purchase = Purchase.objects.select_for_update().get(pk=refund.purchase_id)
        live = Refund.objects.filter(pk=refund.pk).exclude(status=Refund.Status.FAILED)
        if not live.update(status=Refund.Status.FAILED, ended_at=timezone.now()):
            return
        assert purchase.lot_id is not None, "only a credited pack can be returned"
        if refund.tokens:
            key = f"refund_failed:{refund.pk}"
            move = Move(Kind.REFUND_FAILED, refund.tokens, Account.REFUNDS, Account.PAID, key, purchase.pk)
            ledger.give_back(purchase.owner_id, purchase.lot_id, move)
        Purchase.objects.filter(pk=purchase.pk).update(
            status=Purchase.Status.PAID, version=purchase.version + 1
        )
    log.warning("refund.failed", extra={"refund_id": refund.pk})
