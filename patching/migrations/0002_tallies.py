"""Triggers that keep the tallies beside the rows they count, set by set: no write can forget them."""

from __future__ import annotations

from django.db import migrations


def triggers(table: str, tally: str, keys: str, counted: str) -> tuple[str, str]:
    def delta(rows: str) -> str:
        return f"""
    INSERT INTO {tally} AS t ({keys}, number)
    SELECT {keys}, sum(n) FROM ({rows}) AS d GROUP BY {keys} HAVING sum(n) <> 0 ORDER BY {keys}
    ON CONFLICT ({keys}) DO UPDATE SET number = t.number + EXCLUDED.number;"""

    more = f"SELECT {keys}, 1 AS n FROM added WHERE {counted}"
    less = f"SELECT {keys}, -1 AS n FROM removed WHERE {counted}"
    # Only the branch of the operation at hand is planned, so that each may name just the transition tables that it has.
    forward = f"""
CREATE FUNCTION {tally}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN {delta(more)}
  ELSIF TG_OP = 'DELETE' THEN {delta(less)}
  ELSE {delta(f"{more} UNION ALL {less}")}
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER {tally}_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION {tally}_keep();
CREATE TRIGGER {tally}_updated AFTER UPDATE ON {table} REFERENCING NEW TABLE AS added OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION {tally}_keep();
CREATE TRIGGER {tally}_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION {tally}_keep();
"""
    back = "".join(f"DROP TRIGGER {tally}_{when} ON {table}; " for when in ("inserted", "updated", "deleted"))
    return forward, f"{back}DROP FUNCTION {tally}_keep();"


PATCHES = triggers("patching_patch", "patching_patchtally", "account_id, title_id, status, reason", "counted")
ATTEMPTS = triggers("patching_attempt", "patching_attempttally", "account_id, day, title_id, status, reason", "true")


class Migration(migrations.Migration):
    dependencies = [("patching", "0001_initial")]
    operations = [migrations.RunSQL(*PATCHES), migrations.RunSQL(*ATTEMPTS)]
