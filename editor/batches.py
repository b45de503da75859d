"""Batches: a draft is filled, started, followed, and its edits go through the one door.

A file moves by conditional updates, and into an edit in the very transaction that writes the
edit and its hold: started twice, or by a process that dies in the middle, no file gets two
edits and none is forgotten. What is asked for and not written yet, the sweep goes on with.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from accounts.models import Owner
from billing import pricing, purses
from editor import batch_files, catalogue, edits, retention, submission, workers
from editor.models import Batch, BatchFile, Edit, Source
from freeai.common.errors import (
    Busy,
    Conflict,
    FreeAIError,
    InvalidInput,
    NotFound,
    OutOfTokens,
    RateLimited,
    UserError,
)
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

State = BatchFile.State
AGAIN = (Edit.Status.FAILED, Edit.Status.CANCELED)
"""How an edit must have ended for another try to make sense."""
AT_ONCE_SECONDS = 1.0
SWEEP_SECONDS = 0.5
"""How long one call goes on submitting; the next sweep does the rest."""


class NotEnoughTokens(OutOfTokens):
    """Nothing was started; `affordable` files could be."""

    def __init__(self, message: str, *, affordable: int = 0) -> None:
        super().__init__(message)
        self.affordable = affordable


class _Taken(Exception):
    """This file was submitted by somebody else first."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a batch's files stand where; those whose edit was deleted are not counted."""

    ready: int = 0
    due: int = 0
    refused: int = 0
    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    declined: int = 0
    canceled: int = 0

    @property
    def asked(self) -> int:
        return self.due + self.submitted

    @property
    def submitted(self) -> int:
        return self.active + self.ended

    @property
    def active(self) -> int:
        return self.queued + self.running

    @property
    def remaining(self) -> int:
        """How many can still be canceled."""
        return self.active + self.due

    @property
    def ended(self) -> int:
        return self.succeeded + self.again + self.declined

    @property
    def again(self) -> int:
        """How many may be tried again."""
        return self.failed + self.canceled

    @property
    def is_over(self) -> bool:
        return not (self.active or self.due)


