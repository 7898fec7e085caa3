"""Daily counts of active devices by status, of each vendor and of each of the largest groups: as the device list filters them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from devices.trends.measures import Counted, DailyRow, Measure

MOST_GROUPS = 500  # by number of devices; smaller ones have no trend
# Both read an index alone: device_tally, and sighting_by_group_name, sighting_by_group_id and device_daily.
_ALL = "SELECT '', state, vendors, count(*) FROM devices_device WHERE life IN ('seen', 'missing') GROUP BY 2, 3"
_BY_GROUP = """
WITH named AS (SELECT DISTINCT external_id, name FROM devices_devicegroup WHERE external_id <> '' AND name <> ''),
member AS (
  SELECT s.group_name AS label, s.device_id FROM devices_sighting s WHERE s.group_name <> ''
  UNION SELECT coalesce(n.name, s.group_id), s.device_id
  FROM devices_sighting s LEFT JOIN named n ON n.external_id = s.group_id WHERE s.group_id <> '')
SELECT m.label, d.state, d.vendors, count(*) FROM member m JOIN devices_device d ON d.id = m.device_id
WHERE d.life IN ('seen', 'missing') GROUP BY 1, 2, 3"""


def status_counts(_now: datetime, today: date) -> Counted:
    """Two queries. A device counts for all vendors together once, and for each of its vendors and groups."""
    numbers: Counter[tuple[str, str, str]] = Counter()
    sizes: Counter[str] = Counter()
    for group, state, vendors, devices in _read(_ALL, _BY_GROUP):
        sizes[group] += devices
        for vendor in ("", *vendors):
            numbers[group, vendor, state] += devices
    largest = sorted((group for group in sizes if group), key=lambda group: (-sizes[group], group))
    kept = {"", *largest[:MOST_GROUPS]}
    rows = [DailyRow(today, vendor, None, group, state, number) for (group, vendor, state), number in numbers.items() if group in kept]
    return Counted(Measure.STATUS, today, rows)


def _read(*statements: str) -> Iterable[tuple[str, str, list[str], int]]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            yield from cursor.fetchall()
