"""How often the list of installers failed in a row, so that it is retried after 5, 15 and 60 minutes."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("installers", "0002_handouts")]
    operations = [migrations.AddField("stocktake", "failures", models.PositiveIntegerField(default=0, help_text="in a row"))]