@dataclass(frozen=True, slots=True)
class Offer:
    """What starting the ready files would cost, and how far the tokens go."""

    files: int
    each: int
    available: int

    @property
    def total(self) -> int:
        return self.files * self.each

    @property
    def affordable(self) -> int:
        return min(self.files, self.available // self.each)

    @property
    def affordable_total(self) -> int:
        return self.affordable * self.each

    @property
    def missing(self) -> int:
        return max(0, self.total - self.available)


def open_draft(owner: Owner, *, name: str = "", announced: int = 0) -> Batch:
    """Make an empty draft."""
    return Batch.objects.create(
        owner=owner, name=batch_files.clean_path(name)[-120:] if name else "", announced_files=announced
    )


def find(batch_id: str, owner: Owner | None) -> Batch:
    """Return this owner's batch; raises NotFound for anybody else's."""
    mine = Batch.objects.visible_to(owner).select_related("owner") if owner else Batch.objects.none()
    batch = mine.filter(pk=batch_id).first()
    if batch is None:
        raise NotFound(_("There is no such batch, or it was deleted."))
    return batch


def tally(batch_ids: list[str]) -> dict[str, Tally]:
    """Count where the files of these batches stand, in one query."""
    counts: dict[str, dict[str, int]] = {batch_id: {} for batch_id in batch_ids}
    shown = BatchFile.objects.filter(batch__in=batch_ids).exclude(edit__deleted_at__isnull=False)
    rows = shown.values_list("batch_id", "state", "edit__status")
    for batch_id, state, status, count in rows.annotate(count=Count("id")):
        name = {"refused": "declined"}.get(status, status) if state == State.SUBMITTED else state
        counts[batch_id][name] = counts[batch_id].get(name, 0) + count
    return {batch_id: Tally(**known) for batch_id, known in counts.items()}


def tally_of(batch: Batch) -> Tally:
    return tally([batch.pk])[batch.pk]


def offer(batch: Batch, *, model: str, quality: str, files: int) -> Offer:
    """Return what editing so many of the files would cost."""
    chosen = catalogue.find(model) if model else catalogue.default()
    each = pricing.quote(chosen.unit_tokens(chosen.quality(quality)))
    return Offer(files=files, each=each, available=purses.balance(batch.owner).available)


def expires_at(batch: Batch) -> datetime | None:
    """Return when the first picture that is not edited yet is deleted; None if there is none."""
    ready = batch.files.filter(state=State.READY, source__isnull=False)
    moment: datetime | None = ready.aggregate(first=Min("source__expires_at"))["first"]
    return moment


def keep_wish(batch: Batch, *, prompt: str, model: str, quality: str) -> None:
    """Write down what the owner wants, so that a reload finds it; nothing is judged yet."""
    asked = {"prompt": prompt, "model": model[:40], "quality": quality[:6]}
    if (batch.prompt, batch.model) != (asked["prompt"], asked["model"]):
        _reconsider(batch)
    Batch.objects.filter(pk=batch.pk).update(**asked)
    batch.prompt, batch.model, batch.quality = asked["prompt"], asked["model"], asked["quality"]


def keep_prompts(batch: Batch, prompts: dict[str, str]) -> None:
    """Replace the list of prompts; an empty one gives every file the same wish again."""
    Batch.objects.filter(pk=batch.pk).update(prompts=prompts)
    batch.prompts = prompts
    _reconsider(batch)


def start(batch: Batch, *, only_affordable: bool = False) -> int:
    """Ask for an edit of every ready file, or of as many as the tokens allow; returns how many.

    Raises NotEnoughTokens, ModelUnavailable or InvalidInput, and then nothing was started. Starting
    again what is started does nothing.
    """
    model = catalogue.find(batch.model) if batch.model else catalogue.default()
    if model.engine not in workers.served_engines():
        raise workers.ModelUnavailable(
            _("%(model)s is not running here now. Your files stay.", model=model.name)
        )
    ready = list(batch.files.filter(state=State.READY).order_by("name").values_list("id", "name"))
    _require_prompts(batch, [name for _id, name in ready])
    deal = offer(batch, model=batch.model, quality=batch.quality, files=len(ready))
    if deal.missing and not only_affordable:
        raise NotEnoughTokens(
            _(
                "%(edits)s edits cost %(price)s tokens and you have %(available)s: %(missing)s are missing.",
                edits=deal.files,
                price=deal.total,
                available=deal.available,
                missing=deal.missing,
            ),
            affordable=deal.affordable,
        )
    chosen = [file_id for file_id, _name in ready[: deal.affordable]]
    Batch.objects.filter(pk=batch.pk).update(note="")
    Batch.objects.filter(pk=batch.pk, started_at=None).update(started_at=timezone.now())
    asked = BatchFile.objects.filter(pk__in=chosen, state=State.READY).update(state=State.DUE)
    log.info("batch.started", extra={"batch_id": batch.pk, "files": asked})
    go_on(batch, seconds=AT_ONCE_SECONDS)
    return asked


def retry(batch: Batch) -> int:
    """Ask once more for what failed or was canceled, and for nothing else; returns how many."""
    again = batch.files.filter(state=State.SUBMITTED, edit__status__in=AGAIN, edit__deleted_at=None)
    deal = offer(batch, model=batch.model, quality=batch.quality, files=again.count())
    if deal.missing:
        raise NotEnoughTokens(
            _(
                "%(edits)s edits cost %(price)s tokens and you have %(available)s.",
                edits=deal.files,
                price=deal.total,
                available=deal.available,
            ),
            affordable=deal.affordable,
        )
    count = again.update(state=State.DUE)
    Batch.objects.filter(pk=batch.pk).update(note="")
    go_on(batch, seconds=AT_ONCE_SECONDS)
    return count


def cancel_rest(batch: Batch) -> int:
    """Stop what has not ended: what is asked for becomes ready again, edits are canceled."""
    count = batch.files.filter(state=State.DUE, edit=None).update(state=State.READY)
    count += batch.files.filter(state=State.DUE).update(state=State.SUBMITTED)
    for edit in batch.edits.filter(status__in=Edit.ACTIVE):
        try:
            edits.cancel(edit)
        except edits.NotCancelable:
            continue  # it ended just now
        count += 1
    return count


def delete(batch: Batch) -> None:
    """Delete a batch with its pictures and words. Raises Conflict while edits are being stopped."""
    cancel_rest(batch)
    running = batch.edits.filter(status__in=Edit.ACTIVE).count()
    if running:
        raise Conflict(
            _("%(running)s of its edits are just being stopped. Delete it in a moment.", running=running)
        )
    for edit in batch.edits.filter(deleted_at=None).select_related("source"):
        retention.delete(edit, batch.owner)
    for file in batch.files.filter(edit=None, source__isnull=False).select_related("source"):
        assert file.source is not None  # the query asks for it
        retention.expire_source(file.source)
    batch.files.all().delete()
    words: dict[str, Any] = {"prompt": "", "prompts": {}, "name": "", "note": ""}
    Batch.objects.filter(pk=batch.pk).update(deleted_at=timezone.now(), **words)


def sweep() -> int:
    """Go on with every batch that has files asked for; returns how many edits were written."""
    waiting = Batch.objects.filter(files__state=State.DUE, deleted_at=None).distinct()
    return sum(go_on(batch, seconds=SWEEP_SECONDS) for batch in waiting.select_related("owner"))


def go_on(batch: Batch, *, seconds: float) -> int:
    """Submit files that are asked for, for at most so long; returns how many edits were written."""
    deadline = time.monotonic() + seconds
    batch.refresh_from_db()
    due = batch.files.filter(state=State.DUE).select_related("source").order_by("name")
    own, _unmatched = batch_files.match_prompts(batch.prompts, batch.files.values_list("name", flat=True))
    written = 0
    for file in due:
        try:
            written += _submit(batch, file, own.get(file.name) or batch.prompt)
        except (Busy, RateLimited) as pause:
            _note(batch, pause.message)
            break
        except OutOfTokens as refusal:
            _put_back(batch, refusal)
            break
        if time.monotonic() > deadline:
            break
    else:
        _note(batch, "")
    return written


def _submit(batch: Batch, file: BatchFile, prompt: str) -> int:
    """Write one file's edit through the one door; 1 if this call wrote it."""
    if file.source is None:
        return 0
    wish = submission.Wish(
        prompt=prompt,
        model=batch.model,
        quality=batch.quality or "auto",
        rank=Edit.Rank.BATCH,
        batch=batch,
    )

    def take(edit: Edit) -> None:
        mine = BatchFile.objects.filter(pk=file.pk, state=State.DUE)
        if not mine.update(state=State.SUBMITTED, edit=edit):
            raise _Taken

    try:
        submission.submit_edit(batch.owner, file.source, wish, also=take)
    except _Taken:
        return 0
    except (Busy, RateLimited, OutOfTokens):
        raise
    except UserError as refusal:
        _decline(file, refusal)
        return 0
    return 1


def _decline(file: BatchFile, refusal: FreeAIError) -> None:
    due = BatchFile.objects.filter(pk=file.pk, state=State.DUE)
    if file.edit_id is not None:  # another try that the door declined: the last one is still told
        due.update(state=State.SUBMITTED, reason_code=refusal.code, reason=refusal.message)
    else:
        due.update(state=State.REFUSED, reason_code=refusal.code, reason=refusal.message)


def _reconsider(batch: Batch) -> None:
    """Files whose wish was declined may be asked for again: the words are others now."""
    declined = batch.files.filter(state=State.REFUSED, edit=None, source__status=Source.Status.READY)
    declined.update(state=State.READY, reason_code="", reason="")


def _put_back(batch: Batch, refusal: FreeAIError) -> None:
    """The tokens went elsewhere meanwhile: what is left waits for its owner again."""
    batch.files.filter(state=State.DUE, edit=None).update(state=State.READY)
    batch.files.filter(state=State.DUE).update(state=State.SUBMITTED)
    _note(batch, refusal.message)


def _note(batch: Batch, words: str) -> None:
    if batch.note != words:
        Batch.objects.filter(pk=batch.pk).update(note=words)
        batch.note = words


def _require_prompts(batch: Batch, names: list[str]) -> None:
    """Refuse a start without words, or with words that the model declines for every file alike."""
    if not names:
        raise InvalidInput(_("There is no picture to edit. Add some first."))
    own, _unmatched = batch_files.match_prompts(batch.prompts, names)
    without = [name for name in names if name not in own]
    if not without:
        return
    if not batch.prompt.strip():
        words = _("Say in a few words what should change.")
        if own:
            words = _("%(files)s files have no prompt of their own: write one for them.", files=len(without))
        raise InvalidInput(words, param="prompt")
    submission.plan_of(batch.model or catalogue.default().slug, batch.prompt, has_mask=False)
