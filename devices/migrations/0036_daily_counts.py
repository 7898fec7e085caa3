import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("devices", "0035_fact_indexes")]

    operations = [
        migrations.CreateModel(
            name="CountedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField()),
                ("seconds", models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name="DailyCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(help_text="in the time zone of this installation")),
                ("measure", models.CharField(help_text="one of devices/trends/measures.py", max_length=10)),
                ("vendor", models.CharField(blank=True, max_length=20)),
                ("group", models.CharField(blank=True, max_length=255)),
                ("status", models.CharField(max_length=255)),
                ("number", models.PositiveIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="devices.account"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["day", "measure"], name="daily_count_by_day"),
                    models.Index(condition=models.Q(("account__isnull", False)), fields=["account"], name="daily_count_by_account"),
                ],
                "constraints": [
                    models.UniqueConstraint("measure", "group", "vendor", "day", "status", Coalesce("account", 0), name="one_daily_count")
                ],
            },
        ),
    ]
