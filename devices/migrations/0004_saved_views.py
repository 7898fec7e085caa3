"""Saved views, and an index for every order that the device list offers."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The worst first, as devices/models/device.py says it: a word is no order.
BY_RANK = """CREATE INDEX device_by_rank ON devices_device
((CASE state WHEN 'critical' THEN 0 WHEN 'attention' THEN 1 WHEN 'unknown' THEN 2 ELSE 3 END), name, id)"""


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("devices", "0003_matching"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("query", models.CharField(blank=True, max_length=4000)),
                (
                    "is_default",
                    models.BooleanField(default=False, help_text="its columns, order and page size are its owner's wherever none are said"),
                ),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["name", "id"],
                "permissions": [("share_view", "Can share saved views")],
            },
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["user", "id"], name="device_by_user"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["serial", "id"], name="device_by_serial"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["os_name", "name", "id"], name="device_by_os"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["issue_count", "name", "id"], name="device_by_issues"),
        ),
        migrations.AddField(
            model_name="savedview",
            name="owner",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="views", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name="savedview",
            name="shared_with",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="auth.group"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(condition=models.Q(("is_default", True)), fields=("owner",), name="one_default_view"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "name"), name="one_view_per_name"),
        ),
        migrations.RunSQL(BY_RANK, "DROP INDEX device_by_rank"),
    ]
