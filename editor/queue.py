"""Who is next: fair-share order, doorbells, and the sweep that repairs what was lost.

Classes go before one another (interactive, API, batch), a waiting edit rising one class
every five minutes. Inside a class the owner goes first who used the fewest
engine-seconds lately, then the oldest edit. The same order answers "how many are
before me" and "how long".
"""

import heapq
import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from celery import current_app
from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from kombu.exceptions import OperationalError

from editor import edits, workers
from editor.models import Edit, Worker

log = logging.getLogger(__name__)

TYPICAL_SECONDS = 3.0
"""Shown as the estimate until a model has a history of its own."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One queued edit, as far as the order is concerned."""

    edit_id: str
    owner_id: str
    rank: int
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a queued edit stands: how many go before it, and about how long that takes."""

    position: int
    eta_seconds: float


def celery_queue(engine: str) -> str:
    """Return the name of the broker queue that this engine's workers listen to."""
    return f"engine.{engine}"


def ring(engine: str) -> None:
    """Tell the engine's workers that there is work. If the broker is away, the sweep rings again."""
    try:
        current_app.send_task("editor.work", args=[engine], queue=celery_queue(engine), retry=False)
    except (OperationalError, OSError):
        log.warning("queue.bell_lost", extra={"engine": engine})


def sort_key(
    waiting: Waiting, used_seconds: Mapping[str, float], now: datetime
) -> tuple[int, float, datetime]:
    """Return what decides who goes first; the smallest does."""
    rises = int((now - waiting.queued_at).total_seconds() // settings.CLASS_RISE_SECONDS)
    return (max(0, waiting.rank - rises), used_seconds.get(waiting.owner_id, 0.0), waiting.queued_at)


def claim_next(engine: str, worker: Worker) -> Edit | None:
    """Take the edit whose turn it is, or None if none waits."""
    now = timezone.now()
    while fronts := _fronts(engine):
        used = used_seconds({front.owner_id for front in fronts}, now)
        for front in sorted(fronts, key=lambda front: sort_key(front, used, now)):
            claimed = edits.claim(front.edit_id, worker)
            if claimed is not None:
                return claimed
    return None


def used_seconds(owner_ids: Iterable[str], now: datetime) -> dict[str, float]:
    """Return the engine-seconds each owner used lately, edits still running included."""
    since = now - timedelta(seconds=settings.FAIR_SHARE_SECONDS)
    lately = Edit.objects.filter(owner_id__in=owner_ids, started_at__isnull=False)
    spans = lately.filter(finished_at__gt=since) | lately.filter(status=Edit.Status.RUNNING)
    used: dict[str, float] = defaultdict(float)
    for owner_id, started, finished in spans.values_list("owner_id", "started_at", "finished_at"):
        assert started is not None  # the query asks for it
        used[owner_id] += ((finished or now) - max(started, since)).total_seconds()
    return used


def forecast(engine: str) -> dict[str, Place]:
    """Return the place of every queued edit of this engine, by playing the order forward."""
    now = timezone.now()
    queued = Edit.objects.filter(engine=engine, status=Edit.Status.QUEUED).order_by("queued_at", "id")
    line = [Waiting(*row) for row in queued.values_list("id", "owner_id", "rank", "queued_at")]
    if not line:
        return {}
    each = typical_seconds(engine)
    hands = max(1, workers.alive().filter(engine=engine).count())
    running = Edit.objects.filter(engine=engine, status=Edit.Status.RUNNING).count()
    order = play(line, used_seconds({waiting.owner_id for waiting in line}, now), now, each)
    return {
        edit_id: Place(position, (running + position + 1) / hands * each)
        for position, edit_id in enumerate(order)
    }


def play(line: list[Waiting], used: Mapping[str, float], now: datetime, each: float) -> list[str]:
    """Return edit ids in the order they will be served, if each takes `each` seconds."""
    queues: dict[tuple[str, int], deque[Waiting]] = defaultdict(deque)
    for waiting in line:
        queues[waiting.owner_id, waiting.rank].append(waiting)
    spent = dict(used)
    heap = [(sort_key(queue[0], spent, now), key) for key, queue in queues.items()]
    heapq.heapify(heap)
    order: list[str] = []
    while heap:
        stale, key = heapq.heappop(heap)
        fresh = sort_key(queues[key][0], spent, now)
        if fresh != stale:  # the owner was served through another class meanwhile
            heapq.heappush(heap, (fresh, key))
            continue
        served = queues[key].popleft()
        order.append(served.edit_id)
        spent[served.owner_id] = spent.get(served.owner_id, 0.0) + each
        if queues[key]:
            heapq.heappush(heap, (sort_key(queues[key][0], spent, now), key))
    return order


def typical_seconds(engine: str) -> float:
    """Return the median engine time of this engine's last edits, in seconds."""
    recent = Edit.objects.filter(engine=engine, status=Edit.Status.SUCCEEDED).order_by("-finished_at")
    times = list(recent.values_list("engine_ms", flat=True)[:30])
    return median(times) / 1000 if times else TYPICAL_SECONDS


def sweep() -> int:
    """Take back edits of dead workers and ring where work waits and a worker is idle.

    Returns how many bells rang. Safe to run anywhere, any number of times.
    """
    edits.take_back_lost()
    waiting = Edit.objects.filter(status=Edit.Status.QUEUED).values_list("engine", flat=True).distinct()
    idle = set(workers.alive().filter(is_busy=False).values_list("engine", flat=True))
    rung = sorted(set(waiting) & idle)
    for engine in rung:
        ring(engine)
    return len(rung)


def _fronts(engine: str) -> list[Waiting]:
    """Return the oldest queued edit of each owner in each class: only these can be next."""
    oldest = (
        Edit.objects.filter(engine=engine, status=Edit.Status.QUEUED, owner__block="")
        .values("owner_id", "rank")
        .annotate(first=Min("queued_at"))
        .values_list("owner_id", "rank", "first")
    )
    fronts = []
    for owner_id, rank, first in oldest:
        edit_id = (
            Edit.objects.filter(
                engine=engine, status=Edit.Status.QUEUED, owner_id=owner_id, rank=rank, queued_at=first
            )
            .values_list("id", flat=True)
            .first()
        )
        if edit_id is not None:
            fronts.append(Waiting(edit_id, owner_id, rank, first))
    return fronts
