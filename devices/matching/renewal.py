"""Matching again after a sync: what depends on the whole list of an account, or on times of contact, which move at every sync."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from devices.matching import naming_schemes
from devices.matching.apply import rematch
from devices.models import SyncRun

# Two live records of the account on one device: they must be in contact at different times, or have a MAC address in common.
_TOGETHER = """
WITH several AS (
  SELECT s.device_id, s.id, s.created_at, p.seen_at FROM devices_sighting s
  CROSS JOIN LATERAL (SELECT p.seen_at FROM devices_pulse p WHERE p.sighting_id = s.id OFFSET 0) p
  WHERE s.account_id = %(account)s AND s.life <> 'gone' AND s.device_id IN (
    SELECT device_id FROM devices_sighting WHERE account_id = %(account)s AND life <> 'gone' GROUP BY device_id HAVING count(*) > 1))
SELECT a.id FROM several a JOIN several b ON a.device_id = b.device_id AND a.id <> b.id
WHERE (abs(extract(epoch FROM a.seen_at - b.seen_at)) < 86400
       OR least(a.seen_at, b.seen_at) > CASE WHEN a.seen_at < b.seen_at THEN b.created_at ELSE a.created_at END)
  AND NOT EXISTS (SELECT FROM devices_identifier i JOIN devices_identifier j ON j.sighting_id = b.id AND j.kind = 'mac' AND j.key = i.key
                  WHERE i.sighting_id = a.id AND i.kind = 'mac' AND NOT i.junk)"""
# Records that are apart because another one was in contact at the same time.
_APART = """
SELECT j.sighting_id FROM devices_join j JOIN devices_sighting s ON s.id = j.sighting_id
WHERE j.timed AND s.account_id = %(account)s"""


def renew(run: SyncRun, now: datetime) -> None:
    """Called when a run over everything ends, inside its transaction, after absence is decided."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_TOGETHER} UNION {_APART}", {"account": run.account_id})
        turned = {row[0] for row in cursor.fetchall()}
    rematch(turned.union(naming_schemes.renew()), now)
