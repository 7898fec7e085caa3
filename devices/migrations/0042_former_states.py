"""Former states: what rows were before they changed, kept by triggers. docs/history.md says what is recorded and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import django.contrib.postgres.indexes
from django.db import migrations, models

# `rollcall.clock` is the clock of a simulation; it is not set otherwise.
CLOCK = """
CREATE FUNCTION rollcall_clock() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT coalesce(nullif(current_setting('rollcall.clock', true), '')::timestamptz, now()) $$;
"""
NO_CLOCK = "DROP FUNCTION rollcall_clock()"


def _document(row: str, columns: Sequence[str]) -> str:
    pairs = ", ".join(f"'{name}', {row}.\"{name}\"" for name in columns)
    return f"jsonb_build_object({pairs})"


def changed(subject: str, table: str, columns: Sequence[str], *, ref: str = "id", key: str = "''", only: str = "true") -> tuple[str, str]:
    """SQL that keeps the former values of the columns that an update changed."""
    name = f"rollcall_former_{subject}"
    different = " OR ".join(f'OLD."{column}" IS DISTINCT FROM NEW."{column}"' for column in columns)
    return (
        f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO devices_formerstate (subject, ref, key, until, was)
  SELECT '{subject}', OLD."{ref}", {key}, rollcall_clock(), jsonb_object_agg(o.key, o.value)
  FROM jsonb_each({_document("OLD", columns)}) o WHERE o.value IS DISTINCT FROM {_document("NEW", columns)} -> o.key;
  RETURN NULL;
END $$;
CREATE TRIGGER former_{subject} AFTER UPDATE ON {table} FOR EACH ROW WHEN (({only}) AND ({different})) EXECUTE FUNCTION {name}();
""",
        f"DROP TRIGGER former_{subject} ON {table}; DROP FUNCTION {name}()",
    )


def deleted(subject: str, table: str, columns: Sequence[str], *, ref: str, key: str = "''", only: str = "true") -> tuple[str, str]:
    """SQL that keeps a row that is deleted."""
    name = f"rollcall_deleted_{subject}"
    return (
        f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO devices_formerstate (subject, ref, key, until, was)
  VALUES ('{subject}', OLD."{ref}", {key}, rollcall_clock(), {_document("OLD", columns)});
  RETURN NULL;
END $$;
CREATE TRIGGER deleted_{subject} AFTER DELETE ON {table} FOR EACH ROW WHEN ({only}) EXECUTE FUNCTION {name}();
""",
        f"DROP TRIGGER deleted_{subject} ON {table}; DROP FUNCTION {name}()",
    )


def forgotten(table: str, subjects: Sequence[str]) -> tuple[str, str]:
    """SQL that deletes the former states of a row that is deleted: what an account reported is deleted with it."""
    name, wanted = f"rollcall_forget_{table}", ", ".join(f"'{each}'" for each in subjects)
    return (
        f"""
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM devices_formerstate WHERE ref = OLD.id AND subject IN ({wanted});
  RETURN NULL;
END $$;
CREATE TRIGGER zz_forget_former AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();
""",
        f"DROP TRIGGER zz_forget_former ON {table}; DROP FUNCTION {name}()",
    )


PRESENCE = ("life", "missing_since", "stale", "quiet_since", "superseded", "silenced", "enrolment", "key_kinds")
VALUES = ("name", "serial", "user", "os_name", "os_family", "os_release", "model", "manufacturer", "group_name", "state")
ISSUE = ("title", "state", "raw", "since", "silenced", "first_seen_at")
TRIAGE = ("standing", "until", "reason", "ticket", "by_name", "at", "token", "ended_at")
ACCOUNT = ("enabled", "switched_off_at", "deletion_requested_at", "complete_at", "full_every")
RUN = ("withheld", "rejected", "finished_at", "decided_at", "applied_at")
RECORDED = [
    changed("placement", "devices_sighting", ("device_id",), key="OLD.device_id::text"),
    changed("presence", "devices_sighting", PRESENCE),
    changed("values", "devices_sighting", VALUES),
    changed("issue", "devices_issue", ISSUE, ref="sighting_id", key="OLD.key"),
    deleted("issue", "devices_issue", ISSUE, ref="sighting_id", key="OLD.key"),
    changed("triage", "devices_triage", TRIAGE, ref="ref", key="OLD.key", only="OLD.kind = 'issue'"),
    deleted("triage", "devices_triage", TRIAGE, ref="ref", key="OLD.key", only="OLD.kind = 'issue'"),
    deleted("settlement", "devices_settlement", ("made_at", "ended_at"), ref="sighting_id", key="OLD.field"),
    deleted("retirement", "devices_retirement", ("at", "by_name", "reason"), ref="device_id"),
    changed("account", "devices_account", ACCOUNT),
    deleted("quarantine", "devices_quarantine", ("first_at",), ref="account_id", key="OLD.external_id"),
    deleted(
        *("run", "devices_syncrun", RUN),
        key="OLD.id::text",
        ref="account_id",
        only="OLD.kind = 'everything' AND OLD.state = 'done' AND (OLD.withheld > 0 OR OLD.rejected > 0)",
    ),
    forgotten("devices_sighting", ("placement", "presence", "values", "issue", "triage", "settlement")),
    forgotten("devices_account", ("account", "quarantine", "run")),
]
SUBJECTS = [
    ("placement", "the device of a record"),
    ("presence", "presence of a record, and what coverage counts"),
    ("values", "values of a record"),
    ("issue", "issue of a record"),
    ("triage", "decision about an issue of a record"),
    ("settlement", "record chosen for a field"),
    ("retirement", "retirement of a device"),
    ("account", "account"),
    ("quarantine", "invalid record of an account"),
    ("run", "full sync of an account that proved nothing"),
]


class Migration(migrations.Migration):
    dependencies = [("devices", "0041_coverage_tally")]

    operations = [
        migrations.CreateModel(
            name="FormerState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(choices=SUBJECTS, max_length=10)),
                ("ref", models.BigIntegerField()),
                ("key", models.CharField(blank=True, max_length=255)),
                ("until", models.DateTimeField()),
                ("was", models.JSONField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["ref", "subject", "until"], name="former_of_row"),
                    models.Index(condition=models.Q(("subject", "placement")), fields=["key"], name="former_by_device"),
                    models.Index(
                        condition=models.Q(("subject__in", ["placement", "presence"])), fields=["until"], name="former_of_coverage"
                    ),
                    django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=["until"], name="former_by_age"),
                ],
            },
        ),
        migrations.RunSQL(CLOCK, NO_CLOCK),
        *[migrations.RunSQL(*each) for each in RECORDED],
    ]
