"""A batch's results as one zip, sent while it is written."""

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from editor import archives
from editor.models import Batch, BatchFile, Edit
from editor.pages.answers import SUFFIXES
from editor.pages.batch_pages import batch_of


@require_GET
async def download(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Every result that is still here, under its file's own name."""
    batch, entries = await sync_to_async(_entries)(request, batch_id)
    if not entries:
        raise Http404
    response = StreamingHttpResponse(_in_threads(archives.pieces(entries)), content_type="application/zip")
    name = f"{batch.name or 'batch'}-edited.zip".replace("/", "-")
    response["Content-Disposition"] = content_disposition_header(True, name)  # noqa: FBT003
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _entries(request: HttpRequest, batch_id: str) -> tuple[Batch, list[archives.Entry]]:
    batch = batch_of(request, batch_id)
    return batch, entries_of(batch)


def entries_of(batch: Batch) -> list[archives.Entry]:
    """Return what the zip holds, in the order of names."""
    kept = batch.files.filter(
        state=BatchFile.State.SUBMITTED,
        edit__status=Edit.Status.SUCCEEDED,
        edit__purged_at=None,
        edit__deleted_at=None,
        edit__expires_at__gt=timezone.now(),
    )
    names = archives.Names()
    entries = []
    for file in kept.select_related("edit").order_by("name"):
        edit = file.edit
        assert edit is not None  # the query asks for it
        name = names.give(file.name, SUFFIXES[edit.output_format])
        entries.append(archives.Entry(name, edit.result_name, edit.finished_at or edit.created_at))
    return entries


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Take each piece in a thread: storage may be slow, and this process has other readers."""
    take = sync_to_async(_next, thread_sensitive=False)
    while (piece := await take(pieces)) is not None:
        if piece:
            yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    try:
        return next(pieces, None)
    finally:
        connection.close()
