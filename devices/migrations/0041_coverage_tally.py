from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0040_status_conflicts")]

    operations = [
        migrations.CreateModel(
            name="CoverageTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("counts", models.JSONField(help_text="dimension, value, id of an account, devices by code of state")),
            ],
        ),
        migrations.CreateModel(
            name="GapCount",
            fields=[
                (
                    "device",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="devices.device",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(help_text="MOST_GAPS without the number: the most gaps first")),
                ("name", models.CharField(blank=True, max_length=255)),
            ],
            options={"indexes": [models.Index(fields=["rank", "name", "device"], name="gap_count_order")]},
        ),
    ]
