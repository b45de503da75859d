"""Tell other people's servers that an edit has ended (Standard Webhooks).

A delivery is written in the transaction of its edit and becomes due when the edit has ended.
The sweep claims what is due and hands it to threads of its own: a dead receiver holds up
neither an edit nor the sweep. A receiver may be told twice, never not at all within the day;
messages have ids, so that it can tell.
"""

import base64
import hashlib
import hmac
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from accounts.models import Owner
from editor.models import Edit, WebhookDelivery, WebhookSecret
from freeai.common import fetching

log = logging.getLogger(__name__)

PAUSES = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)] + [
    timedelta(hours=hours) for hours in (2, 5, 8, 8)
]
"""Between tries; together a day, as the specification advises."""
CLAIMED_FOR = timedelta(seconds=60)
OVERLAP = timedelta(hours=24)
BATCH = 50
_hands = ThreadPoolExecutor(max_workers=8, thread_name_prefix="webhook")


def ask(edit: Edit, url: str) -> None:
    """Write down that this address wants to hear of the edit's end. In the edit's transaction."""
    WebhookDelivery.objects.create(edit=edit, url=url)


def sweep() -> int:
    """Claim what is due and send it from other threads; returns how many."""
    claimed = [delivery_id for delivery_id in _due() if _claim(delivery_id)]
    for delivery_id in claimed:
        _hands.submit(_send_and_leave, delivery_id)
    return len(claimed)


def send(delivery_id: str) -> None:
    """Try one delivery now and write down what came of it."""
    delivery = WebhookDelivery.objects.select_related("edit__owner").get(pk=delivery_id)
    body = json.dumps(message(delivery.edit)).encode()
    headers = {"content-type": "application/json", **signed(delivery, body)}
    try:
        status = fetching.post(delivery.url, body, headers=headers)
    except fetching.CannotFetch as error:
        _missed(delivery, error.message)
        return
    if 200 <= status < 300:
        WebhookDelivery.objects.filter(pk=delivery.pk).update(
            delivered_at=timezone.now(), tries=F("tries") + 1, outcome=f"answered {status}"
        )
    else:
        _missed(delivery, f"answered {status}", is_final=status == 410)


def resend(delivery: WebhookDelivery) -> None:
    """Send once more, whatever came of it before, starting with the next sweep."""
    WebhookDelivery.objects.filter(pk=delivery.pk).update(
        next_at=timezone.now(), tries=0, delivered_at=None, given_up_at=None
    )


def message(edit: Edit) -> dict[str, Any]:
    """Return what is told: which edit ended how. Pictures and words are fetched with a key."""
    return {
        "type": f"edit.{edit.status}",
        "timestamp": (edit.finished_at or timezone.now()).isoformat(),
        "data": {
            "id": edit.pk,
            "object": "edit",
            "status": edit.status,
            "model": edit.model,
            "error_code": edit.error_code or None,
        },
    }


def signed(delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    """Return the signature headers; for a day after a rotation, both secrets sign."""
    now = timezone.now()
    signatures = [
        Webhook(secret).sign(delivery.pk, now, body.decode()) for secret in secrets_of(delivery.edit.owner)
    ]
    return {
        "webhook-id": delivery.pk,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def secrets_of(owner: Owner) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    row = WebhookSecret.objects.filter(owner=owner).first() or WebhookSecret(owner=owner)
    generations = [row.generation]
    if row.rotated_at is not None and row.rotated_at > timezone.now() - OVERLAP:
        generations.append(row.generation - 1)
    return [_secret(owner, generation) for generation in generations]


def rotate_secret(owner: Owner) -> None:
    """Sign with a new secret from now on, and with the old one too for a day."""
    WebhookSecret.objects.get_or_create(owner=owner)
    WebhookSecret.objects.filter(owner=owner).update(
        generation=F("generation") + 1, rotated_at=timezone.now()
    )


def _secret(owner: Owner, generation: int) -> str:
    text = f"webhook:{owner.pk}:{generation}"
    digest = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(digest).decode()}"


def waiting() -> QuerySet[WebhookDelivery]:
    """Deliveries whose edit has ended and whose next try is due."""
    due = WebhookDelivery.objects.filter(delivered_at=None, given_up_at=None, next_at__lte=timezone.now())
    return due.exclude(edit__status__in=Edit.ACTIVE)


def _due() -> list[str]:
    return list(waiting().order_by("next_at").values_list("id", flat=True)[:BATCH])


def _claim(delivery_id: str) -> bool:
    now = timezone.now()
    mine = WebhookDelivery.objects.filter(pk=delivery_id, next_at__lte=now)
    return bool(mine.update(next_at=now + CLAIMED_FOR))


def _missed(delivery: WebhookDelivery, why: str, *, is_final: bool = False) -> None:
    now = timezone.now()
    tries = delivery.tries + 1
    moves: dict[str, Any] = {"tries": tries, "outcome": why[:200]}
    if is_final or tries > len(PAUSES):
        moves["given_up_at"] = now
    else:
        moves["next_at"] = now + PAUSES[tries - 1]
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**moves)
    log.info("webhook.missed", extra={"delivery_id": delivery.pk, "tries": tries})


def _send_and_leave(delivery_id: str) -> None:
    try:
        send(delivery_id)
    finally:
        connection.close()
