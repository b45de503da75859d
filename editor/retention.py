"""Bytes go when their window ends; rows stay (DESIGN §10).

Bytes are deleted first and the row is told after. Killed in between, the next sweep
deletes what is already gone, which harms nothing, and then tells the row. `check`
compares storage and rows in both directions and proves that nothing was left over.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Owner
from editor import edits
from editor.models import Edit, Source
from freeai.common import ids

log = logging.getLogger(__name__)

FOLDERS = ("sources", "credentials", "masks", "results", "thumbnails")
BATCH = 500
"""Rows handled per sweep and kind, so that one sweep stays short."""


@dataclass(slots=True)
class Findings:
    """What `check` found wrong: names of bytes, ids of rows."""

    orphans: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.orphans or self.overdue or self.missing)


def sweep() -> int:
    """Delete what is due; returns how many rows lost their bytes. Safe to run anywhere, any time."""
    now = timezone.now()
    abandoned = now - timedelta(seconds=settings.PENDING_SOURCE_SECONDS)
    pending = Source.objects.filter(status=Source.Status.PENDING, created_at__lt=abandoned)[:BATCH]
    ready = Source.objects.filter(status=Source.Status.READY, expires_at__lte=now)[:BATCH]
    due = Edit.objects.filter(purged_at=None, expires_at__lte=now).exclude(status__in=Edit.ACTIVE)[:BATCH]
    count = 0
    for source in pending:
        remove_pending(source)
        count += 1
    for source in ready:
        expire_source(source)
        count += 1
    for edit in due:
        purge(edit)
        count += 1
    if count:
        log.info("retention.swept", extra={"rows": count})
    return count


def overdue() -> int:
    """Return how many rows keep bytes although two sweeps should have come by since their window ended."""
    late = timezone.now() - timedelta(seconds=2 * settings.RETENTION_SWEEP_SECONDS)
    sources = Source.objects.filter(status=Source.Status.READY, expires_at__lt=late)
    ended = Edit.objects.filter(purged_at=None, expires_at__lt=late).exclude(status__in=Edit.ACTIVE)
    return sources.count() + ended.count()


def remove_pending(source: Source) -> None:
    """Remove an upload that never became ready, with whatever bytes arrived."""
    for name in source.byte_names():
        default_storage.delete(name)
    Source.objects.filter(pk=source.pk, status=Source.Status.PENDING).delete()


def expire_source(source: Source) -> None:
    """Delete a source's bytes; its row stays for the history."""
    for name in source.byte_names():
        default_storage.delete(name)
    Source.objects.filter(pk=source.pk).update(status=Source.Status.EXPIRED, name="", rights={}, marks=None)


def purge(edit: Edit) -> None:
    """Delete everything an ended edit keeps in storage."""
    for name in edit.byte_names():
        default_storage.delete(name)
    Edit.objects.filter(pk=edit.pk, purged_at=None).update(purged_at=timezone.now())


def delete(edit: Edit, owner: Owner) -> None:
    """Delete an edit at its owner's wish: now, with its words, and its source if nothing else needs it.

    A waiting edit is canceled first. Raises NotCancelable while it is being worked on.
    """
    if edit.status == Edit.Status.QUEUED:
        edits.cancel(edit)
        edit.refresh_from_db()
    if edit.is_active:
        edits.cancel(edit)
        raise edits.NotCancelable("This edit is just being stopped. Delete it in a moment.")
    purge(edit)
    edits.forget(edit)
    copies = Source.objects.visible_to(owner).filter(continues=edit)
    for source in [edit.source, *copies]:
        if not Edit.objects.visible_to(owner).filter(source=source).exists():
            expire_source(source)


def take_down(edit: Edit) -> None:
    """Delete an edit's pictures and its source now, and whatever else was made from that source."""
    for one in Edit.objects.filter(source=edit.source_id, purged_at=None).exclude(status__in=Edit.ACTIVE):
        purge(one)
    expire_source(edit.source)


def remove_orphans() -> int:
    """Delete bytes whose row was never written, or has forgotten them; returns how many.

    Young names are left alone: their row may be about to be written.
    """
    abandoned = timezone.now() - timedelta(seconds=settings.PENDING_SOURCE_SECONDS)
    orphans = [name for name, row in _stored() if row is None and _made_at(name) < abandoned]
    for name in orphans:
        default_storage.delete(name)
    if orphans:
        log.warning("retention.orphans_removed", extra={"count": len(orphans)})
    return len(orphans)


def check() -> Findings:
    """Compare storage and rows, both ways."""
    findings = Findings(orphans=_outside_the_folders())
    now = timezone.now()
    present: set[str] = set()
    for name, row in _stored():
        present.add(name)
        if row is None:
            findings.orphans.append(name)
        elif row.expires_at <= now:
            findings.overdue.append(name)
    wanted: Iterator[tuple[str, list[str]]] = chain(
        ((source.pk, source.byte_names()) for source in _open_sources()),
        ((edit.pk, [edit.result_name, edit.thumbnail_name]) for edit in _open_results()),
    )
    findings.missing += [
        pk
        for pk, names in wanted
        # What was written after the walk through storage is looked up by itself.
        if any(name not in present and not default_storage.exists(name) for name in names)
    ]
    return findings


def _outside_the_folders() -> list[str]:
    """Return what lies in storage where nothing of ours should."""
    try:
        folders, files = default_storage.listdir("")
    except FileNotFoundError:
        return []
    return [*files, *(f"{folder}/" for folder in folders if folder not in FOLDERS)]


def _stored() -> Iterator[tuple[str, Source | Edit | None]]:
    """Walk through storage: each name with the row it belongs to, None for an orphan."""
    for folder in FOLDERS:
        names = list(_names_in(folder))
        rows = _rows_by_id(folder, names)
        for name in names:
            row = rows.get(_row_id(name))
            yield name, row if row is not None and name in _names_of(row) else None


def _made_at(name: str) -> datetime:
    """Return when the name's id was made; what is no id of ours counts as very old."""
    try:
        return ids.made_at(_row_id(name))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _names_of(row: Source | Edit) -> list[str]:
    if isinstance(row, Edit):
        return row.byte_names() if row.purged_at is None else []
    return row.byte_names() if row.status != Source.Status.EXPIRED else []


def _names_in(folder: str) -> Iterator[str]:
    try:
        names = default_storage.listdir(folder)[1]
    except FileNotFoundError:  # a folder on disk is made by its first file; S3 has no folders to ask for
        return
    for name in names:
        yield f"{folder}/{name}"


def _row_id(name: str) -> str:
    return PurePosixPath(name).stem.split("-")[0]


def _rows_by_id(folder: str, names: Iterable[str]) -> dict[str, Source | Edit]:
    table = Source if folder in {"sources", "credentials"} else Edit
    ids = [_row_id(name) for name in names]
    rows: dict[str, Source | Edit] = {}
    for start in range(0, len(ids), BATCH):
        rows.update(table.objects.in_bulk(ids[start : start + BATCH]))
    return rows


def _open_sources() -> Iterable[Source]:
    return Source.objects.filter(status=Source.Status.READY, expires_at__gt=timezone.now()).iterator()


def _open_results() -> Iterable[Edit]:
    succeeded = Edit.objects.filter(status=Edit.Status.SUCCEEDED, purged_at=None)
    return succeeded.filter(expires_at__gt=timezone.now()).iterator()
