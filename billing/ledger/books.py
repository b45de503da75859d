"""Writing the books: transfers with their two entries, beside the change of the purse.

On PostgreSQL all rows go in one statement, one round trip; SQLite takes them one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection, models
from django.utils import timezone

from billing.ledger.purse_changes import Snapshot
from billing.models import Entry, Transfer
from billing.models.book import PURSES, Account
from freeai.common import ids

Kind = Transfer.Kind


@dataclass(frozen=True, slots=True)
class Move:
    """One transfer to be written. `key` lets it happen once."""

    kind: Transfer.Kind
    amount: int
    source: Account
    target: Account
    key: str
    reference: str = ""
    note: str = ""


def write(purse: Snapshot, moves: Iterable[Move], *, also: Sequence[models.Model] = ()) -> None:
    """Write what a purse's change means, after `also`, the rows it was done for.

    Moves of nothing are left out. Raises IntegrityError if a key was used before.
    """
    real = [move for move in moves if move.amount]
    transfers = [_transfer(purse.owner_id, move) for move in real]
    entries = _entries([purse], [(transfer, purse, purse) for transfer in transfers])
    insert([*also, *transfers, *entries])


def write_between(giver: Snapshot, taker: Snapshot, move: Move) -> None:
    """Write a transfer from one owner's purse to another's; it stands in the taker's name."""
    transfer = _transfer(taker.owner_id, move)
    insert([transfer, *_entries([giver, taker], [(transfer, giver, taker)])])


def _transfer(owner_id: str, move: Move) -> Transfer:
    now = timezone.now()
    return Transfer(
        id=ids.new("tx"),
        key=move.key,
        kind=move.kind,
        amount=move.amount,
        source=move.source,
        target=move.target,
        owner_id=owner_id,
        reference=move.reference,
        note=move.note,
        event_at=now,
        created_at=now,
    )


def _entries(purses: Sequence[Snapshot], legs: list[tuple[Transfer, Snapshot, Snapshot]]) -> list[Entry]:
    """Return two entries per transfer, each with the balance it left behind.

    A snapshot knows the balances after all legs; going back over them gives those before.
    """
    balance: dict[tuple[str, str], int] = {}
    for known in purses:
        for name in PURSES:
            balance[known.owner_id, name] = getattr(known, name)
    sides = [
        (transfer, purse, account, amount)
        for transfer, giver, taker in legs
        for purse, account, amount in (
            (giver, transfer.source, -transfer.amount),
            (taker, transfer.target, transfer.amount),
        )
    ]
    for _, purse, account, amount in sides:
        if account in PURSES:
            balance[purse.owner_id, account] -= amount
    entries = []
    for transfer, purse, account, amount in sides:
        place = (purse.owner_id, account)
        if account in PURSES:
            balance[place] += amount
        entries.append(
            Entry(
                transfer_id=transfer.pk,
                account=account,
                owner_id=purse.owner_id,
                amount=amount,
                balance_after=balance.get(place),
                version=purse.version if account in PURSES else None,
                created_at=transfer.created_at,
            )
        )
    return entries


def insert(rows: Sequence[models.Model]) -> None:
    """Insert rows of one or more tables, tables in the order in which they first appear."""
    tables: dict[type[models.Model], list[models.Model]] = {}
    for row in rows:
        tables.setdefault(type(row), []).append(row)
    statements = [_insert_sql(table, len(some)) for table, some in tables.items()]
    values = [_values(table, some) for table, some in tables.items()]
    if not statements:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            *first, last = statements
            parts = [f"t{number} AS ({sql})" for number, sql in enumerate(first)]
            glued = f"WITH {', '.join(parts)} {last}" if parts else last
            cursor.execute(glued, [value for some in values for value in some])
            return
        for sql, some in zip(statements, values, strict=True):
            cursor.execute(sql, some)


@cache
def _insert_sql(table: type[models.Model], rows: int) -> str:
    names = ", ".join(f'"{field.column}"' for field in _fields(table))
    marks = ", ".join(["%s"] * len(_fields(table)))
    values = ", ".join([f"({marks})"] * rows)
    return f'INSERT INTO "{table._meta.db_table}" ({names}) VALUES {values}'  # noqa: S608, SLF001  (names of our own models)


@cache
def _fields(table: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    fields = table._meta.concrete_fields  # noqa: SLF001  (Django's documented model API)
    return tuple(field for field in fields if not isinstance(field, models.AutoField))


def _values(table: type[models.Model], rows: Sequence[models.Model]) -> list[Any]:
    return [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in _fields(table)
    ]
