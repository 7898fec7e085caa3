"""Parts of models, systems, groups and vendor ids are found too; a run keeps since when its devices arrive."""

from __future__ import annotations

from django.db import migrations, models

_TEXT = "folded lines that parts of names are searched in (search_text.py)"


class Migration(migrations.Migration):
    dependencies = [("devices", "0016_repairs")]

    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="first_page_at",
            field=models.DateTimeField(help_text="when its first devices arrived", null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="page_seconds",
            field=models.FloatField(db_default=0.0, default=0.0, help_text="spent on pages of devices, without any wait"),
        ),
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(
                condition=models.Q(("error_code", "cancelled"), ("state", "cancelled")),
                fields=["account", "kind", "finished_at"],
                name="run_cancelled",
            ),
        ),
        migrations.AddField(
            model_name="sighting",
            name="search_text",
            field=models.TextField(blank=True, db_default="", help_text=_TEXT),
        ),
        migrations.AddField(
            model_name="devicegroup",
            name="search_text",
            field=models.CharField(blank=True, db_default="", help_text="its name, folded", max_length=255),
        ),
        migrations.AddField(
            model_name="devicegroup",
            name="renamed_up_to",
            field=models.BigIntegerField(
                help_text="devices with a larger id are not searched by its present name yet; null: all are", null=True
            ),
        ),
        migrations.AlterField(
            model_name="device",
            name="haystack",
            field=models.TextField(blank=True, help_text=_TEXT),
        ),
    ]
