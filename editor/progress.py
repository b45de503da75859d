"""What pages and streams see of an edit: one plain dict, and one watcher per process.

A thousand open pages cost ten queries per second (ten pages thirty), not a thousand: every stream
registers the edit it watches, one thread-shielded query reads the marks of all of them, rows that
changed are read whole, and each stream hears only when its own edit changed.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
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
PLACES_SECONDS = 0.5
PLACE_SECONDS = 0.001
"""Places in the line are told this often, and not more often than so long for each watched edit."""
IDS_PER_QUERY = 10_000
"""SQLite takes 32,766 values in one statement; so do older servers of PostgreSQL's protocol."""
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
        **_place(place),
        "cancel_requested": edit.cancel_requested,
    }


def _place(place: queue.Place | None) -> dict[str, Any]:
    return {
        "position": place.position if place else None,
        "eta_seconds": round(place.eta_seconds, 1) if place else None,
    }


def _preview_url(edit: Edit) -> str | None:
    if edit.status != Edit.Status.RUNNING or not edit.preview_version:
        return None
    return f"{reverse('edit-preview', args=[edit.pk])}?v={edit.preview_version}"


def snapshot(edit_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Read all these edits at once: one query, and one forecast per engine with a queue."""
    rows = list(Edit.objects.filter(pk__in=edit_ids).select_related("hold"))
    places = _places({row.engine for row in rows if row.status == Edit.Status.QUEUED})
    return {row.pk: describe(row, places.get(row.pk)) for row in rows}


def _places(engines: set[str]) -> dict[str, queue.Place]:
    places: dict[str, queue.Place] = {}
    for engine in engines:
        places.update(queue.forecast(engine))
    return places


Mark = tuple[Any, ...]
"""What of a row tells whether anything shown of it has changed."""
_MARK = ("engine", "status", "phase", "step", "steps", "preview_version", "cancel_requested", "attempt")


@dataclass(slots=True)
class _Seen:
    """The last that was read of the watched edits."""

    marks: dict[str, Mark] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)

    def forget(self, edit_id: str) -> None:
        self.marks.pop(edit_id, None)
        self.states.pop(edit_id, None)


def _read(edit_ids: list[str], seen: _Seen, moved: set[str]) -> list[tuple[str, Mark, dict[str, Any]]]:
    """Return what has changed, in a thread of its own; a database that is away is asked again later.

    A row is read whole only if its mark has changed. `moved` are edits whose place in the line is
    to be told anew, if they still wait.
    """
    try:
        marks = {row[0]: row[1:] for row in _marks(edit_ids)}
        new = [edit_id for edit_id, mark in marks.items() if seen.marks.get(edit_id) != mark]
        states = snapshot(new) if new else {}
        states.update(_placed_anew(marks, seen, moved - states.keys()))
    except DatabaseError:
        log.warning("progress.read_missed")
        return []
    finally:
        connection.close()
    return [(edit_id, marks[edit_id], state) for edit_id, state in states.items()]


def _marks(edit_ids: list[str]) -> Iterator[Mark]:
    for start in range(0, len(edit_ids), IDS_PER_QUERY):
        some = edit_ids[start : start + IDS_PER_QUERY]
        yield from Edit.objects.filter(pk__in=some).values_list("id", *_MARK)


def _placed_anew(marks: dict[str, Mark], seen: _Seen, moved: set[str]) -> dict[str, dict[str, Any]]:
    """Return the states of edits that wait, with the place they have now, if it is another one."""
    waiting = {edit_id for edit_id in moved & marks.keys() if marks[edit_id][1] == Edit.Status.QUEUED}
    places = _places({marks[edit_id][0] for edit_id in waiting})
    states = {}
    for edit_id in waiting & places.keys():
        before = seen.states.get(edit_id)  # the loop may forget it meanwhile
        progress = before and before["progress"] | _place(places[edit_id])
        if before and progress != before["progress"]:
            states[edit_id] = before | {"progress": progress}
    return states


class _Listener:
    """One who follows an edit; holds the newest state that they have not taken yet."""

    __slots__ = ("_state", "_woken", "quiet_seconds")

    def __init__(self, quiet_seconds: float | None) -> None:
        self.quiet_seconds = quiet_seconds
        self._state: dict[str, Any] | None = None
        self._woken: asyncio.Future[None] | None = None

    def tell(self, state: dict[str, Any]) -> None:
        self._state = state
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(None)

    async def hear(self) -> dict[str, Any] | None:
        """Wait for a state; None if there was none for too long."""
        if self._state is None:
            loop = asyncio.get_running_loop()
            self._woken = loop.create_future()
            timer = loop.call_later(self.quiet_seconds, _wake, self._woken) if self.quiet_seconds else None
            try:
                await self._woken
            finally:
                self._woken = None
                if timer is not None:
                    timer.cancel()
        state, self._state = self._state, None
        return state


def _wake(woken: asyncio.Future[None]) -> None:
    if not woken.done():
        woken.set_result(None)


class Watcher:
    """Reads every watched edit of this process in one query and tells who listens."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = defaultdict(set)
        self._seen = _Seen()
        self._task: asyncio.Task[None] | None = None
        self._placed_at = 0.0

    async def follow(
        self, edit_id: str, *, quiet_seconds: float | None = QUIET_SECONDS
    ) -> AsyncIterator[dict[str, Any] | None]:
        """Yield an edit's state now and whenever it changes, None when it is quiet, until it ends.

        Who is slow hears the newest state, not all of them. Without `quiet_seconds` only the changes
        of the row itself are told, not those of its place in the line, and never None.
        """
        listener = _Listener(quiet_seconds)
        if edit_id in self._seen.states:
            listener.tell(self._seen.states[edit_id])
        self._listeners[edit_id].add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll())
        try:
            while True:
                state = await listener.hear()
                yield state
                if state is not None and state["status"] not in Edit.ACTIVE:
                    return
        finally:
            self._listeners[edit_id].discard(listener)
            if not self._listeners[edit_id]:
                del self._listeners[edit_id]
                self._seen.forget(edit_id)

    async def _poll(self) -> None:
        while self._listeners:
            read = sync_to_async(_read, thread_sensitive=False)
            for edit_id, mark, state in await read(list(self._listeners), self._seen, self._moved()):
                listeners = self._listeners.get(edit_id)
                if listeners is None:  # the last one left meanwhile
                    continue
                self._seen.marks[edit_id], self._seen.states[edit_id] = mark, state
                for listener in listeners:
                    listener.tell(state)
            is_eager = len(self._listeners) <= EAGER_LISTENERS_MAX
            await asyncio.sleep(EAGER_POLL_SECONDS if is_eager else POLL_SECONDS)

    def _moved(self) -> set[str]:
        """Return the edits whose place is due to be told; the more listen, the less often."""
        now = time.monotonic()
        if now - self._placed_at < max(PLACES_SECONDS, PLACE_SECONDS * len(self._listeners)):
            return set()
        self._placed_at = now
        return {
            edit_id
            for edit_id, listeners in self._listeners.items()
            if any(listener.quiet_seconds for listener in listeners)
        }


_watchers: dict[int, Watcher] = {}


def watcher() -> Watcher:
    """Return this process's watcher; one per event loop."""
    loop_id = id(asyncio.get_running_loop())
    return _watchers.setdefault(loop_id, Watcher())
