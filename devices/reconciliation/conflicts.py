"""On which fields fresh vendors contradict each other. What means the same counts as equal; who says nothing disagrees with nobody.

Names, serials and users are compared by their keys (vendors/parsing/normalise.py), operating systems by family, models by letters and
digits, where
one may contain the other, and states as fine or not. A field differs when somebody's word does not agree with that of the vendor who comes
first (devices/reconciliation/precedence.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from devices.history import writer as changes
from devices.models import ChangeKind, Device, Settlement, Sighting
from devices.models.identifier import identifiers_of
from devices.reconciliation.precedence import rank_sql
from vendors.states import Family, State

FIELDS = {
    "name": "Name",
    "serial": "Serial",
    "user": "User",
    "os": "Operating system",
    "model": "Model",
    "state": "Status",
}
_SHOWN = {"os": "os_name"}  # the column that a field of another name is shown from
_RANKS = {"name": "name", "serial": "serial", "user": "user", "os": "os_name", "model": "model"}
# What a sighting `s` says: rows (field, words).
WORDS = f"""(
    SELECT CASE i.kind WHEN 'hostname' THEN 'name' ELSE i.kind END AS field, array_agg(i.key::text ORDER BY i.key) AS words
    FROM {identifiers_of("s.id")} i WHERE i.kind IN ('hostname', 'serial', 'user') AND NOT i.junk GROUP BY i.kind
    UNION ALL
    SELECT v.field, ARRAY[v.word] FROM (VALUES
        ('os', nullif(s.os_family, 'unknown')),
        ('model', nullif(regexp_replace(lower(s.model), '[^[:alnum:]]+', '', 'g'), '')),
        ('state', CASE s.state WHEN 'ok' THEN 'fine' WHEN 'attention' THEN 'trouble' WHEN 'critical' THEN 'trouble' END)
    ) v(field, word) WHERE v.word IS NOT NULL)"""
_RANK = " ".join(f"WHEN '{field}' THEN {rank_sql(column)}" for field, column in _RANKS.items())
# For summary.py: reads its sightings `s`, gives (device_id, fields) of the devices on which somebody disagrees.
DIFFERING = f"""
several AS (SELECT id, device_id, vendor, os_family, model, state, count(*) OVER (PARTITION BY device_id) AS voices
            FROM s WHERE life = 'seen' AND NOT stale),
differing AS (
  SELECT f.device_id, array_agg(DISTINCT f.field) AS fields FROM (
    SELECT s.device_id, w.field, w.words,
           first_value(w.words) OVER (PARTITION BY s.device_id, w.field ORDER BY CASE w.field {_RANK} END, s.id) AS leading
    FROM several s CROSS JOIN LATERAL {WORDS} w WHERE s.voices > 1 OFFSET 0) f
  WHERE NOT CASE f.field WHEN 'model' THEN position(f.words[1] IN f.leading[1]) > 0 OR position(f.leading[1] IN f.words[1]) > 0
                         ELSE f.words && f.leading END
    AND NOT EXISTS (SELECT FROM devices_settlement t WHERE t.device_id = f.device_id AND t.field = f.field AND t.ended_at IS NULL)
  GROUP BY f.device_id)"""
_SAID = f"""SELECT translate(s.id || '=' || array_to_string(w.words, ' '), E'\\n', ' ') AS line FROM devices_sighting s
            CROSS JOIN LATERAL {WORDS} w WHERE s.device_id = t.device_id AND s.life = 'seen' AND w.field = t.field"""
_END = f"""
WITH ended AS (
  UPDATE devices_settlement t SET ended_at = %(now)s WHERE t.ended_at IS NULL
  AND (EXISTS (SELECT FROM devices_sighting s WHERE s.id = t.sighting_id AND s.device_id <> t.device_id
               AND (s.device_id = ANY(%(devices)s) OR t.device_id = ANY(%(devices)s)))
       OR t.device_id = ANY(%(devices)s) AND EXISTS (SELECT FROM ({_SAID}) said WHERE said.line <> ALL(string_to_array(t.told, E'\\n'))))
  RETURNING t.device_id, t.field)
{changes.into(ChangeKind.SETTLED, "ended", field="c.field", reason="'A vendor says something else now'")}"""


def agrees(field: str, ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two vendors' words mean the same; the statement above says it once more, for many devices."""
    if not ours or not theirs:
        return True
    if field == "model":
        return any(one in other or other in one for one in ours for other in theirs)
    return not set(ours).isdisjoint(theirs)


def words(device: int) -> dict[int, dict[str, list[str]]]:
    """Sighting → field → what it says, in comparable form. One query."""
    found: dict[int, dict[str, list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id, w.* FROM devices_sighting s CROSS JOIN LATERAL {WORDS} w WHERE s.device_id = %s", [device])
        for sighting, field, told in cursor.fetchall():
            found.setdefault(sighting, {})[field] = told
    return found


def word(said_by: Device | Sighting, field: str) -> str:
    """What is shown of a field."""
    if field == "state":
        return State.labelled(said_by.state)
    return str(getattr(said_by, _SHOWN.get(field, field)))


def shown(said_by: Device | Sighting, field: str) -> str:
    """The same; of a system that has no name its family."""
    family = Family.known(said_by.os_family)
    return word(said_by, field) or (family.label if field == "os" and family != Family.UNKNOWN else "")


def said(device: int, field: str) -> str:
    """What every vendor that lists the device says now, a line each: a settlement holds while nobody says anything else."""
    with connection.cursor() as cursor:
        sql = f"SELECT x.line FROM (SELECT %s::bigint AS device_id, %s AS field) t, LATERAL ({_SAID}) x ORDER BY 1"
        cursor.execute(sql, [device, field])
        return "\n".join(line for (line,) in cursor.fetchall())


def end_changed(devices: Collection[int], now: datetime) -> None:
    """End what was settled where a vendor says something else than it said then, or the one that won has left the device."""
    if not Settlement.objects.filter(ended_at=None).exists():
        return  # as nearly everywhere and always
    with connection.cursor() as cursor:
        cursor.execute(_END, {"devices": list(devices), **changes.cause(None, now)})
