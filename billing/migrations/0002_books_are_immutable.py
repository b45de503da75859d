"""Triggers that keep the books: no row of transfer or entry is ever changed or removed."""

from typing import Any

from django.db import migrations

TABLES = ("billing_transfer", "billing_entry")

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the books are append-only'); END"""

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION billing_books_are_append_only() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'the books are append-only'; END $$ LANGUAGE plpgsql"""

_POSTGRES = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION billing_books_are_append_only()"""


def put_up(schema_editor: Any) -> None:
    """Create the triggers."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    if is_postgres:
        schema_editor.execute(_POSTGRES_FUNCTION)
    for table in TABLES:
        for verb in ("UPDATE", "DELETE", "TRUNCATE") if is_postgres else ("UPDATE", "DELETE"):
            schema_editor.execute((_POSTGRES if is_postgres else _SQLITE).format(table=table, verb=verb))


def take_down(schema_editor: Any) -> None:
    """Drop the triggers, to go back, or to empty a test's database."""
    is_postgres = schema_editor.connection.vendor == "postgresql"
    for table in TABLES:
        for verb in ("UPDATE", "DELETE", "TRUNCATE") if is_postgres else ("UPDATE", "DELETE"):
            on = f" ON {table}" if is_postgres else ""
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")


def forwards(apps: Any, schema_editor: Any) -> None:
    put_up(schema_editor)


def backwards(apps: Any, schema_editor: Any) -> None:
    take_down(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_first")]

    operations = [migrations.RunPython(forwards, backwards)]
