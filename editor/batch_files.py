"""The files of a batch: taken one by one, checked on arrival, each with its prompt.

Sending a file again is harmless: the same name and size is the same file. A file that cannot
be used becomes a row that says why, and the rest go on.
"""

import csv
import io
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from django.conf import settings
from django.db import IntegrityError

from editor import retention, sources
from editor.imaging.limits import ImageTooLarge, too_large
from editor.models import Batch, BatchFile, Source
from editor.models.batch import NAME_MAX
from freeai.common.errors import Busy, Conflict, InvalidInput, NotFound, UserError
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

State = BatchFile.State
PROMPTS_CHARACTERS_MAX = 1_000_000


class BatchFull(InvalidInput):
    """It holds as many files as a batch may."""


class CutOff(Busy):
    """The file did not arrive whole; the same file may be fine."""


class PromptsNotUnderstood(InvalidInput):
    """The list is not lines of a file and a prompt."""


def receive(batch: Batch, data: bytes | None, *, name: str, sent_bytes: int) -> BatchFile:
    """Take one file; the row says whether it can be used. `data` is None for one too large to send.

    Raises BatchFull, Conflict for another file under the name of one that is being edited, and
    CutOff for one that did not arrive whole: that says nothing about the file.
    """
    path = clean_path(name)
    if data is None and sent_bytes <= settings.SOURCE_BYTES_MAX:
        raise CutOff(_("This file did not arrive. Send it again."))
    if data is not None and len(data) < min(sent_bytes, settings.SOURCE_BYTES_MAX + 1):
        raise CutOff(_("This file did not arrive whole. Send it again."))
    known = batch.files.select_related("source").filter(name=path).first()
    if known is not None:
        if known.sent_bytes == sent_bytes and _is_still_there(known):
            return known
        remove(known)
    elif batch.files.count() >= settings.BATCH_FILES_MAX:
        raise BatchFull(
            _(
                "A batch holds %(most)s files. Start another one for the rest.",
                most=settings.BATCH_FILES_MAX,
            )
        )
    file = BatchFile(batch=batch, name=path, sent_bytes=sent_bytes)
    try:
        file.source = _source(batch, data, path, sent_bytes)
    except UserError as refusal:
        file.state = State.REFUSED
        file.reason_code, file.reason = refusal.code, refusal.message
    return _write(file)


def remove(file: BatchFile) -> None:
    """Take a file out of its batch, with its bytes. Raises Conflict once it is asked for."""
    gone = BatchFile.objects.filter(pk=file.pk, state__in=[State.READY, State.REFUSED], edit=None).delete()[0]
    if not gone:
        raise Conflict(_("%(file)s is being edited already.", file=file.name))
    if file.source is not None:
        retention.expire_source(file.source)


def find(batch: Batch, file_id: str) -> BatchFile:
    """Return one file of a batch. Raises NotFound."""
    file = batch.files.select_related("source").filter(pk=file_id).first()
    if file is None:
        raise NotFound(_("There is no such file in this batch."))
    return file


def clean_path(name: str) -> str:
    """Return a file's path inside its folder: no way up, no root, only what can be printed."""
    parts = [
        "".join(c for c in part if c.isprintable()).strip() for part in name.replace("\\", "/").split("/")
    ]
    kept = [part for part in parts if part not in {"", ".", ".."}]
    return "/".join(kept)[-NAME_MAX:].lstrip("/") or "picture"


def parse_prompts(text: str) -> dict[str, str]:
    """Read "file,prompt" lines; a heading line, other separators and quotes are fine.

    Raises PromptsNotUnderstood.
    """
    text = text.lstrip("\ufeff").replace("\x00", "")
    if len(text) > PROMPTS_CHARACTERS_MAX:
        raise PromptsNotUnderstood(_("This list is longer than a million characters."))
    first = text.split("\n", 1)[0]
    separator = next((mark for mark in ("\t", ",", ";") if mark in first), ",")
    found: dict[str, str] = {}
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, skipinitialspace=True))
    except csv.Error as error:
        raise PromptsNotUnderstood(_("This list is not understood: %(why)s.", why=str(error))) from error
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if number == 1 and [cell.casefold() for cell in cells[:2]] == ["file", "prompt"]:
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise PromptsNotUnderstood(
                _(
                    "Line %(number)s is not “file,prompt”: %(line)s",
                    number=number,
                    line=separator.join(cells)[:80],
                )
            )
        # A comma inside an unquoted prompt belongs to the prompt.
        found[clean_path(cells[0])] = f"{separator} ".join(cells[1:]).rstrip(f"{separator} ")
    return found


def match_prompts(prompts: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Return each file's own prompt, and the listed names that match no file.

    A listed name means a file by its whole path, its path below the dropped folder, or its last
    part alone if only one file has it; capital letters do not matter.
    """
    by_path: dict[str, list[str]] = defaultdict(list)
    for name in names:
        path = PurePosixPath(name)
        for alias in {name, "/".join(path.parts[1:]), path.name}:
            by_path[alias.casefold()].append(name)
    own: dict[str, str] = {}
    unmatched = []
    for listed, prompt in prompts.items():
        meant = by_path.get(listed.casefold(), [])
        exact = [name for name in meant if name.casefold() == listed.casefold()]
        if len(exact or meant) == 1:
            own[(exact or meant)[0]] = prompt
        else:
            unmatched.append(listed)
    return own, unmatched


def _source(batch: Batch, data: bytes | None, path: str, sent_bytes: int) -> Source:
    if data is None:
        raise ImageTooLarge(too_large(sent_bytes, settings.SOURCE_BYTES_MAX))
    return sources.receive(data, name=path, owner=lambda: batch.owner)


def _is_still_there(file: BatchFile) -> bool:
    """Whether what a file's row says is still so: a refusal on arrival stays, bytes may have expired."""
    if file.state in {State.DUE, State.SUBMITTED} or file.source is None:
        return True
    return file.source.is_open


def _write(file: BatchFile) -> BatchFile:
    """Write the row; of two that arrived together under one name, the first stays."""
    try:
        file.save(force_insert=True)
    except IntegrityError:
        if file.source is not None:
            retention.expire_source(file.source)
        return BatchFile.objects.get(batch_id=file.batch_id, name=file.name)
    log.info("batch.file", extra={"batch_id": file.batch_id, "state": file.state, "code": file.reason_code})
    return file
