"""Every row of the books pays for every index at every edit: keep those that answer something.

PostgreSQL gets a second index ("…_like") per id and key from Django, for LIKE, which nobody asks of an id.
SQLite builds altered tables anew, and new tables have no triggers: the books' are put up again at the end.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from freeai.common import append_only

BOOKS = ("billing_transfer", "billing_entry")
_LIKE_INDEXES = """
SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()
AND tablename IN ('billing_transfer', 'billing_hold', 'billing_purse') AND indexname LIKE '%\\_like'"""


def open_books(apps: Any, schema_editor: Any) -> None:
    append_only.take_down(schema_editor, BOOKS)


def close_books(apps: Any, schema_editor: Any) -> None:
    append_only.put_up(schema_editor, BOOKS)


def drop_like_indexes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_LIKE_INDEXES)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_closed_accounts"),
        ("billing", "0002_books_are_immutable"),
    ]

    operations = [
        migrations.RunPython(open_books, close_books),
        migrations.RemoveIndex(
            model_name="entry",
            name="entry_by_day",
        ),
        migrations.AlterField(
            model_name="entry",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="accounts.owner",
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="transfer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="billing.transfer",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="accounts.owner",
            ),
        ),
        migrations.AlterField(
            model_name="hold",
            name="reference",
            field=models.CharField(max_length=40),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="owner",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="transfers",
                to="accounts.owner",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["transfer"], name="entry_of_transfer"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("account", "revenue")), fields=["owner", "created_at"], name="entry_spent"
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(fields=["reference"], name="hold_reference"),
        ),
        migrations.RunPython(drop_like_indexes, migrations.RunPython.noop),
        migrations.RunPython(close_books, open_books),
    ]
