from django.db import migrations, models

# ESET's ids are kept in small letters now. What is ordered at this moment keeps its group: an answer belongs to the identical request.
PLAIN = "~ '^[ -~]*$'"
SMALL = 'lower({} COLLATE "C")'
IDS = f"""UPDATE installers_installer i SET external_id = {SMALL.format("i.external_id")} FROM devices_account a
    WHERE a.id = i.account_id AND a.vendor = 'eset' AND i.external_id {PLAIN} AND i.external_id <> {SMALL.format("i.external_id")}
    AND NOT EXISTS (SELECT FROM installers_installer o WHERE o.account_id = i.account_id AND o.id <> i.id
                    AND {SMALL.format("o.external_id")} = {SMALL.format("i.external_id")})"""
GROUPS = f"""UPDATE installers_installer i SET group_id = {SMALL.format("i.group_id")} FROM devices_account a
    WHERE a.id = i.account_id AND a.vendor = 'eset' AND i.group_id {PLAIN} AND i.group_id <> {SMALL.format("i.group_id")}
    AND i.state NOT IN ('requested', 'running')"""


class Migration(migrations.Migration):
    dependencies = [("installers", "0003_failures")]

    operations = [
        migrations.AddField(
            model_name="stocktake",
            name="repairs",
            field=models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py"),
        ),
        migrations.RunSQL(IDS, migrations.RunSQL.noop),
        migrations.RunSQL(GROUPS, migrations.RunSQL.noop),
    ]
