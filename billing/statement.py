"""What moved in an owner's purses, for the owner to read: newest first, page by page, or as CSV."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Owner
from billing.models import Entry
from billing.models.book import Account

PAGE = 30
CHART_DAYS = 30
BAR_WIDTH = 10
PURSES = {"": gettext_lazy("Both"), "daily": gettext_lazy("Free pool"), "paid": gettext_lazy("Paid tokens")}
_COLUMNS = ("time_utc", "what", "purse", "tokens", "balance_after", "for", "note", "id")


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart: what was spent, and how tall that is in percent of the tallest."""

    day: date
    tokens: int
    percent: float
    x: int


def entries(owner: Owner, *, purse: str = "") -> QuerySet[Entry]:
    """Return the movements of one purse, or of both, newest first; a hold's inner life is left out."""
    accounts = [purse] if purse in {"daily", "paid"} else ["daily", "paid"]
    mine = Entry.objects.filter(owner=owner, account__in=accounts)
    return mine.select_related("transfer").order_by("-id")


def page(owner: Owner | None, *, purse: str, before: int | None) -> tuple[list[Entry], int | None]:
    """Return a page of entries and where the next one starts, if there is one."""
    if owner is None:
        return [], None
    found = entries(owner, purse=purse)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def spent_by_day(owner: Owner) -> list[Bar]:
    """Return what edits cost on each of the last days, today last. Days are UTC days, as pools are."""
    today = timezone.now().date()
    first = today - timedelta(days=CHART_DAYS - 1)
    midnight = datetime.combine(first, time.min, tzinfo=UTC)
    spent = Entry.objects.filter(owner=owner, account=Account.REVENUE, created_at__gte=midnight)
    sums = spent.annotate(day=TruncDate("created_at")).values_list("day").annotate(Sum("amount"))
    by_day: dict[date | None, int] = dict(sums)
    most = max(by_day.values(), default=0) or 1
    days = [first + timedelta(days=number) for number in range(CHART_DAYS)]
    return [
        Bar(day, by_day.get(day, 0), round(100 * by_day.get(day, 0) / most, 1), BAR_WIDTH * number)
        for number, day in enumerate(days)
    ]


def as_csv(owner: Owner, *, purse: str = "") -> Iterator[str]:
    """Yield the whole statement as lines of CSV."""
    yield _line(_COLUMNS)
    for entry in entries(owner, purse=purse).iterator(chunk_size=500):
        move = entry.transfer
        yield _line(
            (
                entry.created_at.isoformat(timespec="seconds"),
                move.get_kind_display(),
                entry.account,
                entry.amount,
                entry.balance_after,
                move.reference,
                _harmless(move.note),
                move.pk,
            )
        )


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking words for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t"} else text


def _line(values: tuple[object, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()
