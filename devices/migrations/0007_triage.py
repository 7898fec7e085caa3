"""What people decide about issues, the gaps in coverage with their age, and indexes for one list over every issue."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The order of the list: how bad, how old, then the row itself (devices/issues/rows.py asks with these very expressions).
RANK = "(CASE state WHEN 'critical' THEN 0 WHEN 'attention' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END)"
AGE = "coalesce(since, first_seen_at)"
INDEXES = {
    "issue_by_rank": f"({RANK}, {AGE}, sighting_id, key)",
    "issue_by_age": f"({AGE}, sighting_id, key)",
    "issue_silenced": f"({RANK}, {AGE}) WHERE silenced",
    "issue_title": "USING gin (lower(title) gin_trgm_ops)",
}


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0006_page_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Triage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("issue", "Told by a vendor"), ("stale", "No recent contact"), ("gap", "Missing at an account")],
                        max_length=10,
                    ),
                ),
                ("ref", models.BigIntegerField()),
                ("key", models.CharField(blank=True, max_length=255)),
                (
                    "standing",
                    models.CharField(choices=[("acknowledged", "Acknowledged"), ("snoozed", "Snoozed"), ("muted", "Muted")], max_length=12),
                ),
                ("until", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("ticket", models.CharField(blank=True, max_length=64)),
                ("by_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("token", models.TextField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "permissions": [("triage_issue", "Can acknowledge, snooze and mute issues")],
            },
        ),
        migrations.AddField(
            model_name="account",
            name="gaps_at",
            field=models.DateTimeField(help_text="when it was last worked out which devices its complete list lacks", null=True),
        ),
        migrations.AlterField(
            model_name="change",
            name="kind",
            field=models.CharField(
                choices=[
                    ("field", "Changed"),
                    ("state", "Verdict changed"),
                    ("missing", "Missing from a complete list"),
                    ("gone", "Gone"),
                    ("returned", "Listed again"),
                    ("linked", "Linked by a person"),
                    ("parted", "Taken apart by a person"),
                    ("merged", "Became one with another device"),
                    ("moved", "A vendor's answer came from or went to another device"),
                    ("retired", "Retired"),
                    ("woken", "Seen again after it was retired"),
                    ("settled", "Disagreement settled"),
                    ("tagged", "Tags changed"),
                    ("triaged", "Issue triaged"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(condition=models.Q(("life", "seen"), ("stale", True)), fields=["id"], name="sighting_stale"),
        ),
        migrations.AddField(
            model_name="gap",
            name="account",
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="gaps", to="devices.account"),
        ),
        migrations.AddField(
            model_name="gap",
            name="device",
            field=models.ForeignKey(
                db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="gaps", to="devices.device"
            ),
        ),
        migrations.AddField(
            model_name="triage",
            name="by",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name="gap",
            index=models.Index(fields=["since", "id"], name="gap_by_age"),
        ),
        migrations.AddIndex(
            model_name="gap",
            index=models.Index(fields=["device"], name="gap_of_device"),
        ),
        migrations.AddConstraint(
            model_name="gap",
            constraint=models.UniqueConstraint(fields=("account", "device"), name="one_gap_per_account"),
        ),
        migrations.AddConstraint(
            model_name="triage",
            constraint=models.UniqueConstraint(fields=("kind", "ref", "key"), name="one_triage_per_issue"),
        ),
        *(migrations.RunSQL(f"CREATE INDEX {name} ON devices_issue {over}", f"DROP INDEX {name}") for name, over in INDEXES.items()),
    ]
