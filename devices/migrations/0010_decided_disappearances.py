"""A person's decision about withheld disappearances stands on the run, and a worker carries it out."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0009_issue_titles")]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="decided_at",
            field=models.DateTimeField(null=True, help_text="when a person decided that what is withheld is to be marked as missing"),
        ),
        migrations.AddField(model_name="syncrun", name="decided_reason", field=models.TextField(blank=True)),
        migrations.AddField(
            model_name="syncrun",
            name="marked_at",
            field=models.DateTimeField(null=True, help_text="when a worker was last told to mark some of it, or did"),
        ),
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(
                fields=["decided_at"], condition=models.Q(("applied_at", None), ("decided_at__isnull", False)), name="run_decided"
            ),
        ),
    ]
