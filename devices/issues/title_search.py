"""Issues by a text in their title. Many issues share a title, so each title is compared once, in the order of an index."""

from __future__ import annotations

from django.db import connection

from devices.issues.sources import IssueKey
from devices.models import IssueKind
from devices.search.identifiers import literally

MOST_TITLES = 30_000
# From each title to the next one in the index `issue_title`, so that a million issues with a thousand titles cost a thousand looks.
_TITLES = """
WITH RECURSIVE step AS (
  (SELECT lower(title) AS title, 1 AS number FROM devices_issue ORDER BY lower(title) USING ~<~ LIMIT 1)
  UNION ALL
  SELECT (SELECT lower(i.title) FROM devices_issue i WHERE lower(i.title) ~>~ step.title ORDER BY lower(i.title) USING ~<~ LIMIT 1),
         number + 1 FROM step WHERE step.title IS NOT NULL AND number < %s
) SELECT coalesce(array_agg(title) FILTER (WHERE title LIKE %s), '{}'), max(number) FROM step"""
_ISSUES = "SELECT sighting_id, key FROM devices_issue WHERE lower(title) = ANY(%s) LIMIT %s"


def with_words(text: str, *, most: int) -> tuple[list[IssueKey], bool]:
    """At most `most` issues that have this text in their title, and whether that may not be all of them. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_TITLES, [MOST_TITLES, f"%{literally(text.lower())}%"])
        titles, looked = cursor.fetchone()
        cursor.execute(_ISSUES, [titles, most + 1])
        found = [IssueKey(IssueKind.ISSUE.value, *row) for row in cursor.fetchall()]
    return found[:most], len(found) > most or (looked or 0) >= MOST_TITLES
