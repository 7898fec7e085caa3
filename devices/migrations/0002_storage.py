"""What the models cannot say: an append-only audit log, and room for pulses to move in place."""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION rollcall_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON devices_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION rollcall_append_only();
"""
FREE = "DROP TRIGGER audit_append_only ON devices_auditevent; DROP FUNCTION rollcall_append_only();"


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, FREE),
        migrations.RunSQL("ALTER TABLE devices_pulse SET (fillfactor = 50)", "ALTER TABLE devices_pulse RESET (fillfactor)"),
    ]
