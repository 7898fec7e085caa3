"""Facts of records, the short name of an operating system, and the last start of a device.

Existing rows stay empty until their records are read again (devices/sync/upgrade.py) or, for the last start, until the next sync.
"""

from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0033_sign_in_addresses")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="os_short",
            field=models.CharField(blank=True, db_default="", help_text="Windows 11 Pro 23H2; empty: not read yet", max_length=60),
        ),
        migrations.AddField(
            model_name="sighting",
            name="os_short",
            field=models.CharField(
                blank=True, db_default="", help_text="release, edition and update, as operating_systems.py names them", max_length=60
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="facts",
            field=models.JSONField(help_text="values by FactName (vendors/facts.py); null: not read yet", null=True),
        ),
        migrations.AddField(
            model_name="sighting",
            name="fact_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), help_text="what filters compare (devices/facts/keys.py)", null=True, size=None
            ),
        ),
        migrations.AddField(model_name="sighting", name="license_ends", field=models.DateField(help_text="of its facts", null=True)),
        migrations.AddField(
            model_name="pulse",
            name="booted_at",
            field=models.DateTimeField(help_text="the last start of the device; null: not reported", null=True),
        ),
    ]
