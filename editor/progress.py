"""What pages and streams see of an edit: one plain dict, and one watcher per process.

A thousand open pages cost ten queries per second (ten pages thirty), not a thousand: every stream
registers the edit it watches, one thread-shielded query reads all of them, and each
stream hears only when its own edit changed.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.urls import reverse

from editor import queue
from editor.models import Edit
from freeai.common.language import told

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
EAGER_POLL_SECONDS = 0.03
EAGER_LISTENERS_MAX = 10
"""Up to so many watched edits are read more often: an answer is then seen 35 ms sooner, on average."""
QUIET_SECONDS = 15.0
"""A stream that has nothing to say sends a comment this often, so that proxies keep it open."""


def describe(edit: Edit, place: queue.Place | None = None) -> dict[str, Any]:
    """Return what a page may show of an edit (DESIGN §8, the edit object)."""
    return {
        "id": edit.pk,
        "object": "edit",
        "status": edit.status,
        "model": edit.model,
        "quality": edit.quality,
        "seed": edit.seed,
        "created_at": int(edit.created_at.timestamp()),
        "finished_at": int(edit.finished_at.timestamp()) if edit.finished_at else None,
        "expires_at": int(edit.expires_at.timestamp()),
        "progress": _progress(edit, place),
        "tokens": _tokens(edit),
        "frame": {"changed": edit.changed, "outside_max_diff": edit.outside_max_diff},
        "error": {"code": edit.error_code, "message": told(edit.error_message)} if edit.error_code else None,
        "plan": edit.plan,
        "reasoning": edit.reasoning,
        "url": edit.get_absolute_url(),
        "result_url": reverse("edit-result", args=[edit.pk]) if edit.has_result else None,
        "preview_url": _preview_url(edit),
    }


def _tokens(edit: Edit) -> dict[str, Any]:
    """Return which purse pays what, and what became of it: held, charged, or returned."""
    hold = edit.hold
    if hold is None:
        return {"price": edit.price_tokens, "daily": 0, "paid": 0, "state": "free"}
    states = {"placed": "held", "captured": "charged", "released": "returned"}
    return {
        "price": edit.price_tokens,
        "daily": hold.daily,
        "paid": hold.paid,
        "state": states[hold.status],
        "expired": hold.expired,
    }


def _progress(edit: Edit, place: queue.Place | None) -> dict[str, Any]:
    return {
        "phase": edit.phase,
        "step": edit.step,
        "steps": edit.steps,
        "position": place.position if place else None,
        "eta_seconds": round(place.eta_seconds, 1) if place else None,
        "cancel_requested": edit.cancel_requested,
    }


def _preview_url(edit: Edit) -> str | None:
    if edit.status != Edit.Status.RUNNING or not edit.preview_version:
        return None
    return f"{reverse('edit-preview', args=[edit.pk])}?v={edit.preview_version}"


def snapshot(edit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read all these edits at once: one query, and one forecast per engine with a queue."""
    rows = list(Edit.objects.filter(pk__in=edit_ids).select_related("hold"))
    waiting = {row.engine for row in rows if row.status == Edit.Status.QUEUED}
    places: dict[str, queue.Place] = {}
    for engine in waiting:
        places.update(queue.forecast(engine))
    return {row.pk: describe(row, places.get(row.pk)) for row in rows}


def _read(edit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read for the watcher, in a thread of its own; a database that is away is asked again later."""
    try:
        return snapshot(edit_ids)
    except DatabaseError:
        log.warning("progress.read_missed")
        return {}
    finally:
        connection.close()


class Watcher:
    """Reads every watched edit of this process in one query and tells who listens."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Queue[dict[str, Any]]]] = defaultdict(set)
        self._newcomers: dict[str, set[asyncio.Queue[dict[str, Any]]]] = defaultdict(set)
        self._last: dict[str, dict[str, Any]] = {}
        self._task: asyncio.Task[None] | None = None

    async def follow(self, edit_id: str) -> AsyncIterator[dict[str, Any] | None]:
        """Yield an edit's state now and whenever it changes, None when it is quiet, until it ends."""
        inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._listeners[edit_id].add(inbox)
        self._newcomers[edit_id].add(inbox)  # must hear the state as it is; the others know it
        self._wake()
        try:
            while True:
                try:
                    async with asyncio.timeout(QUIET_SECONDS):  # unlike wait_for, no task for each
                        state = await inbox.get()
                except TimeoutError:
                    yield None
                    continue
                yield state
                if state["status"] not in Edit.ACTIVE:
                    return
        finally:
            self._listeners[edit_id].discard(inbox)
            self._newcomers[edit_id].discard(inbox)
            if not self._listeners[edit_id]:
                del self._listeners[edit_id]
                self._newcomers.pop(edit_id, None)
                self._last.pop(edit_id, None)

    def _wake(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll())

    async def _poll(self) -> None:
        while self._listeners:
            states = await sync_to_async(_read, thread_sensitive=False)(list(self._listeners))
            for edit_id, state in states.items():
                newcomers = self._newcomers.pop(edit_id, set())
                is_news = self._last.get(edit_id) != state
                self._last[edit_id] = state
                for inbox in self._listeners.get(edit_id, ()) if is_news else newcomers:
                    inbox.put_nowait(state)
            is_eager = len(self._listeners) <= EAGER_LISTENERS_MAX
            await asyncio.sleep(EAGER_POLL_SECONDS if is_eager else POLL_SECONDS)


_watchers: dict[int, Watcher] = {}


def watcher() -> Watcher:
    """Return this process's watcher; one per event loop."""
    loop_id = id(asyncio.get_running_loop())
    return _watchers.setdefault(loop_id, Watcher())
