from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0031_audit_chain")]

    operations = [
        migrations.AddIndex("device", models.Index(fields=["id"], condition=models.Q(life__in=["seen", "missing"]), name="device_current")),
    ]
