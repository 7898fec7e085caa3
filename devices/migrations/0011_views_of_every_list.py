"""A saved view says of which list it is; those that are there are of the list of devices."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0010_decided_disappearances")]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="page",
            field=models.CharField(default="devices", help_text="the name of its list (devices/saved_views/registry.py)", max_length=40),
        ),
        migrations.RemoveConstraint(model_name="savedview", name="one_default_view"),
        migrations.RemoveConstraint(model_name="savedview", name="one_view_per_name"),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(condition=models.Q(("is_default", True)), fields=("owner", "page"), name="one_default_view"),
        ),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.UniqueConstraint(fields=("owner", "page", "name"), name="one_view_per_name"),
        ),
    ]
