"""Since when an account is switched off: what it told last goes on being shown, and who reads it has to know."""

from __future__ import annotations

from django.db import migrations, models

# The audit log knows: it is the first "off" after the last "on". An account of that name that is not there any more is not meant.
FILL = """
UPDATE devices_account a SET switched_off_at = (
  SELECT min(off.at) FROM devices_auditevent off
  WHERE off.action = 'account switched' AND off.target = a.name AND off.detail ->> 'enabled' = 'false' AND off.at >= a.created_at
  AND NOT EXISTS (
    SELECT FROM devices_auditevent back
    WHERE back.action = off.action AND back.target = a.name AND back.detail ->> 'enabled' = 'true' AND back.id > off.id))
WHERE NOT a.enabled"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0011_views_of_every_list")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="switched_off_at",
            field=models.DateTimeField(help_text="since when nobody asks any more", null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
