"""The state machine of an edit. Status changes here and nowhere else.

    queued ──claim──▸ running ──▸ succeeded | failed | refused | canceled
       │ ▴               │
       │ └──lease lost───┘          at most ATTEMPTS_MAX times, then failed: worker_lost
       └──▸ canceled | failed | refused

Every move is one conditional UPDATE that names the status it leaves and, while
running, the attempt it belongs to: of two who try, one wins, and a worker whose lease
was taken back can finish nothing. Terminal states are final. An edit ends together with
its hold, in one transaction: captured if it succeeded, released in every other case.
Leases live on the database's clock, so that machines need not agree on the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.fields import DateTimeField, DurationField
from django.db.models.functions import Now
from django.utils import timezone

from accounts import blocks
from accounts.models import Owner
from billing import ledger
from editor.models import Edit, Preview, Worker
from freeai.common.errors import Conflict
from freeai.common.sentences import sentence as _

Status = Edit.Status

_WAIT_AGAIN: dict[str, Any] = {
    "status": Status.QUEUED,
    "lease_until": None,
    "worker": None,
    "phase": "",
    "step": 0,
    "steps": 0,
}


class LeaseLost(Exception):
    """This worker no longer holds the edit; whatever it made must not be kept."""


class NotCancelable(Conflict):
    code = "not_cancelable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished edit tells about its picture."""

    changed: float
    outside_max_diff: int | None
    output_format: str
    result_bytes: int
    engine_ms: int
    reasoning: Mapping[str, str]


def claim(edit_id: str, worker: Worker) -> Edit | None:
    """Take one queued edit for this worker; None if somebody else was first."""
    with transaction.atomic():
        free = Edit.objects.select_for_update(skip_locked=True).filter(pk=edit_id, status=Status.QUEUED)
        if not free.exists():
            return None
        won = Edit.objects.filter(pk=edit_id, status=Status.QUEUED).update(
            status=Status.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            lease_until=_lease_end(),
            started_at=Now(),
            phase="",
            step=0,
            steps=0,
        )
    return Edit.objects.select_related("source", "owner").get(pk=edit_id) if won else None


def renew(edit: Edit) -> bool:
    """Push the lease's end away; False if the lease is no longer ours."""
    return bool(_held(edit).update(lease_until=_lease_end()))


def succeed(edit: Edit, outcome: Outcome) -> None:
    """running → succeeded. Raises LeaseLost."""
    _finish(
        edit,
        Status.SUCCEEDED,
        changed=outcome.changed,
        outside_max_diff=outcome.outside_max_diff,
        output_format_name=outcome.output_format,
        result_bytes=outcome.result_bytes,
        engine_ms=outcome.engine_ms,
        reasoning=dict(outcome.reasoning),
    )


def fail(edit: Edit, *, code: str, message: str, engine_ms: int = 0) -> None:
    """running → failed. Raises LeaseLost."""
    _finish(edit, Status.FAILED, error_code=code, error_message=message, engine_ms=engine_ms)


def refuse(edit: Edit, *, code: str, message: str, engine_ms: int = 0) -> None:
    """running → refused. Raises LeaseLost."""
    _finish(edit, Status.REFUSED, error_code=code, error_message=message, engine_ms=engine_ms)


def stop(edit: Edit, *, engine_ms: int = 0) -> None:
    """running → canceled, at the owner's wish. Raises LeaseLost."""
    _finish(edit, Status.CANCELED, engine_ms=engine_ms)


def cancel(edit: Edit) -> None:
    """Cancel at the owner's wish: at once if queued, at the engine's next step if running.

    Raises NotCancelable when the edit has already ended.
    """
    waiting = Edit.objects.filter(pk=edit.pk, status=Status.QUEUED)
    with transaction.atomic():
        if waiting.update(status=Status.CANCELED, cancel_requested=True, finished_at=Now()):
            _settle(edit, Status.CANCELED)
            return
    if not Edit.objects.filter(pk=edit.pk, status=Status.RUNNING).update(cancel_requested=True):
        raise NotCancelable(_("This edit has already ended."))


def stop_all(owner_id: str, *, code: str, message: str) -> int:
    """End everything of an owner who may not go on: waiting edits at once, running ones at their next step.

    Returns how many waiting ones ended, each with its hold released in full. Safe to repeat.
    """
    Edit.objects.filter(owner_id=owner_id, status=Status.RUNNING).update(cancel_requested=True)
    ended = 0
    for edit in Edit.objects.filter(owner_id=owner_id, status=Status.QUEUED):
        end = {"status": Status.REFUSED, "error_code": code, "error_message": message, "finished_at": Now()}
        with transaction.atomic():
            if Edit.objects.filter(pk=edit.pk, status=Status.QUEUED).update(**end):
                _settle(edit, Status.REFUSED)
                ended += 1
    return ended


