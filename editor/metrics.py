"""What an operator watches, as Prometheus reads it: the line, the workers, and promises not kept.

Everything is counted in the database at the moment of asking, so that any web process gives the same
answer and none has to remember. No figure names a person, a prompt or a picture.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Avg, Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from billing import webhooks as payment_events
from editor import retention, settlement, webhooks, workers
from editor.models import Edit

LATELY = timedelta(minutes=5)


class House(Collector):
    """Counts anew at every scrape."""

    def collect(self) -> Iterator[Metric]:
        """Yield every figure; raises DatabaseError where the database is away."""
        yield from _line()
        yield from _ended()
        yield _workers()
        yield _gauge("holds_outlived", "Holds whose edit has ended; anything above 0 is a fault.", _holds())
        yield _gauge("bytes_overdue", "Sources and edits whose bytes should be gone.", retention.overdue())
        waiting, events = webhooks.waiting().count(), payment_events.unhandled().count()
        yield _gauge("webhooks_waiting", "Messages to other people's servers that are due.", waiting)
        yield _gauge("payment_events_open", "Payment events that nobody has handled.", events)


def registry() -> CollectorRegistry:
    """Return a registry of our figures alone: a process says nothing of itself here."""
    own = CollectorRegistry(auto_describe=False)
    own.register(House())
    return own


def _line() -> Iterator[Metric]:
    now = timezone.now()
    edits = _family("edits", "Edits that wait or run.", "engine", "status")
    oldest = _family("oldest_wait_seconds", "How long the first in line has waited.", "engine")
    active = Edit.objects.filter(status__in=Edit.ACTIVE).values_list("engine", "status")
    for engine, status, count, first in active.annotate(Count("pk"), Min("queued_at")).order_by("engine"):
        edits.add_metric([engine, status], count)
        if status == Edit.Status.QUEUED:
            oldest.add_metric([engine], max(0.0, (now - first).total_seconds()))
    yield edits
    yield oldest


def _ended() -> Iterator[Metric]:
    ended = _family("edits_ended_lately", "Edits that ended in the last five minutes.", "engine", "status")
    seconds = _family("engine_seconds_lately", "Mean of what the engine took for those.", "engine", "status")
    lately = Edit.objects.filter(finished_at__gte=timezone.now() - LATELY).values_list("engine", "status")
    for engine, status, count, mean_ms in lately.annotate(Count("pk"), Avg("engine_ms")).order_by("engine"):
        ended.add_metric([engine, status], count)
        seconds.add_metric([engine, status], mean_ms / 1000)
    yield ended
    yield seconds


def _workers() -> Metric:
    alive = _family("workers", "Workers that are ready.", "engine", "busy")
    counts = workers.alive().values_list("engine", "is_busy").annotate(Count("pk"))
    for engine, is_busy, count in counts.order_by("engine"):
        alive.add_metric([engine, "yes" if is_busy else "no"], count)
    return alive


def _holds() -> int:
    return len(settlement.outlived())


def _family(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"freeai_{name}", meaning, labels=labels)


def _gauge(name: str, meaning: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"freeai_{name}", meaning, value=value)
