"""Field repairs of an account: how many devices have some, and how many records per field."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from devices.models import Account, JobState, SyncRun
from devices.reconciliation.field_repairs import RepairCount, counted

MOST = 10_000  # sightings that a page counts
_FIELDS = """SELECT r ->> 0, r ->> 1, count(*) FROM (
    SELECT repairs FROM devices_sighting WHERE account_id = %(account)s AND life = 'seen' AND repairs IS NOT NULL LIMIT %(most)s) s
    CROSS JOIN LATERAL jsonb_array_elements(s.repairs) r GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 100"""
_DEVICES = """SELECT count(DISTINCT device_id), count(*) FROM (
    SELECT device_id FROM devices_sighting WHERE account_id = %(account)s AND life = 'seen' AND repairs IS NOT NULL LIMIT %(most)s) s"""


@dataclass(frozen=True, slots=True)
class AccountRepairs:
    """Of the records that the account reports now. `more`: there are more devices than were counted."""

    devices: int
    more: bool
    fields: list[RepairCount]

    def __bool__(self) -> bool:
        return bool(self.fields)


def repaired(account: Account, *, most: int | None = MOST) -> AccountRepairs:
    """Of devices, and of groups as of the last full sync. Three queries. `most` None: everything."""
    with connection.cursor() as cursor:
        cursor.execute(_DEVICES, {"account": account.pk, "most": most})
        devices, looked_at = cursor.fetchone()
        found: list[RepairCount] = []
        if devices:
            cursor.execute(_FIELDS, {"account": account.pk, "most": most})
            found = [RepairCount("device", *row) for row in cursor.fetchall()]
    complete = SyncRun.objects.filter(account=account, kind="everything", state=JobState.DONE).order_by("-id")
    last = complete.values_list("repairs", flat=True).first()
    return AccountRepairs(devices, most is not None and looked_at >= most, found + counted(last or ()))
