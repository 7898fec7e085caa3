"""The release of an operating system beside its name, and which of several records of one account is the current one.

Existing rows stay empty until their records are read again.
"""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0023_texts")]

    operations = [
        migrations.AddField(
            model_name="sighting",
            name="os_release",
            field=models.CharField(blank=True, db_default="", help_text="as operating_systems.py names it", max_length=60),
        ),
        migrations.AddField(
            model_name="sighting",
            name="superseded",
            field=models.BooleanField(
                help_text="whether another listed record of the same account has the newer contact; null: there is no other", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(condition=models.Q(("superseded__isnull", False)), fields=["account"], name="sighting_of_several"),
        ),
        migrations.AddField(
            model_name="device",
            name="os_release",
            field=models.CharField(blank=True, db_default="", help_text="Windows 11, macOS 26 …; empty: not known", max_length=60),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(condition=~models.Q(("os_release", "")), fields=["os_release", "name", "id"], name="device_by_release"),
        ),
    ]
