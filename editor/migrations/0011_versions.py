"""A source may be an edit's result taken up again, in a line of versions of one picture."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("editor", "0010_shares")]

    operations = [
        migrations.AddField(
            model_name="source",
            name="continues",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="continued",
                to="editor.edit",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="first",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="later",
                to="editor.source",
            ),
        ),
    ]
