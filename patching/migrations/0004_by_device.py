"""What each device lacks, kept by triggers: set by set as patches are written, and one by one as sightings move between devices."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

NUMBERS = ("open", "high", "failed", "restart")
OPEN = "status IN ('available', 'failed', 'installing', 'restart', 'scheduled', 'unknown')"
WHICH = dict(zip(NUMBERS, (OPEN, f"{OPEN} AND severity = 'high'", "status = 'failed'", "status = 'restart'"), strict=True))
# The lock of patching/sync/assignment.py: without it two accounts that tell of the same devices in another order would deadlock.
HOLD = "PERFORM pg_advisory_xact_lock(28869, 0);"
NAMES = ", ".join(NUMBERS)
INTO = f"INSERT INTO patching_devicetally AS t (device_id, {NAMES})"
ADD = "ON CONFLICT (device_id) DO UPDATE SET " + ", ".join(f"{each} = t.{each} + EXCLUDED.{each}" for each in NUMBERS)
COUNTED = ", ".join(f"coalesce(sum(n) FILTER (WHERE {which}), 0) AS {name}" for name, which in WHICH.items())
SUMS = ", ".join(f"sum(d.{each})" for each in NUMBERS)


def _devices(rows: str) -> str:
    # Sightings are looked up one by one, whatever the statistics of a table that is just being filled say.
    return f"""
    {INTO} SELECT s.device_id, {SUMS} FROM (SELECT sighting_id, {COUNTED} FROM ({rows}) AS r GROUP BY sighting_id) AS d
    CROSS JOIN LATERAL (SELECT device_id FROM devices_sighting WHERE id = d.sighting_id LIMIT 1) AS s
    GROUP BY s.device_id HAVING ({SUMS}) <> (0, 0, 0, 0) ORDER BY s.device_id {ADD};"""


MORE = "SELECT sighting_id, status, severity, 1 AS n FROM added WHERE counted AND sighting_id IS NOT NULL"
LESS = "SELECT sighting_id, status, severity, -1 AS n FROM removed WHERE counted AND sighting_id IS NOT NULL"
FORWARD = f"""
CREATE FUNCTION patching_devicetally_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {HOLD}
  IF TG_OP = 'INSERT' THEN {_devices(MORE)}
  ELSIF TG_OP = 'DELETE' THEN {_devices(LESS)}
  ELSE {_devices(f"{MORE} UNION ALL {LESS}")}
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER patching_devicetally_inserted AFTER INSERT ON patching_patch REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION patching_devicetally_keep();
CREATE TRIGGER patching_devicetally_updated AFTER UPDATE ON patching_patch REFERENCING NEW TABLE AS added OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION patching_devicetally_keep();
CREATE TRIGGER patching_devicetally_deleted AFTER DELETE ON patching_patch REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION patching_devicetally_keep();

CREATE FUNCTION patching_devicetally_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {HOLD}
  {INTO} SELECT w.device_id, {", ".join(f"w.n * c.{each}" for each in NUMBERS)}
  FROM (SELECT {COUNTED} FROM (SELECT status, severity, 1 AS n FROM patching_patch WHERE sighting_id = NEW.id AND counted) AS r) AS c
  CROSS JOIN (VALUES (OLD.device_id, -1), (NEW.device_id, 1)) AS w(device_id, n)
  WHERE c.open > 0 ORDER BY w.device_id {ADD};
  RETURN NULL;
END $$;
CREATE TRIGGER patching_devicetally_moved AFTER UPDATE OF device_id ON devices_sighting
  FOR EACH ROW WHEN (OLD.device_id IS DISTINCT FROM NEW.device_id) EXECUTE FUNCTION patching_devicetally_move();

{INTO} SELECT s.device_id, {COUNTED} FROM (SELECT sighting_id, status, severity, 1 AS n FROM patching_patch WHERE counted) AS p
JOIN devices_sighting s ON s.id = p.sighting_id GROUP BY s.device_id;
"""
BACK = """
DROP TRIGGER patching_devicetally_moved ON devices_sighting;
DROP TRIGGER patching_devicetally_inserted ON patching_patch;
DROP TRIGGER patching_devicetally_updated ON patching_patch;
DROP TRIGGER patching_devicetally_deleted ON patching_patch;
DROP FUNCTION patching_devicetally_move();
DROP FUNCTION patching_devicetally_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("patching", "0003_page_indexes")]
    operations = [
        migrations.CreateModel(
            name="DeviceTally",
            fields=[
                (
                    "device",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="devices.device",
                    ),
                ),
                *((each, models.IntegerField(default=0)) for each in NUMBERS),
            ],
            options={
                "indexes": [
                    models.Index(fields=[each, "device"], condition=models.Q(("open__gt", 0)), name=f"device_tally_by_{each}")
                    for each in NUMBERS
                ]
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
