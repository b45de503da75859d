"""How a batch looks: one cell per file, and what to say of the whole. One query for all of them."""

from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from editor.batches import Tally
from editor.models import Batch, BatchFile, Edit
from freeai.common.language import told

State = BatchFile.State
Status = Edit.Status


@dataclass(frozen=True, slots=True)
class Cell:
    """One file as the grid shows it; `face` is a word that the style sheet knows."""

    id: str
    name: str
    bytes: int
    face: str
    words: str
    picture: str = ""
    href: str = ""
    reason: str = ""

    @property
    def is_usable(self) -> bool:
        return self.face != "bad"

    @property
    def last_name(self) -> str:
        return self.name.rpartition("/")[2]

    def as_json(self) -> list[str]:
        return [self.id, self.face, self.words, self.picture, self.href, self.reason]


def cells(batch: Batch) -> list[Cell]:
    """Return a cell for every file, by name; files whose edit was deleted are gone."""
    shown = batch.files.exclude(edit__deleted_at__isnull=False).order_by("name", "id")
    shown = shown.select_related("edit", "source").only(
        *("id", "name", "sent_bytes", "state", "reason_code", "reason", "batch_id"),
        *("source__id", "source__status", "source__expires_at"),
        *("edit__id", "edit__status", "edit__step", "edit__steps", "edit__error_code"),
        *("edit__error_message", "edit__purged_at", "edit__expires_at"),
    )
    return [cell_of(file) for file in shown]


def tally_of(grid: list[Cell]) -> Tally:
    """Count the cells, so that the page's numbers agree with what it shows."""
    names = {"bad": "refused", "done": "succeeded", "expired": "succeeded", "gone": "ready", "same": "failed"}
    counts: dict[str, int] = {}
    for cell in grid:
        name = names.get(cell.face, cell.face)
        if cell.face != "gone":
            counts[name] = counts.get(name, 0) + 1
    return Tally(**counts)


def as_json(batch: Batch) -> dict[str, Any]:
    """Return all that a page needs to keep itself up to date."""
    grid = cells(batch)
    counts = tally_of(grid)
    return {
        "note": told(batch.note),
        "is_over": counts.is_over,
        "asked": counts.asked,
        "ended": counts.ended,
        "head": headline(counts),
        "counts": asdict(counts),
        "files": [cell.as_json() for cell in grid],
    }


def headline(counts: Tally) -> str:
    """Return how far a batch is, in one line."""
    if not counts.asked:
        return _("%(count)s ready") % {"count": f"{counts.ready:,}"} if counts.ready else ""
    said = [_("%(done)s of %(all)s done") % {"done": f"{counts.succeeded:,}", "all": f"{counts.asked:,}"}]
    for count, words in (
        (counts.failed, _("%s failed")),
        (counts.declined, _("%s refused")),
        (counts.canceled, _("%s canceled")),
    ):
        if count:
            said.append(words % f"{count:,}")
    return ", ".join(said)


def cell_of(file: BatchFile) -> Cell:
    """Return how one file looks; its edit and source are at hand."""
    face, words = _face(file)
    picture = href = ""
    reason = told(file.reason)
    if file.edit is not None:
        href = file.edit.get_absolute_url()
        reason = told(file.edit.error_message) if face in {"failed", "declined", "same"} else ""
    if face == "done" and file.edit is not None:
        picture = reverse("edit-thumbnail", args=[file.edit.pk])
    elif file.source is not None and file.source.is_open:
        picture = reverse("source-thumbnail", args=[file.source.pk])
    return Cell(
        id=file.pk,
        name=file.name,
        bytes=file.sent_bytes,
        face=face,
        words=words,
        picture=picture,
        href=href,
        reason=reason,
    )


def _face(file: BatchFile) -> tuple[str, str]:
    if file.state == State.REFUSED:
        return "bad", _("Cannot be used")
    if file.state == State.READY:
        is_open = file.source is not None and file.source.is_open
        return ("ready", _("Ready")) if is_open else ("gone", _("Expired"))
    if file.state == State.DUE or file.edit is None:
        return "due", _("Waiting")
    edit = file.edit
    if edit.status == Status.RUNNING:
        steps = _("Editing, %(step)s of %(steps)s") % {"step": edit.step, "steps": edit.steps}
        return "running", steps if edit.steps else _("Editing")
    if edit.status == Status.SUCCEEDED:
        return ("done", _("Done")) if edit.has_result else ("expired", _("Deleted as promised"))
    if edit.error_code == "no_change":
        return "same", _("Nothing changed")
    return {
        Status.QUEUED: ("queued", _("Waiting")),
        Status.FAILED: ("failed", _("Failed")),
        Status.REFUSED: ("declined", _("Refused")),
        Status.CANCELED: ("canceled", _("Canceled")),
    }[Status(edit.status)]
