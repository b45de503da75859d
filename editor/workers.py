"""Who serves which engine now: one row per worker process, kept alive by its heartbeat."""

import logging
import os
import platform
import threading
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import ExpressionWrapper, QuerySet, Value
from django.db.models.fields import DateTimeField, DurationField
from django.db.models.functions import Now

from editor.models import Worker
from freeai.common.errors import Busy

log = logging.getLogger(__name__)


class ModelUnavailable(Busy):
    code = "model_unavailable"


def alive() -> QuerySet[Worker]:
    """Workers whose heart beat lately and who are ready to work."""
    silence = Value(timedelta(seconds=settings.WORKER_SILENT_SECONDS), output_field=DurationField())
    since = ExpressionWrapper(Now() - silence, output_field=DateTimeField())
    return Worker.objects.filter(is_ready=True, beat_at__gt=since)


def served_engines() -> set[str]:
    """Engines that somebody serves now."""
    return set(alive().values_list("engine", flat=True))


def enlist(engine: str) -> Worker:
    """Write a row for this process, not ready yet."""
    return Worker.objects.create(
        engine=engine, host=platform.node()[:100], pid=os.getpid(), device="cpu", beat_at=Now()
    )


class Heartbeat:
    """A thread that says "alive" until stopped; a missed beat is tried again at the next.

    It has its own database connection. If it dies with the process, the row falls silent
    and nobody sends it work: nothing needs to be cleaned up in time.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="worker-heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and take the row away: this worker is gone on purpose."""
        self._is_over.set()
        self._thread.join()
        Worker.objects.filter(pk=self._worker.pk).delete()

    def _beat(self) -> None:
        while not self._is_over.wait(settings.WORKER_BEAT_SECONDS):
            try:
                Worker.objects.filter(pk=self._worker.pk).update(beat_at=Now())
            except DatabaseError:
                log.warning("worker.beat_missed", extra={"worker_id": self._worker.pk})
        connection.close()


def forget_silent() -> int:
    """Delete rows of workers that died long ago; returns how many."""
    age = Value(timedelta(days=1), output_field=DurationField())
    before = ExpressionWrapper(Now() - age, output_field=DateTimeField())
    return Worker.objects.filter(beat_at__lt=before).delete()[0]
