"""Accounts that were stopped for another reason than refused credentials are retried from now on."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def retry(apps: Any, _editor: Any) -> None:
    stopped = apps.get_model("devices", "Account").objects.filter(health="person").exclude(health_code="auth")
    stopped.update(health="failing", failures=1, try_after=None)


class Migration(migrations.Migration):
    dependencies = [("devices", "0014_deletion_requested_at")]
    operations = [migrations.RunPython(retry, migrations.RunPython.noop)]
