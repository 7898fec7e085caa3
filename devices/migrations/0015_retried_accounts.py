"""Accounts that were stopped for another reason than refused credentials are retried from now on; overdue is computed and not stored."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

HEALTH = [("new", "Never synced"), ("ok", "OK"), ("failing", "Failing"), ("person", "Credentials refused")]


def retry(apps: Any, _editor: Any) -> None:
    accounts = apps.get_model("devices", "Account").objects
    accounts.filter(health="person").exclude(health_code="auth").update(health="failing", failures=1, try_after=None)
    accounts.filter(health="late").update(health="ok", health_code="", health_sentence="", health_next_step="")


class Migration(migrations.Migration):
    dependencies = [("devices", "0014_deletion_requested_at")]
    operations = [
        migrations.RunPython(retry, migrations.RunPython.noop),
        migrations.AlterField("account", "health", models.CharField(choices=HEALTH, default="new", max_length=10)),
    ]
