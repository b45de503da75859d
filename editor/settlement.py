"""Whether every edit and its hold agree: ended together, in the same sense, or both still open.

They are written in one transaction, so a difference is a fault of ours, never of timing.
"""

import logging

from billing import reconcile
from editor.models import Edit

log = logging.getLogger(__name__)


def findings() -> list[str]:
    """Return every edit whose hold says something else, and every open hold without an open edit."""
    ended = Edit.objects.exclude(status__in=Edit.ACTIVE).filter(hold__isnull=False)
    unpaid = ended.filter(status=Edit.Status.SUCCEEDED).exclude(hold__status="captured")
    kept = ended.exclude(status=Edit.Status.SUCCEEDED).exclude(hold__status="released")
    active = Edit.objects.filter(status__in=Edit.ACTIVE, hold__isnull=False)
    found = [
        f"{edit_id} is {status}, its hold {hold}"
        for rows in (unpaid, kept, active.exclude(hold__status="placed"))
        for edit_id, status, hold in rows.values_list("pk", "status", "hold__status")
    ]
    return found + [f"a hold for {reference} outlived it" for reference in outlived()]


def outlived() -> list[str]:
    """Return what open holds are for that is not open any more."""
    references = set(reconcile.open_hold_references())
    return sorted(references - set(Edit.objects.filter(status__in=Edit.ACTIVE).values_list("pk", flat=True)))


def watch() -> int:
    """Raise the alarm for holds that outlived their edit; returns how many."""
    found = outlived()
    for reference in found:
        log.error("hold.outlived_its_edit", extra={"edit_id": reference})
    return len(found)


def reconcile_all() -> list[str]:
    """Return all findings of the books and of the line; each is logged as an error."""
    found = [*reconcile.findings(), *findings()]
    for finding in found:
        log.error("books.wrong", extra={"finding": finding})
    return found
