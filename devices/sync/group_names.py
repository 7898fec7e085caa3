"""Renamed groups: the search text of their devices follows, some thousand at a time."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from devices.db.locks import extend_timeouts
from devices.models import DeviceGroup
from devices.reconciliation.summary import summarise

AT_ONCE = 2_000  # devices in a transaction
MOST = 20_000  # devices in one round

_MEMBERS = """SELECT DISTINCT device_id FROM devices_sighting
              WHERE group_id = %s AND device_id > %s AND account_id = %s ORDER BY device_id LIMIT %s"""


def carry_on(now: datetime, *, most: int = MOST) -> int:
    """Up to `most` devices of groups that were renamed, in the order of their ids. What a stopped worker leaves out, the next round does.

    Returns how many devices were looked at.
    """
    done = 0
    while done < most:
        found = _some(now, min(AT_ONCE, most - done))
        if found is None:
            break
        done += found
    return done


def _some(now: datetime, most: int) -> int | None:
    """None: no renamed group is left that is not locked by another worker."""
    with transaction.atomic():
        extend_timeouts()
        groups = DeviceGroup.objects.select_for_update(skip_locked=True, of=("self",)).filter(renamed_up_to__isnull=False)
        group = groups.order_by("pk").first()
        if group is None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(_MEMBERS, [group.external_id, group.renamed_up_to, group.account_id, most])
            devices = [device for (device,) in cursor.fetchall()]
        summarise(devices, now)
        group.renamed_up_to = devices[-1] if len(devices) == most else None
        group.save(update_fields=["renamed_up_to"])
    return len(devices)
