"""Why sightings are on one device, what people ruled, and the ids that devices had before."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0002_storage"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerDevice",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("anchor_id", models.BigIntegerField()),
                ("device", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="former", to="devices.device")),
            ],
        ),
        migrations.CreateModel(
            name="Join",
            fields=[
                (
                    "sighting",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="devices.sighting",
                    ),
                ),
                (
                    "kind",
                    models.CharField(blank=True, help_text="kind of the key that joined it; empty: it is joined to nothing", max_length=12),
                ),
                ("key", models.CharField(blank=True, max_length=255)),
                ("partner_id", models.BigIntegerField(help_text="the sighting that has the same key", null=True)),
                ("weak", models.BooleanField(default=False, help_text="rests on the hostname and the user only")),
                ("agrees", models.JSONField(default=list)),
                ("differs", models.JSONField(default=list)),
                ("near", models.JSONField(default=list)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("weak", True)), fields=["sighting"], name="join_weak")],
            },
        ),
        migrations.CreateModel(
            name="Ruling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("together", models.BooleanField()),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.TextField(blank=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("first", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="devices.sighting")),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("second", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="devices.sighting")),
            ],
            options={
                "permissions": [("link_device", "Can link and unlink devices")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("first", "second"), name="one_ruling_per_pair"),
                    models.CheckConstraint(condition=models.Q(("first__lt", models.F("second"))), name="ruling_pair_in_order"),
                ],
            },
        ),
    ]
