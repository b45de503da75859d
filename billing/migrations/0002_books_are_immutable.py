"""Triggers that keep the books: no row of transfer or entry is ever changed or removed."""

from typing import Any

from django.db import migrations

from freeai.common import append_only

TABLES = ("billing_transfer", "billing_entry")


def forwards(apps: Any, schema_editor: Any) -> None:
    append_only.put_up(schema_editor, TABLES)


def backwards(apps: Any, schema_editor: Any) -> None:
    append_only.take_down(schema_editor, TABLES)


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_first")]

    operations = [migrations.RunPython(forwards, backwards)]
