"""Open patches by how bad they are, and not by how the word for it is spelt."""

from __future__ import annotations

from django.db import migrations

FORWARD = """CREATE INDEX patch_open_by_severity ON patching_patch
  ((CASE severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 WHEN 'informational' THEN 3 ELSE 4 END), open_since, id)
  WHERE status IN ('available', 'failed', 'installing', 'restart', 'scheduled', 'unknown') AND counted"""


class Migration(migrations.Migration):
    dependencies = [("patching", "0004_by_device")]
    operations = [
        migrations.RemoveIndex(model_name="patch", name="patch_open_by_severity"),
        migrations.RunSQL(FORWARD, "DROP INDEX patch_open_by_severity"),
    ]
