"""Who asked for an account to be deleted, and how far the workers are."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0018_search_text_of_rows")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="deletion_requested_by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="account",
            name="deletion_progress",
            field=models.JSONField(default=dict, help_text="rows deleted so far, by what they are called"),
        ),
    ]
