"""What a moderator may decide. Every decision is written down with who and why, in the same transaction.

uphold      the refusal stands
overturn    the refusal was wrong: the edit runs again, at the house's cost
take_down   picture and result go now, whatever their window
suspend     the owner starts nothing until it is lifted; what waits ends, free of charge
ban         the same, meant for good
"""

import logging

from django.db import transaction

from accounts import blocks
from accounts.models import Owner, User
from editor import edits, retention, submission
from editor.models import Decision, Edit
from freeai.common.errors import Conflict, InvalidInput

log = logging.getLogger(__name__)

Kind = Decision.Kind

_SUSPENDED = "The account was suspended while this edit waited. Nothing was charged."


def uphold(edit: Edit, *, by: User, reason: str) -> Decision:
    """Let a refusal stand."""
    with transaction.atomic():
        return _write(Kind.UPHOLD, by=by, owner=edit.owner, edit=edit, reason=reason)


def dismiss(edit: Edit, *, by: User, reason: str) -> Decision:
    """Find a report or a flag without ground: nothing happens to the picture."""
    with transaction.atomic():
        return _write(Kind.DISMISS, by=by, owner=edit.owner, edit=edit, reason=reason)


def overturn(edit: Edit, *, by: User, reason: str) -> Edit:
    """Run a refused edit again, free for its owner; returns the new edit.

    Raises Conflict if it was not refused or has been overturned before, SourceExpired if its picture is gone.
    """
    if edit.status != Edit.Status.REFUSED:
        raise Conflict("Only a refusal can be overturned.")
    with transaction.atomic():
        list(Edit.objects.select_for_update().filter(pk=edit.pk))
        if edit.decisions.filter(kind=Kind.OVERTURN).exists():
            raise Conflict("This refusal has been overturned before.")
        fresh = submission.rerun(edit)
        _write(Kind.OVERTURN, by=by, owner=edit.owner, edit=edit, reason=reason)
    return fresh


def take_down(edit: Edit, *, by: User, reason: str) -> None:
    """Delete an edit's pictures now. The row stays in its owner's history and says so."""
    with transaction.atomic():
        _write(Kind.TAKE_DOWN, by=by, owner=edit.owner, edit=edit, reason=reason)
        for active in Edit.objects.filter(source=edit.source_id, status__in=Edit.ACTIVE).order_by("pk"):
            edits.end_now(
                active, by_owner=False
            )  # a cancel alone may come too late, and its result would stay
    edit.refresh_from_db()
    retention.take_down(edit)


def suspend(owner: Owner, *, by: User, reason: str) -> None:
    """Let an owner start nothing until it is lifted."""
    _block(owner, Owner.Block.SUSPENDED, Kind.SUSPEND, by=by, reason=reason)


def ban(owner: Owner, *, by: User, reason: str) -> None:
    """Let an owner start nothing any more."""
    _block(owner, Owner.Block.BANNED, Kind.BAN, by=by, reason=reason)


def lift(owner: Owner, *, by: User, reason: str) -> None:
    """Take a block away."""
    with transaction.atomic():
        _write(Kind.LIFT, by=by, owner=owner, reason=reason)
        blocks.lift(owner)


def looked(edit: Edit, *, by: User) -> None:
    """Write down that somebody looked at an owner's picture."""
    with transaction.atomic():
        _write(Kind.LOOK, by=by, owner=edit.owner, edit=edit)


def sweep() -> int:
    """End what a blocked owner still has waiting: an edit may have come in beside the block."""
    blocked = Edit.objects.filter(status__in=Edit.ACTIVE, cancel_requested=False).exclude(owner__block="")
    owner_ids = set(blocked.values_list("owner_id", flat=True))
    return sum(_stop_all(owner_id) for owner_id in owner_ids)


def _block(owner: Owner, block: Owner.Block, kind: Decision.Kind, *, by: User, reason: str) -> None:
    with transaction.atomic():
        _write(kind, by=by, owner=owner, reason=reason)
        blocks.put(owner, block)
    _stop_all(owner.pk)


def _stop_all(owner_id: str) -> int:
    return edits.stop_all(owner_id, code=blocks.AccountSuspended.code, message=_SUSPENDED)


def _write(
    kind: Decision.Kind, *, by: User, owner: Owner, edit: Edit | None = None, reason: str = ""
) -> Decision:
    clean = reason.strip()
    if not clean and kind != Kind.LOOK:
        raise InvalidInput("Say why.", param="reason")
    decision = Decision.objects.create(kind=kind, by=by, owner=owner, edit=edit, reason=clean[:500])
    log.info(
        "moderation.decided",
        extra={"kind": kind, "owner_id": owner.pk, "edit_id": edit.pk if edit else None, "by": by.pk},
    )
    return decision
