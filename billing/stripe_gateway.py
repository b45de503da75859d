"""All we ever say to Stripe, and what we read of its answers. Nothing here knows our rows.

Money moves with an idempotency key of ours, so that asking again after a crash moves it
once. What cannot be reached or answers nonsense is PaymentProviderFailed; a plain "no" is
Declined. Messages of the provider's are for logs by type only: they may quote what was sent.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import stripe
from django.conf import settings

from freeai.common.errors import NotFound, PaymentProviderFailed
from freeai.common.sentences import sentence as _

if TYPE_CHECKING:
    from collections.abc import Iterator

Thing = TypeVar("Thing")

log = logging.getLogger(__name__)

API_VERSION = "2026-10-28.endive"
"""What our code was written against; Stripe keeps answering in this shape."""

_TIMEOUT_SECONDS = 15


class Declined(PaymentProviderFailed):
    """The provider understood and said no; asking again would not help."""

    code = "payment_declined"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page that was opened."""

    id: str
    url: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the provider has it at this moment.

    refunded_cents and disputed_cents: what went back, and what open or lost disputes took.
    """

    is_paid: bool
    is_over: bool
    payment_id: str = ""
    receipt_url: str = ""
    refunded_cents: int = 0
    disputed_cents: int = 0


def is_configured() -> bool:
    """Whether anything can be sold here."""
    return bool(settings.STRIPE_SECRET_KEY and settings.STRIPE_WEBHOOK_SECRET)


def open_checkout(
    *, key: str, title: str, price_cents: int, currency: str, email: str, success_url: str, cancel_url: str
) -> Checkout:
    """Open a payment page for one purchase. `key` names the purchase, here and in what comes back."""
    names = {"purchase": key}
    price = {"currency": currency, "unit_amount": price_cents, "product_data": {"name": title}}
    fields: Any = {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "client_reference_id": key,
        "metadata": names,
        "payment_intent_data": {"metadata": names},
        "success_url": success_url,
        "cancel_url": cancel_url,
        **({"customer_email": email} if email else {}),
    }
    with _told_plainly("checkout"):
        session = _client().v1.checkout.sessions.create(fields, {"idempotency_key": f"{key}:checkout"})
    return Checkout(id=session.id, url=session.url or "")


def read_payment(checkout_id: str) -> Payment:
    """Return what became of a payment page, as it stands now."""
    wanted: Any = {"expand": ["payment_intent.latest_charge"]}
    with _told_plainly("read"):
        session: Any = _client().v1.checkout.sessions.retrieve(checkout_id, wanted)
        intent: Any = session.payment_intent
        charge: Any = intent.latest_charge if intent else None
        disputes = _disputed_cents(intent.id) if charge and charge.disputed else 0
    has_failed = bool(intent) and intent.status in {"requires_payment_method", "canceled"}
    return Payment(
        is_paid=session.payment_status == "paid",
        is_over=session.status == "expired" or (session.status == "complete" and has_failed),
        payment_id=intent.id if intent else "",
        receipt_url=(charge.receipt_url or "") if charge else "",
        refunded_cents=charge.amount_refunded if charge else 0,
        disputed_cents=disputes,
    )


def send_refund(*, key: str, payment_id: str, amount_cents: int) -> tuple[str, str]:
    """Send money back; returns the provider's id and status. The same key moves it once.

    Stripe remembers its own failure under a key even where the money moved, so after one we
    look for the refund by its name before we believe that there is none.
    """
    fields: Any = {"payment_intent": payment_id, "amount": amount_cents, "metadata": {"refund": key}}
    try:
        with _told_plainly("refund"):
            refund = _client().v1.refunds.create(fields, {"idempotency_key": f"{key}:refund"})
    except Declined:
        raise
    except PaymentProviderFailed:
        made = _refund_named(key, payment_id)
        if made is None:
            raise
        return made
    return refund.id, refund.status or ""


def read_refund(refund_id: str) -> str:
    """Return a refund's status: pending, requires_action, succeeded, failed or canceled."""
    with _told_plainly("read"):
        return _client().v1.refunds.retrieve(refund_id).status or ""


def verified(payload: bytes, signature: str) -> Mapping[str, Any] | None:
    """Return a webhook's event if the provider signed it, else None."""
    try:
        event = stripe.Webhook.construct_event(payload, signature, settings.STRIPE_WEBHOOK_SECRET)
    except (ValueError, stripe.SignatureVerificationError):
        return None
    found: Mapping[str, Any] = event.to_dict()
    return found


def each(things: Iterable[Thing], do: Callable[[Thing], None]) -> int:
    """Do this for each; one that fails at the provider waits for its next time and stops no other.

    Returns how many were done.
    """
    done = 0
    for thing in things:
        with suppress(PaymentProviderFailed):
            do(thing)
            done += 1
    return done


def _refund_named(key: str, payment_id: str) -> tuple[str, str] | None:
    wanted: Any = {"payment_intent": payment_id, "limit": 100}
    with _told_plainly("read"):
        for refund in _client().v1.refunds.list(wanted).data:
            if (refund.to_dict().get("metadata") or {}).get("refund") == key:
                return refund.id, refund.status or ""
    return None


def _disputed_cents(payment_id: str) -> int:
    wanted: Any = {"payment_intent": payment_id, "limit": 100}
    disputes = _client().v1.disputes.list(wanted)
    return sum(dispute.amount for dispute in disputes.data if dispute.status != "won")


def _client() -> stripe.StripeClient:
    if not is_configured():
        raise NotFound(_("Nothing is sold here."))
    return stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        stripe_version=API_VERSION,
        base_addresses={"api": settings.STRIPE_API_BASE},
        http_client=stripe.RequestsClient(timeout=_TIMEOUT_SECONDS),
        max_network_retries=1,
    )


@contextmanager
def _told_plainly(doing: str) -> "Iterator[None]":
    try:
        yield
    except stripe.StripeError as error:
        log.warning("stripe.failed", extra={"doing": doing, "error": type(error).__name__})
        if isinstance(error, stripe.InvalidRequestError) and (error.http_status or 500) < 500:
            raise Declined(_("The payment provider did not accept this.")) from error
        message = "The payment provider cannot be reached at the moment. Nothing is lost; try again soon."
        raise PaymentProviderFailed(message) from error
