"""An owner's edits, page by page: newest first, by filter or by search, from any point.

Pages are turned by keyset, so page 1,000 costs what the first one does. A batch is one row as
long as nothing is asked for. A filter looks at the newest SPAN edits from where it stands and
says so when there are more to look through: no question makes the database read a whole life.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from accounts.models import Owner
from editor.models import Batch, Edit

Row = TypeVar("Row", Edit, Batch)

PAGE = 24
SPAN = 10_000
"""How many edits one search looks through; PostgreSQL needs about 25 ms for it (benchmarks/history.py)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner wants to see."""

    words: str = ""
    model: str = ""
    status: str = ""
    batch: str = ""
    favourites: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether some edits are left out for what they are, not for when they were made."""
        return bool(self.words or self.model or self.status or self.batch or self.favourites)

    @property
    def is_any(self) -> bool:
        return self.is_narrow or self.since is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Mark:
    """A point between two rows: what was made when, and which of the same moment."""

    made_at: datetime
    row_id: str

    def __str__(self) -> str:
        text = f"{self.made_at.astimezone(UTC).isoformat()} {self.row_id}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Mark | None":
        """Return the mark that was written as `text`, None for anything else."""
        try:
            padded = text + "=" * (-len(text) % 4)
            moment, row_id = base64.urlsafe_b64decode(padded).decode().split(" ")
            return cls(datetime.fromisoformat(moment).replace(tzinfo=UTC), row_id)
        except (ValueError, binascii.Error):
            return None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the marks from where the next pages go on."""

    rows: Sequence[Edit | Batch]
    older: Mark | None = None
    newer: Mark | None = None
    looked_back_to: datetime | None = None
    """Set when a search stopped looking here although older edits are left."""


def page(owner: Owner, asked: Asked, *, after: Mark | None = None, before: Mark | None = None) -> Page:
    """Return the page that follows a mark, or the one before it; the first one without any."""
    if asked.is_narrow:
        return _narrow(owner, asked, after=after, before=before)
    edits = _dated(Edit.objects.visible_to(owner).filter(batch=None), asked)
    found = _slice(edits.select_related("source", "hold"), after, before)
    started = _dated(Batch.objects.visible_to(owner).filter(started_at__isnull=False), asked)
    rows: list[Edit | Batch] = [*found, *_slice(started, after, before)]
    rows.sort(key=lambda row: (row.created_at, row.pk), reverse=before is None)
    return _cut(rows, after=after, before=before)


def _narrow(owner: Owner, asked: Asked, *, after: Mark | None, before: Mark | None) -> Page:
    mine = _dated(_with_facts(Edit.objects.visible_to(owner), asked), asked)
    # Both have an index of their own, and are looked through to their end.
    end = None if asked.favourites or asked.batch else _span_end(owner, asked, after, before)
    if end is not None:
        mine = mine.filter(created_at__lte=end) if before else mine.filter(created_at__gte=end)
    # First which ones, then what they are: else thousands of matches are joined to be thrown away.
    chosen = list(_slice(_with_words(mine, asked), after, before).values_list("id", flat=True))
    known = Edit.objects.select_related("source", "hold").in_bulk(chosen)
    rows: list[Edit | Batch] = [known[edit_id] for edit_id in chosen if edit_id in known]
    cut = _cut(rows, after=after, before=before)
    if end is None or len(rows) > PAGE:
        return cut
    # The page is not full, but only because the search stopped: it goes on from there.
    if before is not None:
        return replace(cut, newer=Mark(end, "~"))
    return replace(cut, older=Mark(end, ""), looked_back_to=end)


def _span_end(owner: Owner, asked: Asked, after: Mark | None, before: Mark | None) -> datetime | None:
    """Return when the last edit was made that this search looks at; None if it sees all."""
    line = _ordered(_dated(Edit.objects.visible_to(owner), asked), after, before)
    moment: datetime | None = next(iter(line.values_list("created_at", flat=True)[SPAN : SPAN + 1]), None)
    return moment


def _with_facts(edits: QuerySet[Edit], asked: Asked) -> QuerySet[Edit]:
    if asked.model:
        edits = edits.filter(model=asked.model)
    if asked.status:
        edits = edits.filter(status=asked.status)
    if asked.batch:
        edits = edits.filter(batch=asked.batch)
    if asked.favourites:
        edits = edits.filter(is_favourite=True)
    return edits


def _with_words(edits: QuerySet[Edit], asked: Asked) -> QuerySet[Edit]:
    for word in asked.words.split():
        edits = edits.filter(prompt__icontains=word)
    return edits


def _dated(rows: "QuerySet[Row]", asked: Asked) -> "QuerySet[Row]":
    """Days are those of UTC, both included."""
    if asked.since is not None:
        rows = rows.filter(created_at__gte=datetime.combine(asked.since, time(), UTC))
    if asked.until is not None:
        rows = rows.filter(created_at__lt=datetime.combine(asked.until, time(), UTC) + timedelta(days=1))
    return rows


def _ordered(rows: "QuerySet[Row]", after: Mark | None, before: Mark | None) -> "QuerySet[Row]":
    """Order rows away from the mark: newest first after it, oldest first before it.

    The first bound is implied by the second, but only the first is one an index can jump to.
    """
    if before is not None:
        later = Q(created_at__gt=before.made_at) | Q(id__gt=before.row_id)
        return rows.filter(later, created_at__gte=before.made_at).order_by("created_at", "id")
    if after is not None:
        earlier = Q(created_at__lt=after.made_at) | Q(id__lt=after.row_id)
        rows = rows.filter(earlier, created_at__lte=after.made_at)
    return rows.order_by("-created_at", "-id")


def _slice(rows: "QuerySet[Row]", after: Mark | None, before: Mark | None) -> "QuerySet[Row]":
    return _ordered(rows, after, before)[: PAGE + 1]


def _cut(rows: list[Edit | Batch], *, after: Mark | None, before: Mark | None) -> Page:
    """Take one page of rows that come in the direction of travel, and mark its two ends."""
    has_more = len(rows) > PAGE
    shown = rows[:PAGE]
    if before is not None:
        shown.reverse()
    if not shown:
        return Page([])
    first, last = Mark(shown[0].created_at, shown[0].pk), Mark(shown[-1].created_at, shown[-1].pk)
    return Page(
        shown,
        older=last if has_more or before is not None else None,
        newer=first if after is not None or (before is not None and has_more) else None,
    )
