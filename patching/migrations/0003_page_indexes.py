"""What the lists of patches walk through: all that is counted by age, and open ones of one severity."""

from __future__ import annotations

from django.db import migrations, models

OPEN = ["available", "failed", "installing", "restart", "scheduled", "unknown"]


class Migration(migrations.Migration):
    dependencies = [("patching", "0002_tallies")]
    operations = [
        migrations.AddIndex(
            model_name="patch",
            index=models.Index(
                fields=["severity", "open_since", "id"], condition=models.Q(status__in=OPEN, counted=True), name="patch_open_by_severity"
            ),
        ),
        migrations.AddIndex(
            model_name="patch", index=models.Index(fields=["open_since", "id"], condition=models.Q(counted=True), name="patch_by_age")
        ),
    ]