def end_now(edit: Edit, *, by_owner: bool) -> None:
    """queued or running → canceled, without waiting for the engine; nothing happens to an ended one.

    For owners who leave or delete everything, and for pictures that are taken down: by_owner says which,
    since a share of a day that is over expires only at the owner's own wish. A worker in the middle of
    it finds its lease lost.
    """
    with transaction.atomic():
        active = Edit.objects.filter(pk=edit.pk, status__in=Edit.ACTIVE)
        if active.update(status=Status.CANCELED, cancel_requested=True, lease_until=None, finished_at=Now()):
            _settle(edit, Status.CANCELED, by_owner=by_owner)
            Preview.objects.filter(edit=edit).delete()


def is_cancel_requested(edit: Edit) -> bool:
    """Whether the owner wants this running edit to stop. Raises LeaseLost."""
    asked = _held(edit).values_list("cancel_requested", flat=True).first()
    if asked is None:
        raise LeaseLost(edit.pk)
    return bool(asked)


def report(edit: Edit, *, phase: str, step: int, steps: int, preview: bytes | None) -> None:
    """Write how far a running edit is, and its picture of the moment. Raises LeaseLost."""
    moves: dict[str, Any] = {"phase": phase, "step": step, "steps": steps}
    with transaction.atomic():
        if preview is not None:
            moves["preview_version"] = F("preview_version") + 1
        if not _held(edit).update(**moves):
            raise LeaseLost(edit.pk)
        if preview is not None:
            Preview.objects.update_or_create(edit=edit, defaults={"jpeg": preview})


def hand_back(edit: Edit) -> bool:
    """running → queued, because another try may help; False if this was the last one."""
    if edit.attempt >= settings.ATTEMPTS_MAX:
        return False
    return bool(_held(edit).filter(cancel_requested=False).update(**_WAIT_AGAIN))


def take_back_lost() -> list[str]:
    """Take running edits whose lease ran out: queue them again, or fail them for good.

    Returns the engines that now have work. Safe to run anywhere, any number of times.
    """
    lost = list(Edit.objects.filter(status=Status.RUNNING, lease_until__lt=Now()))
    return [edit.engine for edit in lost if _take_back(edit)]


def forget(edit: Edit) -> None:
    """Take an ended edit out of its owner's sight, with the words they wrote."""
    Edit.objects.filter(pk=edit.pk).exclude(status__in=Edit.ACTIVE).update(
        deleted_at=timezone.now(), prompt="", negative_prompt="", plan="", reasoning={}
    )


def forget_all(owner: Owner) -> None:
    """Take all ended edits of an owner out of sight, with the words they wrote."""
    ended = Edit.objects.filter(owner=owner).exclude(status__in=Edit.ACTIVE)
    ended.filter(deleted_at=None).update(deleted_at=timezone.now())
    ended.update(prompt="", negative_prompt="", plan="", reasoning={}, error_message="")


def _take_back(edit: Edit) -> bool:
    """running → queued | canceled | failed, if the lease is still over; True if queued again."""
    if edit.attempt < settings.ATTEMPTS_MAX and not edit.cancel_requested:
        expired = _held(edit).filter(lease_until__lt=Now(), cancel_requested=False)
        return bool(expired.update(**_WAIT_AGAIN))
    end: dict[str, Any] = {"status": Status.CANCELED, "lease_until": None, "finished_at": Now()}
    if not edit.cancel_requested:
        message = _("The worker stopped in the middle of this edit, more than once. Nothing was charged.")
        end |= {"status": Status.FAILED, "error_code": "worker_lost", "error_message": message}
    with transaction.atomic():
        if _held(edit).filter(lease_until__lt=Now()).update(**end):
            _settle(edit, end["status"])
            Preview.objects.filter(edit=edit).delete()
    return False


def _finish(edit: Edit, status: Edit.Status, **facts: Any) -> None:
    with transaction.atomic():
        if not _held(edit).update(status=status, lease_until=None, finished_at=Now(), **facts):
            raise LeaseLost(edit.pk)
        _settle(edit, status)
        Preview.objects.filter(edit=edit).delete()


def _settle(edit: Edit, status: Edit.Status, *, by_owner: bool = True) -> None:
    """End the edit's hold with the edit. Whoever got here has won the row, so the hold must be open.

    A cancel counts as the owner's own unless the house took the picture down or blocked the owner.
    """
    if edit.hold_id is None:
        return
    if status == Status.SUCCEEDED:
        has_ended = ledger.capture_hold(edit.hold_id)
    else:
        is_own = status == Status.CANCELED and by_owner and not blocks.is_blocked(edit.owner_id)
        has_ended = ledger.release_hold(edit.hold_id, by_owner=is_own)
    if not has_ended:
        raise ledger.PurseAstray(edit.hold_id)


def _held(edit: Edit) -> QuerySet[Edit]:
    """The row, if this attempt still holds it."""
    return Edit.objects.filter(pk=edit.pk, status=Status.RUNNING, attempt=edit.attempt)


def _lease_end() -> Combinable:
    lease = Value(timedelta(seconds=settings.LEASE_SECONDS), output_field=DurationField())
    return ExpressionWrapper(Now() + lease, output_field=DateTimeField())
