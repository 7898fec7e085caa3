"""Audit log: names of users move to a table of their own, every entry is signed and chained, and the table cannot be emptied."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ABOUT_USERS = "('person added', 'person switched', 'role changed', 'password replaced', 'second factor changed')"
KEYS = "(VALUES ('settlement ended', 'settled_by'), ('note taken back', 'written_by')) AS named (of, key)"  # of the detail, with a name
IN_DETAIL = "action = of AND jsonb_typeof(detail -> key)"
# Ids of users that do not exist any more are negative.
NAMES_OUT = f"""
INSERT INTO devices_auditname (user_id, name) SELECT id, username FROM devices_user;
INSERT INTO devices_auditname (user_id, name)
SELECT actor_id, (array_agg(actor_name ORDER BY id DESC))[1] FROM devices_auditevent WHERE actor_id IS NOT NULL GROUP BY actor_id
ON CONFLICT DO NOTHING;
INSERT INTO devices_auditname (user_id, name)
SELECT -row_number() OVER (ORDER BY name), name FROM (
  SELECT target AS name FROM devices_auditevent WHERE action IN {ABOUT_USERS}
  UNION SELECT detail ->> key FROM devices_auditevent, {KEYS} WHERE {IN_DETAIL} = 'string'
  EXCEPT SELECT name FROM devices_auditname) gone WHERE name <> '';
UPDATE devices_auditevent SET target = '', subject_id = (
  SELECT user_id FROM devices_auditname WHERE name = target ORDER BY user_id DESC LIMIT 1) WHERE action IN {ABOUT_USERS};
UPDATE devices_auditevent SET subject_id = (
  SELECT id FROM devices_user WHERE upper(username) = upper(actor_name) ORDER BY id LIMIT 1) WHERE action = 'sign-in refused';
UPDATE devices_auditevent SET detail = detail || jsonb_build_object(key, (
  SELECT user_id FROM devices_auditname WHERE name = detail ->> key ORDER BY user_id DESC LIMIT 1))
FROM {KEYS} WHERE {IN_DETAIL} = 'string';
UPDATE devices_auditevent SET source = CASE
  WHEN actor_id IS NOT NULL THEN '' WHEN actor_name IN ('command line', 'Anonymous') THEN actor_name
  WHEN actor_name = 'whoever had it' THEN 'Anonymous' ELSE 'unknown' END;
"""
NAMES_BACK = f"""
UPDATE devices_auditevent e SET actor_name = coalesce(
  (SELECT name FROM devices_auditname WHERE user_id = e.actor_id), nullif(e.source, ''), 'unknown');
UPDATE devices_auditevent e SET target = coalesce((SELECT name FROM devices_auditname WHERE user_id = e.subject_id), '')
WHERE action IN {ABOUT_USERS};
UPDATE devices_auditevent SET detail = detail || jsonb_build_object(key, coalesce(
  (SELECT name FROM devices_auditname WHERE user_id = (detail ->> key)::bigint), '')) FROM {KEYS} WHERE {IN_DETAIL} = 'number';
"""
UNPROTECTED = "DROP TRIGGER audit_append_only ON devices_auditevent"
PROTECTED = """
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON devices_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION rollcall_append_only()"""
# Privileges protect the log from the application; the triggers protect it from the mistakes of those who have more of them.
NEVER_CHANGED = """
CREATE OR REPLACE FUNCTION rollcall_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('rollcall.prune', true) = 'on' THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'the audit log is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON devices_auditevent
FOR EACH STATEMENT EXECUTE FUNCTION rollcall_append_only();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON devices_auditlink
FOR EACH STATEMENT EXECUTE FUNCTION rollcall_append_only();
"""
CHANGED_AGAIN = """
DROP TRIGGER audit_append_only ON devices_auditlink;
DROP TRIGGER audit_append_only ON devices_auditevent;
CREATE OR REPLACE FUNCTION rollcall_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
"""
BATCH = 1000
READ = f"""
SELECT id::text, extract(epoch FROM at)::text, actor_id::text, source, action, target, subject_id::text, detail::text, address::text
FROM devices_auditevent WHERE id > %s ORDER BY id LIMIT {BATCH}"""


def sign_and_chain(_apps: Any, editor: Any) -> None:
    """As devices/audit/signing.py and chain.py do it in this version."""
    key_id, sealing_key = next(iter(settings.SEALING_KEYS.items()))
    key = hmac.digest(sealing_key, b"rollcall audit log", "sha256")
    position, digest, last = 0, b"\0" * 32, 0
    with editor.connection.cursor() as cursor:
        while True:
            cursor.execute(READ, [last])
            rows = cursor.fetchall()
            if not rows:
                return
            macs, links = [], []
            for content in rows:
                position += 1
                mac = hmac.digest(key, b"entry " + _canonical(content), "sha256")
                digest = hashlib.sha256(digest + _canonical([str(position), "True", *content, mac.hex()])).digest()
                macs.append((mac, content[0]))
                links.append((position, content[0], key_id, digest, hmac.digest(key, b"link " + digest, "sha256")))
            cursor.executemany("UPDATE devices_auditevent SET mac = %s WHERE id = %s", macs)
            cursor.executemany(
                "INSERT INTO devices_auditlink (position, event_id, signed, key_id, digest, mac) VALUES (%s, %s, true, %s, %s, %s)", links
            )
            last = int(rows[-1][0])


def _canonical(values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def user_key(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        null=True,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [("devices", "0030_key_check")]

    operations = [
        migrations.CreateModel(
            name="AuditName",
            fields=[
                ("user_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="AuditLink",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="devices.auditevent",
                    ),
                ),
                ("signed", models.BooleanField()),
                ("key_id", models.TextField()),
                ("digest", models.BinaryField()),
                ("mac", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(UNPROTECTED, PROTECTED),
        migrations.AddField("auditevent", "source", models.CharField(blank=True, max_length=20, default=""), preserve_default=False),
        migrations.AddField("auditevent", "subject", user_key(db_index=False)),
        migrations.AddField("auditevent", "mac", models.BinaryField(default=b"")),
        # With a default, so that the column can be brought back.
        migrations.AlterField("auditevent", "actor_name", models.CharField(max_length=150, default="")),
        migrations.RunSQL(NAMES_OUT, NAMES_BACK),
        migrations.RemoveField("auditevent", "actor_name"),
        migrations.RunPython(sign_and_chain, migrations.RunPython.noop),
        migrations.RunSQL(NEVER_CHANGED, CHANGED_AGAIN),
    ]
