"""Since when a stale device is silent, kept where it can be ordered: the pulses have no index, on purpose."""

from __future__ import annotations

from django.db import migrations, models

FILL = """UPDATE devices_sighting s SET quiet_since = p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id AND s.stale"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0007_triage")]

    operations = [
        migrations.RemoveIndex(model_name="sighting", name="sighting_stale"),
        migrations.AddField(
            model_name="sighting",
            name="quiet_since",
            field=models.DateTimeField(
                help_text="when a stale device was last seen: the pulse's time, kept where it has an order", null=True
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # A table whose rows were just changed takes no index in the same transaction while a check of its foreign keys waits.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(fields=["quiet_since", "id"], condition=models.Q(stale=True, life="seen"), name="sighting_quiet"),
        ),
    ]
