from __future__ import annotations

from django.db import migrations, models

from devices.db.schema import AddIndexOnline
from tests.faults.database.next_version import NEWEST


class Migration(migrations.Migration):
    """What a version may add beside the former one: columns that it need not know, an index of a large table, a table."""

    atomic = False
    dependencies = [("devices", NEWEST)]

    operations = [
        migrations.AddField("device", "next_note", models.TextField(null=True)),
        migrations.AddField("sighting", "next_flag", models.BooleanField(db_default=False)),
        AddIndexOnline("sighting", models.Index(fields=["account", "created_at"], name="next_by_created")),
        migrations.CreateModel("NextThing", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]),
    ]
