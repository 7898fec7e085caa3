"""Matching again after a sync: what depends on the whole list of an account, or on times of contact, which move at every sync."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from devices.matching import naming_schemes
from devices.matching.apply import rematch
from devices.matching.record import DAY
from devices.models import SyncRun

# Two live records of the account on one device: they must be in contact at different times, or have a MAC address in common.
_TOGETHER = """
WITH several AS MATERIALIZED (
  SELECT s.id, s.device_id, extract(epoch FROM s.created_at) AS since, (
    SELECT extract(epoch FROM p.seen_at) FROM devices_pulse p WHERE p.sighting_id = s.id) AS contact, (
    SELECT array_agg(i.key::text) FROM devices_identifier i WHERE i.sighting_id = s.id AND i.kind = 'mac' AND NOT i.junk) AS macs
  FROM devices_sighting s WHERE s.account_id = %(account)s AND s.superseded IS NOT NULL)
SELECT a.id FROM several a JOIN several b ON a.device_id = b.device_id AND a.id <> b.id
WHERE NOT coalesce(a.macs && b.macs, false)
  AND (abs(a.contact - b.contact) < %(day)s
       OR least(a.contact, b.contact) > CASE WHEN a.contact < b.contact THEN b.since ELSE a.since END)"""
# Records that are apart because another one was in contact at the same time.
_APART = """
SELECT j.sighting_id FROM devices_join j JOIN devices_sighting s ON s.id = j.sighting_id
WHERE j.timed AND s.account_id = %(account)s"""


def renew(run: SyncRun, now: datetime) -> None:
    """Called when a run over everything ends, inside its transaction, after absence is decided."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TOGETHER} UNION {_APART}", {"account": run.account_id, "day": DAY})
        turned = {row[0] for row in cursor.fetchall()}
    rematch(turned.union(naming_schemes.renew()), now)
