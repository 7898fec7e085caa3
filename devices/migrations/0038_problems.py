"""Problems: issues of one account with the same title and severity, counted by triggers so that no write can forget them."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# As `problem_of` of vendors/stored_titles.py, where its parts are explained.
TITLE = r"regexp_replace(NEW.title, '^[0-9]+ (?:other )?(problem|critical issue|issue)s?( reported)?$', '# \1s\2')"
PROBLEM = f"""
CREATE FUNCTION devices_issue_problem() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  own record;
  named text := {TITLE};
BEGIN
  SELECT s.account_id, s.vendor, s.life = 'seen' AND s.superseded IS NOT TRUE
         AND NOT EXISTS (SELECT FROM devices_retirement r WHERE r.device_id = s.device_id) AS listed
  INTO own FROM devices_sighting s WHERE s.id = NEW.sighting_id;
  IF NOT FOUND THEN
    RETURN NEW;
  END IF;
  NEW.listed := own.listed;
  SELECT id INTO NEW.problem_id FROM devices_problem WHERE account_id = own.account_id AND title = named AND state = NEW.state;
  IF NOT FOUND THEN
    INSERT INTO devices_problem AS p (account_id, vendor, title, state) VALUES (own.account_id, own.vendor, named, NEW.state)
    ON CONFLICT (account_id, title, state) DO UPDATE SET vendor = p.vendor RETURNING id INTO NEW.problem_id;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER issue_problem BEFORE INSERT OR UPDATE OF title, state ON devices_issue
  FOR EACH ROW EXECUTE FUNCTION devices_issue_problem();
"""


def _counted(rows: str) -> str:
    return f"""
    WITH d AS (
      SELECT problem_id, sum(n) FILTER (WHERE NOT silenced) AS number, sum(n) FILTER (WHERE silenced) AS muted
      FROM ({rows}) AS r WHERE problem_id IS NOT NULL AND listed GROUP BY problem_id
    ), held AS (
      SELECT p.id FROM devices_problem p JOIN d ON d.problem_id = p.id
      WHERE coalesce(d.number, 0) <> 0 OR coalesce(d.muted, 0) <> 0 ORDER BY p.id FOR NO KEY UPDATE OF p
    )
    UPDATE devices_problem p SET number = p.number + coalesce(d.number, 0), muted = p.muted + coalesce(d.muted, 0)
    FROM d, held WHERE p.id = held.id AND d.problem_id = held.id;"""


MORE, LESS = (f"SELECT problem_id, listed, silenced, {n} AS n FROM {rows}" for n, rows in ((1, "added"), (-1, "removed")))
# Only the branch of the operation at hand is planned, so that each may name just the transition tables that it has.
COUNTS = f"""
CREATE FUNCTION devices_issue_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN {_counted(MORE)}
  ELSIF TG_OP = 'DELETE' THEN {_counted(LESS)}
  ELSE {_counted(f"{MORE} UNION ALL {LESS}")}
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER issue_inserted AFTER INSERT ON devices_issue REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION devices_issue_counted();
CREATE TRIGGER issue_updated AFTER UPDATE ON devices_issue REFERENCING NEW TABLE AS added OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION devices_issue_counted();
CREATE TRIGGER issue_deleted AFTER DELETE ON devices_issue REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION devices_issue_counted();
"""
UNDO = (
    "DROP TRIGGER issue_problem ON devices_issue; DROP FUNCTION devices_issue_problem(); "
    + "".join(f"DROP TRIGGER issue_{when} ON devices_issue; " for when in ("inserted", "updated", "deleted"))
    + "DROP FUNCTION devices_issue_counted();"
)
KINDS = [("issue", "Reported by vendor"), ("stale", "No recent contact"), ("gap", "Coverage gap")]
ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def _user(**options: object) -> models.ForeignKey:
    return models.ForeignKey(related_name="+", to=settings.AUTH_USER_MODEL, **options)


class Migration(migrations.Migration):
    dependencies = [("devices", "0037_daily_index")]

    operations = [
        migrations.CreateModel(
            name="Problem",
            fields=[
                ("id", ID),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="devices.account",
                    ),
                ),
                ("vendor", models.CharField(max_length=20)),
                ("title", models.CharField(max_length=512)),
                ("state", models.CharField(max_length=10)),
                ("number", models.IntegerField(db_default=0, default=0)),
                ("muted", models.IntegerField(db_default=0, default=0)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("account", "title", "state"), name="one_problem_per_title")]},
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", ID),
                ("kind", models.CharField(choices=KINDS, max_length=10)),
                ("ref", models.BigIntegerField()),
                ("key", models.CharField(blank=True, max_length=255)),
                ("by_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                ("user", _user(on_delete=django.db.models.deletion.CASCADE)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("kind", "ref", "key"), name="one_assignment_per_issue")]},
        ),
        migrations.CreateModel(
            name="ProblemEvent",
            fields=[
                ("id", ID),
                ("problem", models.CharField(max_length=600)),
                ("at", models.DateTimeField()),
                ("action", models.CharField(help_text="note, a Standing, open, assigned or unassigned", max_length=12)),
                ("number", models.IntegerField(db_default=0, default=0)),
                ("text", models.TextField(blank=True)),
                ("until", models.DateField(null=True)),
                ("ticket", models.CharField(blank=True, max_length=64)),
                ("by_name", models.CharField(max_length=150)),
                ("by", _user(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL)),
                ("user", _user(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL)),
            ],
            options={"indexes": [models.Index(fields=["problem", "-id"], name="event_of_problem")]},
        ),
        migrations.AddField(
            model_name="issue",
            name="problem",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="issues",
                to="devices.problem",
            ),
        ),
        migrations.AddField(model_name="issue", name="listed", field=models.BooleanField(null=True)),
        migrations.RunSQL(PROBLEM + COUNTS, UNDO),
    ]
