"""What waits for a moderator: appeals, reports of shared pictures, and what the gates flagged.

A case is open until somebody has decided about its edit after it came in. Appeals first, then reports,
then flags; the oldest first among each, because a person waits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from editor.models import Appeal, Decision, Edit, Flag, Report

CLOSING = (
    Decision.Kind.UPHOLD,
    Decision.Kind.OVERTURN,
    Decision.Kind.DISMISS,
    Decision.Kind.TAKE_DOWN,
)
SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to decide on."""

    what: str
    why: str
    words: str
    edit: Edit
    since: datetime


def open_cases() -> list[Case]:
    """Return what waits, at most `SHOWN_MAX` of a kind."""
    appeals = [
        Case("Appeal", appeal.edit.error_code, appeal.reason, appeal.edit, appeal.created_at)
        for appeal in _open(Appeal.objects.select_related("edit__owner"), "edit")
    ]
    reports = [
        Case("Report", report.get_reason_display(), report.text, report.share.edit, report.created_at)
        for report in _open(Report.objects.select_related("share__edit__owner"), "share__edit")
    ]
    flags = [
        Case("Flag", flag.get_kind_display(), f"{flag.score:.2f}", flag.edit, flag.created_at)
        for flag in _open(Flag.objects.select_related("edit__owner"), "edit")
    ]
    return [*appeals, *reports, *flags]


def _open(rows: "QuerySet[Any]", edit: str) -> "QuerySet[Any]":
    return _undecided(rows, edit).order_by("created_at")[:SHOWN_MAX]


def _undecided(rows: "QuerySet[Any]", edit: str) -> "QuerySet[Any]":
    since = OuterRef("created_at")
    decided = Decision.objects.filter(edit=OuterRef(edit), kind__in=CLOSING, created_at__gte=since)
    return rows.filter(~Exists(decided))
