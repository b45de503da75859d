"""Triggers for tables whose rows are never changed or removed, on SQLite and PostgreSQL alike.

Called by migrations; tests take the triggers down to empty their database.
"""

from collections.abc import Iterable
from typing import Any

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION rows_are_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"""

_POSTGRES = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION rows_are_append_only()"""


def put_up(schema_editor: Any, tables: Iterable[str]) -> None:
    """Create the triggers."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    if is_postgres:
        schema_editor.execute(_POSTGRES_FUNCTION)
    for table in tables:
        for verb in _verbs(is_postgres=is_postgres):
            schema_editor.execute((_POSTGRES if is_postgres else _SQLITE).format(table=table, verb=verb))


def take_down(schema_editor: Any, tables: Iterable[str]) -> None:
    """Drop the triggers."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for table in tables:
        for verb in _verbs(is_postgres=is_postgres):
            on = f" ON {table}" if is_postgres else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")


def _verbs(*, is_postgres: bool) -> tuple[str, ...]:
    return ("UPDATE", "DELETE", "TRUNCATE") if is_postgres else ("UPDATE", "DELETE")
