"""The conditional UPDATEs that change a purse: each names what must hold, and is one statement.

The same text runs on PostgreSQL and SQLite. RETURNING can only tell new values, so `moved`
keeps what the change moved: what was left over, the share a hold took of the pool, ….
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import connection

_RETURNING = "RETURNING daily, paid, held, debt, moved, version"

RENEW = f"""
UPDATE billing_purse SET moved = daily, daily = %(pool)s, pool = %(pool)s, held_daily = 0,
    daily_on = %(today)s, version = version + 1
WHERE owner_id = %(owner)s AND daily_on < %(today)s {_RETURNING}"""

# The share of the pool that a hold takes: all of it, or as much as there is.
_FROM_DAILY = "CASE WHEN daily < %(amount)s THEN daily ELSE %(amount)s END"


def _hold(purses: str) -> str:
    return f"""
UPDATE billing_purse SET moved = {_FROM_DAILY}, daily = daily - {_FROM_DAILY},
    held_daily = held_daily + {_FROM_DAILY}, paid = paid - (%(amount)s - {_FROM_DAILY}),
    held = held + %(amount)s, version = version + 1
WHERE owner_id = %(owner)s AND daily_on >= %(today)s AND {purses} >= %(amount)s AND NOT is_closed
{_RETURNING}"""


HOLD = _hold("daily + paid")
HOLD_ALL_DAILY = _hold("daily")

HOLD_GOODWILL = f"""
UPDATE billing_purse SET moved = 0, held = held + %(amount)s, version = version + 1
WHERE owner_id = %(owner)s AND daily_on >= %(today)s AND NOT is_closed {_RETURNING}"""

# While the share's own day runs, it was counted in held_daily.
_HELD_DAILY = "held_daily - CASE WHEN daily_on = %(day)s THEN %(daily)s ELSE 0 END"

CAPTURE = f"""
UPDATE billing_purse SET moved = 0, held = held - %(amount)s, held_daily = {_HELD_DAILY},
    version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""

# Today's pool never rises above twice its size, what is held of it counted in (that may come back
# too). A share of a day that is over goes there as well, unless its owner let it lapse by a cancel.
_ROOM = f"(2 * pool - daily - ({_HELD_DAILY}))"
_BACK = f"""CASE WHEN {_ROOM} <= 0 OR (%(by_owner)s AND daily_on <> %(day)s) THEN 0
    WHEN {_ROOM} < %(daily)s THEN {_ROOM} ELSE %(daily)s END"""

RELEASE = f"""
UPDATE billing_purse SET moved = {_BACK}, daily = daily + {_BACK}, held = held - %(amount)s,
    held_daily = {_HELD_DAILY}, paid = paid + %(paid)s, version = version + 1
WHERE owner_id = %(owner)s AND daily_on >= %(today)s {_RETURNING}"""

CREDIT = f"""
UPDATE billing_purse SET moved = %(amount)s, paid = paid + %(amount)s, version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""

DEBIT = f"""
UPDATE billing_purse SET moved = %(amount)s, paid = paid - %(amount)s, version = version + 1
WHERE owner_id = %(owner)s AND paid >= %(amount)s {_RETURNING}"""

_FROM_PAID = "CASE WHEN paid < %(amount)s THEN paid ELSE %(amount)s END"

CLAW = f"""
UPDATE billing_purse SET moved = {_FROM_PAID}, paid = paid - {_FROM_PAID},
    debt = debt + (%(amount)s - {_FROM_PAID}), version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""

_TO_DEBT = "CASE WHEN paid < debt THEN paid ELSE debt END"

REPAY = f"""
UPDATE billing_purse SET moved = {_TO_DEBT}, paid = paid - {_TO_DEBT}, debt = debt - {_TO_DEBT},
    version = version + 1
WHERE owner_id = %(owner)s AND debt > 0 AND paid > 0 {_RETURNING}"""

HOLDS_OUT = f"""
UPDATE billing_purse SET moved = %(amount)s, held = held - %(amount)s, held_daily = 0,
    version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""

HOLDS_IN = f"""
UPDATE billing_purse SET moved = %(amount)s, held = held + %(amount)s,
    held_daily = held_daily + CASE WHEN daily_on = %(today)s THEN %(daily)s ELSE 0 END,
    version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""

CLOSE = f"""
UPDATE billing_purse SET is_closed = true, version = version + 1
WHERE owner_id = %(owner)s {_RETURNING}"""


class PurseAstray(Exception):
    """A purse is not what its holds and lots say. Nothing of the transaction may stay."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A purse just after a change, and how much that change moved."""

    owner_id: str
    daily: int
    paid: int
    held: int
    debt: int
    moved: int
    version: int


def change(sql: str, facts: Mapping[str, Any]) -> Snapshot | None:
    """Run one of the UPDATEs above; None if what it names did not hold."""
    row = fetch_one(sql, facts)
    return None if row is None else Snapshot(facts["owner"], *row)


def surely(sql: str, facts: Mapping[str, Any]) -> Snapshot:
    """Run an UPDATE that cannot miss; raises PurseAstray if it does."""
    purse = change(sql, facts)
    if purse is None:
        raise PurseAstray(facts["owner"])
    return purse


def fetch_one(sql: str, facts: Mapping[str, Any]) -> Sequence[Any] | None:
    """Run a statement and return its first row, if any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {name: _adapted(value) for name, value in facts.items()})
        return cast("Sequence[Any] | None", cursor.fetchone())


def _adapted(value: object) -> Any:
    """Return a time the way this database stores it; raw SQL is not told by a field."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
