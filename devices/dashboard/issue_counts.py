"""Daily counts of open issues that vendors report, as the list filters them: critical ones by age, and the most frequent problems."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from django.db import connection

from devices.issues.filters import IssueFilters
from devices.issues.sources import BRANCHES
from devices.issues.sql import IssueQuery
from devices.trends.measures import STATUSES, Counted, DailyRow, Measure
from vendors.states import State

REPORTED = BRANCHES[0]  # only these can be critical
MOST_TITLES = 10
EDGES = (1, 7, 30)  # days
LONGEST_TITLE = 255


def critical_counts(now: datetime, today: date) -> Counted:
    """One query."""
    bands = STATUSES[Measure.CRITICAL]
    cases = " ".join(f"WHEN {REPORTED.since} >= %(edge_{days})s THEN '{band}'" for days, band in zip(EDGES, bands, strict=False))
    edges = {f"edge_{days}": now - timedelta(days=days) for days in EDGES}
    asked = IssueQuery(IssueFilters(severity=State.CRITICAL), now, sound=[])
    text = asked.select(REPORTED, f"s.vendor AS vendor, CASE {cases} ELSE '{bands[-1]}' END AS band")
    numbers: Counter[tuple[str, str]] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT vendor, band, count(*) FROM ({text}) open GROUP BY 1, 2", asked.values() | edges)  # nosec B608 # constants
        for vendor, band, issues in cursor.fetchall():
            numbers["", band] += issues
            numbers[vendor, band] += issues
    return Counted(Measure.CRITICAL, today, [DailyRow(today, vendor, None, "", band, number) for (vendor, band), number in numbers.items()])


def top_issues(now: datetime, today: date) -> Counted:
    """The problems with the most devices, by the titles that the list of problems shows. One query."""
    asked = IssueQuery(IssueFilters(), now, sound=[])
    text = asked.select(REPORTED, "i.problem_id AS problem, s.device_id AS device")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT left(p.title, {LONGEST_TITLE}), count(DISTINCT open.device) AS devices
                FROM ({text}) open JOIN devices_problem p ON p.id = open.problem
                GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_TITLES}""",  # nosec B608 # constants
            asked.values(),
        )
        rows = [DailyRow(today, "", None, "", title, devices) for title, devices in cursor.fetchall()]
    return Counted(Measure.TOP_ISSUES, today, rows)
