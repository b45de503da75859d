"""The clock of the house: calls each sweep when it is due, in this process.

It needs no broker, so that a broker that is away never stops the repair of what it
lost. Two schedulers harm nothing: every sweep is made of conditional updates.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from billing import purchases, refunds, webhooks
from billing.ledger import networks
from editor import api_requests, batches, moderation, queue, retention, settlement, workers
from editor import webhooks as outgoing_webhooks
from freeai.common.errors import FreeAIError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Chore:
    """Something to do every so many seconds."""

    name: str
    every_seconds: float
    do: Callable[[], object]
    due_at: float = 0.0


def chores() -> list[Chore]:
    """Return what this house needs done, and how often."""
    return [
        Chore("queue.sweep", settings.SWEEP_SECONDS, queue.sweep),
        Chore("batches.sweep", settings.SWEEP_SECONDS, batches.sweep),
        Chore("retention.sweep", settings.RETENTION_SWEEP_SECONDS, retention.sweep),
        Chore("retention.remove_orphans", 3600, retention.remove_orphans),
        Chore("moderation.sweep", 5, moderation.sweep),
        Chore("webhooks.sweep", 1, outgoing_webhooks.sweep),
        Chore("api_requests.forget_old", 3600, api_requests.forget_old),
        Chore("workers.forget_silent", 3600, workers.forget_silent),
        Chore("settlement.watch", 30, settlement.watch),
        Chore("settlement.reconcile_all", 86_400, settlement.reconcile_all),
        Chore("webhooks.catch_up", 60, webhooks.catch_up),
        Chore("refunds.catch_up", 60, refunds.catch_up),
        Chore("purchases.catch_up", 60, purchases.catch_up),
        Chore("networks.forget_old", 3600, networks.forget_old),
    ]


def run(stop: threading.Event) -> None:
    """Do every chore when it is due, until `stop` is set. A chore that fails is tried at its next time."""
    plan = chores()
    while not stop.is_set():
        for chore in plan:
            if time.monotonic() >= chore.due_at:
                chore.due_at = time.monotonic() + chore.every_seconds
                _do(chore)
        stop.wait(max(0.05, min(chore.due_at for chore in plan) - time.monotonic()))


def _do(chore: Chore) -> None:
    close_old_connections()
    try:
        chore.do()
    except (DatabaseError, OSError, FreeAIError):
        log.exception("chore.failed", extra={"chore": chore.name})
