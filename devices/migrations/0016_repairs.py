from django.db import migrations, models

# ESET's ids are kept in small letters now. Where one device is there in two spellings, because its vendor changed them, the other spelling
# is taken for missing since long ago: the next complete list ends it, and no disappearance is held back for it.
PLAIN = "~ '^[ -~]*$'"
SMALL = 'lower({} COLLATE "C")'
SIGHTINGS = f"""
WITH spelled AS (
    SELECT id, {SMALL.format("external_id")} AS small, row_number() OVER (
        PARTITION BY account_id, {SMALL.format("external_id")}
        ORDER BY external_id = {SMALL.format("external_id")} DESC, life = 'seen' DESC, id DESC) AS place
    FROM devices_sighting WHERE vendor = 'eset' AND external_id {PLAIN}),
renamed AS (
    UPDATE devices_sighting s SET external_id = spelled.small FROM spelled
    WHERE s.id = spelled.id AND spelled.place = 1 AND s.external_id <> spelled.small)
UPDATE devices_sighting s SET life = 'missing', missing_since = now() - interval '30 days' FROM spelled
WHERE s.id = spelled.id AND spelled.place > 1 AND s.life = 'seen'"""
GROUP_IDS = f"""UPDATE devices_sighting SET group_id = {SMALL.format("group_id")}
    WHERE vendor = 'eset' AND group_id {PLAIN} AND group_id <> {SMALL.format("group_id")}"""
IDENTIFIERS = f"""UPDATE devices_identifier i SET key = {SMALL.format("i.key")}, value = {SMALL.format("i.value")} FROM devices_sighting s
    WHERE s.id = i.sighting_id AND s.vendor = 'eset' AND i.kind = 'vendor_id' AND i.key {PLAIN} AND i.key <> {SMALL.format("i.key")}"""
OTHER_GROUPS = f"""DELETE FROM devices_devicegroup g USING devices_account a WHERE a.id = g.account_id AND a.vendor = 'eset' AND EXISTS (
    SELECT FROM devices_devicegroup o WHERE o.account_id = g.account_id AND o.id <> g.id
    AND {SMALL.format("o.external_id")} = {SMALL.format("g.external_id")}
    AND (o.external_id = {SMALL.format("o.external_id")}, o.id) > (g.external_id = {SMALL.format("g.external_id")}, g.id))"""
GROUPS = f"""UPDATE devices_devicegroup g SET external_id = {SMALL.format("g.external_id")}, parent_id = {SMALL.format("g.parent_id")}
    FROM devices_account a WHERE a.id = g.account_id AND a.vendor = 'eset' AND g.external_id {PLAIN} AND g.parent_id {PLAIN}"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0015_retried_accounts")]

    operations = [
        migrations.AddField(
            model_name="sighting",
            name="repairs",
            field=models.JSONField(help_text="[field, fault] of what was mended or left out; null: nothing was", null=True),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="repairs",
            field=models.JSONField(
                default=list, help_text="see devices/reconciliation/field_repairs.py; of devices their sightings tell it"
            ),
        ),
        migrations.AddIndex(
            model_name="sighting",
            index=models.Index(condition=models.Q(("repairs__isnull", False)), fields=["account"], name="sighting_repaired"),
        ),
        *(migrations.RunSQL(statement, migrations.RunSQL.noop) for statement in (SIGHTINGS, GROUP_IDS, IDENTIFIERS, OTHER_GROUPS, GROUPS)),
    ]
