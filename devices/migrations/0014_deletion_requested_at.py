"""Deleting an account takes a worker a while: since when it is under way."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0013_typed_keys")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="deletion_requested_at",
            field=models.DateTimeField(help_text="since when workers delete it; nothing is synced any more", null=True),
        ),
    ]
