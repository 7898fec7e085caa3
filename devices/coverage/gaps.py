"""Stores since when a device is missing at an account. Run by a worker, never by a page.

While the data of an account is incomplete or out of date its gaps are not changed: they are not shown, and keep their age.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from devices.account_status.status import AccountStatus, statuses
from devices.coverage.queries import CODES, CoverageQuery
from devices.coverage.states import CoverageState
from devices.db.locks import extend_timeouts
from devices.models import Account
from devices.models.coverage import MOST_GAPS

ROUND = timedelta(hours=1)  # a device that another account reported first is missing here without a new sync of this account
_LOCK = 0x6A95
_RENEW = """
WITH missing AS MATERIALIZED (SELECT device_id, account_id FROM ({placed}) placed WHERE code = %s),
closed AS (DELETE FROM devices_gap g WHERE g.account_id = ANY(%s)
           AND NOT EXISTS (SELECT FROM missing l WHERE l.account_id = g.account_id AND l.device_id = g.device_id))
INSERT INTO devices_gap (device_id, account_id, since) SELECT device_id, account_id, %s FROM missing ORDER BY account_id, device_id
ON CONFLICT (account_id, device_id) DO NOTHING"""
_FORGET_COUNTS = "DELETE FROM devices_gapcount c WHERE NOT EXISTS (SELECT FROM devices_gap g WHERE g.device_id = c.device_id)"
_RENEW_COUNTS = f"""
INSERT INTO devices_gapcount AS c (device_id, rank, name)
SELECT g.device_id, {MOST_GAPS} - least(g.number, {MOST_GAPS}), d.name
FROM (SELECT device_id, count(*) AS number FROM devices_gap GROUP BY 1) g JOIN devices_device d ON d.id = g.device_id ORDER BY 1
ON CONFLICT (device_id) DO UPDATE SET rank = excluded.rank, name = excluded.name WHERE (c.rank, c.name) <> (excluded.rank, excluded.name)"""


def renew(now: datetime) -> list[str]:
    """For the accounts with a full sync since the last run, and for all once an hour. Returns their names."""
    late = Q(gaps_at=None) | Q(gaps_at__lt=F("complete_at")) | Q(gaps_at__lt=now - ROUND)
    due = set(Account.objects.filter(late, enabled=True, deletion_requested_at=None).exclude(complete_at=None).values_list("pk", flat=True))
    ready = [each for each in statuses(now) if each.pk in due and each.proves_absence] if due else []
    if not ready:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0)", [_LOCK])
        if not cursor.fetchone()[0]:
            return []  # another worker does it
        _write(ready, now)
    return [each.name for each in ready]


def _write(ready: list[AccountStatus], now: datetime) -> None:
    placed, values = CoverageQuery(ready).sql()
    accounts = [each.pk for each in ready]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW.format(placed=placed), [*values, CODES.index(CoverageState.MISSING), accounts, now])
        cursor.execute(_FORGET_COUNTS)
        cursor.execute(_RENEW_COUNTS)
    Account.objects.filter(pk__in=accounts).update(gaps_at=now)
