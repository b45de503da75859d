"""What the payment provider tells us: believed when signed, written down before it is judged.

The signature is checked before anything is stored, or any stranger could fill the table.
Handling an event means following its purchase; twice or in another order is the same.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from billing import purchases, refunds, stripe_gateway
from billing.models import Purchase, StripeEvent
from freeai.common.errors import InvalidInput, PaymentProviderFailed

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(days=3)


def receive(payload: bytes, signature: str) -> None:
    """Take one webhook. Raises InvalidInput if it is not signed, PaymentProviderFailed to get it again."""
    event = stripe_gateway.verified(payload, signature)
    if event is None:
        raise InvalidInput("The signature does not fit.")
    row, _ = StripeEvent.objects.get_or_create(
        pk=event["id"], defaults={"kind": event["type"], "payload": dict(event)}
    )
    if row.handled_at is None:
        handle(row)


def handle(event: StripeEvent) -> None:
    """Bring in line what an event is about. Raises PaymentProviderFailed; the row keeps why."""
    try:
        purchase = _purchase_of(event.payload["data"]["object"])
        if purchase is not None:
            refunds.follow(purchase.pk)
            purchases.follow(purchase.pk)
    except PaymentProviderFailed as error:
        StripeEvent.objects.filter(pk=event.pk).update(failure=error.code)
        raise
    StripeEvent.objects.filter(pk=event.pk).update(handled_at=timezone.now(), failure="")


def catch_up() -> int:
    """Handle events that could not be handled when they came; returns how many."""
    if not stripe_gateway.is_configured():
        return 0
    not_given_up = unhandled().filter(received_at__gt=timezone.now() - GIVEN_UP_AFTER)
    return stripe_gateway.each(list(not_given_up.order_by("received_at")[:50]), handle)


def unhandled() -> QuerySet[StripeEvent]:
    """Events that came more than a minute ago and that nobody has handled."""
    minute_ago = timezone.now() - timedelta(minutes=1)
    return StripeEvent.objects.filter(handled_at=None, received_at__lt=minute_ago)


def _purchase_of(thing: Mapping[str, Any]) -> Purchase | None:
    """Return the purchase that a session, payment, charge, refund or dispute belongs to."""
    named = (thing.get("metadata") or {}).get("purchase") or thing.get("client_reference_id")
    payment_id = thing["id"] if thing.get("object") == "payment_intent" else thing.get("payment_intent")
    purchase = Purchase.objects.filter(pk=named).first() if named else None
    if purchase is None and payment_id:
        purchase = Purchase.objects.filter(payment_id=payment_id).first()
    if purchase is not None and not purchase.checkout_id and thing.get("object") == "checkout.session":
        # The site died between opening the page and writing its id down.
        Purchase.objects.filter(pk=purchase.pk, checkout_id="").update(checkout_id=thing["id"])
    return purchase
