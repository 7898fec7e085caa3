"""Daily counts of coverage at each vendor account, and at each vendor: reported by any of its accounts, else the best of the others."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import connection

from devices.account_status.status import statuses
from devices.coverage.queries import CODES, CoverageQuery
from devices.coverage.states import CoverageState
from devices.trends.measures import Counted, DailyRow, Measure

REPORTED = (CoverageState.FRESH, CoverageState.STALE, CoverageState.SILENCED)
# At a vendor a device is missing only if it is missing at all of its accounts: unknown comes before.
_ORDER = [*REPORTED, CoverageState.PENDING, CoverageState.UNKNOWN, CoverageState.MISSING]
# One pass, as for the coverage page: devices with equal marks are grouped first.
_COUNT = """
WITH placed AS MATERIALIZED ({placed})
SELECT account_id, '', code, sum(devices)::bigint FROM placed GROUP BY 1, 3
UNION ALL
SELECT NULL, vendor, (%s::integer[])[best], sum(devices)::bigint FROM (
  SELECT v.vendor, p.devices, min(array_position(%s::integer[], p.code)) AS best
  FROM placed p JOIN unnest(%s::bigint[], %s::text[]) AS v(id, vendor) ON v.id = p.account_id
  GROUP BY p.kinds, p.marks, p.devices, v.vendor) each GROUP BY 2, 3"""


def coverage_counts(now: datetime, today: date) -> Counted:
    """Three queries, those of the account statuses included."""
    known = statuses(now)
    vendors = {each.pk: each.vendor for each in known}
    numbers: Counter[tuple[str, int | None, str]] = Counter()
    if known:
        placed, values = CoverageQuery(known).sql("t.kinds, t.marks, count(*) AS devices", "GROUP BY 1, 2")
        order = [CODES.index(cover) for cover in _ORDER]
        with connection.cursor() as cursor:
            cursor.execute(_COUNT.format(placed=placed), [*values, order, order, list(vendors), list(vendors.values())])
            for account, vendor, code, devices in cursor.fetchall():
                numbers[vendor or vendors[account], account, _status(CODES[code])] += devices
    rows = [DailyRow(today, vendor, account, "", status, number) for (vendor, account, status), number in numbers.items()]
    return Counted(Measure.COVERAGE, today, rows)


def _status(cover: CoverageState) -> str:
    return "reported" if cover in REPORTED else cover.value
