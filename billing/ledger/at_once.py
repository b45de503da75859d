"""What every edit does to a purse, in one statement each: the hold of free tokens, and the capture.

PostgreSQL alone lets a statement change rows in its WITH, so that the purse, the hold and the books
cost one round trip and hold the purse's lock no longer than that. `prepare_threshold` (settings) lets
a worker's connection keep the plans. What does not fit here (paid shares, a new day, goodwill, a
release) goes the long way, which is SQLite's only one; both write the same rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from billing.ledger.purse_changes import HOLD_ALL_DAILY, PurseAstray
from billing.models import Hold
from freeai.common import ids

_TRANSFER = """
INSERT INTO billing_transfer
    (id, key, kind, amount, source, target, owner_id, reference, note, event_at, created_at)"""
_ENTRIES = """
INSERT INTO billing_entry (transfer_id, account, owner_id, amount, balance_after, version, created_at)"""

PLACE = f"""
WITH purse AS ({HOLD_ALL_DAILY}), hold AS (
INSERT INTO billing_hold (id, owner_id, reference, amount, daily, daily_on, paid, goodwill, lots,
    network, status, expired, created_at)
SELECT %(hold)s, %(owner)s, %(reference)s, %(amount)s, %(amount)s, %(today)s, 0, 0, '[]'::jsonb,
    %(network)s, 'placed', 0, %(now)s FROM purse
), transfer AS ({_TRANSFER}
SELECT %(transfer)s, %(key)s, 'hold', %(amount)s, 'daily', 'held', %(owner)s, %(reference)s, '', %(now)s,
    %(now)s FROM purse
), entries AS ({_ENTRIES}
SELECT %(transfer)s, 'daily', %(owner)s, -%(amount)s::bigint, daily, version, %(now)s::timestamptz FROM purse
UNION ALL
SELECT %(transfer)s, 'held', %(owner)s, %(amount)s, held, version, %(now)s FROM purse
) SELECT 1 FROM purse"""

# "Not ended", and not "placed": those have an index of their own, which a plan that is kept might take
# for the short way to one of them, and walk through every hold that has ended since.
CAPTURE = f"""
WITH ended AS (
UPDATE billing_hold SET status = 'captured', ended_at = %(now)s WHERE id = %(hold)s AND ended_at IS NULL
RETURNING owner_id, reference, amount, daily, daily_on
), purse AS (
UPDATE billing_purse SET moved = 0, held = held - ended.amount, held_daily = held_daily
        - CASE WHEN billing_purse.daily_on = ended.daily_on THEN ended.daily ELSE 0 END,
    version = version + 1
FROM ended WHERE billing_purse.owner_id = ended.owner_id
RETURNING billing_purse.owner_id, held, version, ended.amount, ended.reference
), transfer AS ({_TRANSFER}
SELECT %(transfer)s, %(key)s, 'capture', amount, 'held', 'revenue', owner_id, reference, '', %(now)s,
    %(now)s FROM purse
), entries AS ({_ENTRIES}
SELECT %(transfer)s, 'held', owner_id, -amount, held, version, %(now)s::timestamptz FROM purse
UNION ALL
SELECT %(transfer)s, 'revenue', owner_id, amount, NULL, NULL, %(now)s FROM purse
) SELECT (SELECT count(*) FROM purse) FROM ended"""


def is_possible() -> bool:
    """Tell whether the database can."""
    return connection.vendor == "postgresql"


def place(hold: Hold) -> bool:
    """Write a hold whose tokens all come from today's pool; False, with nothing written, if they cannot."""
    facts = {
        "hold": hold.pk,
        "owner": hold.owner_id,
        "reference": hold.reference,
        "amount": hold.amount,
        "today": hold.daily_on,
        "network": hold.network,
        "now": hold.created_at,
        "transfer": ids.new("tx"),
        "key": f"hold:{hold.pk}:daily",
    }
    return _fetch_one(PLACE, facts) is not None


def capture(hold_id: str) -> bool:
    """End a hold, its tokens spent; False if it had ended before."""
    facts = {
        "hold": hold_id,
        "now": timezone.now(),
        "transfer": ids.new("tx"),
        "key": f"capture:{hold_id}",
    }
    row = _fetch_one(CAPTURE, facts)
    if row is not None and row[0] != 1:
        raise PurseAstray(hold_id)
    return row is not None


def _fetch_one(sql: str, facts: Mapping[str, Any]) -> Sequence[Any] | None:
    """Run a statement with its values beside it, not written into it: only so can its plan be kept."""
    connection.ensure_connection()
    import psycopg  # noqa: PLC0415  (installed where PostgreSQL is; a laptop goes without)

    with CursorWrapper(psycopg.Cursor(connection.connection), connection) as cursor:
        cursor.execute(sql, facts)
        return cast("Sequence[Any] | None", cursor.fetchone())
