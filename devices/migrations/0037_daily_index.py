from django.db import migrations, models

from devices.db.schema import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("devices", "0036_daily_counts")]

    operations = [
        AddIndexOnline(
            "device",
            models.Index(
                fields=["id"],
                include=["state", "life", "vendors", "created_at"],
                condition=models.Q(life__in=["seen", "missing"]),
                name="device_daily",
            ),
        ),
    ]
