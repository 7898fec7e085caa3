"""Data conflicts: the fields in which recent records of a device differ. Equal meanings and empty values are no conflict.

Names, serials and users are compared by their keys (vendors/parsing/normalise.py), a name also with the first 15 characters of another,
users of one notation only, operating systems by family, those of Windows and macOS also by release where both are known, and models by
letters and digits, where one may contain the other and a machine type says nothing. A field differs when a record does not agree with the
one that comes first in devices/reconciliation/precedence.py. Of several records of one account only the current one is compared. Statuses
are not compared: each vendor judges other things.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext, gettext_lazy

from devices.db import messages
from devices.history import writer as changes
from devices.models import ChangeKind, Device, Settlement, Sighting
from devices.models.identifier import identifiers_of
from devices.reconciliation.precedence import MACHINE_TYPE_SQL, rank_sql
from vendors.parsing.host_names import NETBIOS
from vendors.parsing.operating_systems import marked
from vendors.parsing.user_names import DISPLAY_END
from vendors.states import Family, State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FIELDS: dict[str, StrOrPromise] = {
    "name": gettext_lazy("Name"),
    "serial": gettext_lazy("Serial"),
    "user": gettext_lazy("User"),
    "os": gettext_lazy("Operating system"),
    "model": gettext_lazy("Model"),
}
_SHOWN = {"os": "os_name"}  # the column that a field of another name is shown from
_RANKS = {"name": "name", "serial": "serial", "user": "user", "os": "os_name", "model": "model"}
# The first characters of a longer name are no other notation of it: two machines can have them in common.
_IS_CUT = f"""i.kind = 'hostname' AND i.value = '' AND EXISTS (SELECT FROM {identifiers_of("s.id")} l
          WHERE l.kind = 'hostname' AND length(l.key) > {NETBIOS} AND rtrim(left(l.key, {NETBIOS})) = i.key)"""
# The comparable values of a sighting `s`, in all their notations: rows (field, words).
WORDS = f"""(
    SELECT CASE i.kind WHEN 'hostname' THEN 'name' ELSE i.kind END AS field, array_agg(i.key::text ORDER BY i.key) AS words
    FROM {identifiers_of("s.id")} i WHERE i.kind IN ('hostname', 'serial', 'user') AND NOT i.junk AND NOT ({_IS_CUT}) GROUP BY i.kind
    UNION ALL
    SELECT v.field, array_remove(ARRAY[v.word, v.more], NULL) FROM (VALUES
        ('os', nullif(s.os_family, 'unknown'), CASE WHEN s.os_family IN ('windows', 'macos') THEN nullif(s.os_release, '') END),
        ('model', CASE WHEN NOT {MACHINE_TYPE_SQL} THEN nullif(regexp_replace(lower(s.model), '[^[:alnum:]]+', '', 'g'), '') END, NULL)
    ) v(field, word, more) WHERE v.word IS NOT NULL)"""
# The same as vendors write them.
_OWN_WORDS = WORDS.replace("AND NOT i.junk", "AND NOT i.junk AND i.value <> ''")


def _is_display(words: str) -> str:
    """SQL: a display name instead of a login, see vendors/parsing/user_names.py."""
    return f"array_to_string({words}, ' ') || ' ' LIKE '%%{DISPLAY_END} %%'"


def _is_dotted(words: str) -> str:
    return f"(strpos(array_to_string({words}, ' '), '.') > 0)"


def _cuts(one: str, other: str) -> str:
    """SQL: a name of one list is the beginning of a longer one in the other, where a vendor reports no more characters."""
    return f"""EXISTS (SELECT FROM unnest({one}) short, unnest({other}) long
                    WHERE length(long) > {NETBIOS} AND rtrim(left(long, {NETBIOS})) = short)"""


_RANK = " ".join(f"WHEN '{field}' THEN {rank_sql(column)}" for field, column in _RANKS.items())
# For summary.py: reads its sightings `s`, gives (device_id, fields) of the devices with a conflict.
DIFFERING = f"""
several AS (SELECT id, device_id, vendor, os_family, os_release, model, manufacturer,
                   count(*) OVER (PARTITION BY device_id) AS voices
            FROM s WHERE life = 'seen' AND NOT stale AND superseded IS NOT TRUE),
differing AS (
  SELECT f.device_id, array_agg(DISTINCT f.field) AS fields FROM (
    SELECT s.device_id, w.field, w.words,
           first_value(w.words) OVER (PARTITION BY s.device_id, w.field ORDER BY CASE w.field {_RANK} END, s.id) AS leading
    FROM several s CROSS JOIN LATERAL {WORDS} w WHERE s.voices > 1 OFFSET 0) f
  WHERE NOT CASE f.field WHEN 'model' THEN position(f.words[1] IN f.leading[1]) > 0 OR position(f.leading[1] IN f.words[1]) > 0
                         WHEN 'os' THEN f.words[1] = f.leading[1] AND coalesce(f.words[2] = f.leading[2], true)
                         WHEN 'name' THEN f.words && f.leading OR {_cuts("f.words", "f.leading")} OR {_cuts("f.leading", "f.words")}
                         ELSE f.words && f.leading OR f.field = 'user' AND ({_is_display("f.words")} OR {_is_display("f.leading")}
                              OR {_is_dotted("f.words")} <> {_is_dotted("f.leading")}) END
    AND NOT EXISTS (SELECT FROM devices_settlement t WHERE t.device_id = f.device_id AND t.field = f.field AND t.ended_at IS NULL)
  GROUP BY f.device_id)"""
_SAID = f"""SELECT translate(s.id || '=' || array_to_string(w.words, ' '), E'\\n', ' ') AS line FROM devices_sighting s
            CROSS JOIN LATERAL {_OWN_WORDS} w WHERE s.device_id = t.device_id AND s.life = 'seen' AND w.field = t.field"""
_END = f"""
WITH ended AS (
  UPDATE devices_settlement t SET ended_at = %(now)s WHERE t.ended_at IS NULL
  AND (EXISTS (SELECT FROM devices_sighting s WHERE s.id = t.sighting_id AND s.device_id <> t.device_id
               AND (s.device_id = ANY(%(devices)s) OR t.device_id = ANY(%(devices)s)))
       OR t.device_id = ANY(%(devices)s) AND EXISTS (SELECT FROM ({_SAID}) said WHERE said.line <> ALL(string_to_array(t.told, E'\\n'))
            -- as it was written before releases were compared
            AND NOT (t.field = 'os' AND split_part(said.line, ' ', 1) = ANY(string_to_array(t.told, E'\\n')))))
  RETURNING t.device_id, t.field)
{changes.into(ChangeKind.SETTLED, "ended", field="c.field")}"""


def agrees(field: str, ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two values mean the same; the statement above is the same rule for many devices."""
    if not ours or not theirs:
        return True
    if field == "os":  # family, then the release where it is known
        return all(one == other for one, other in zip(ours, theirs, strict=False))
    if field == "model":
        return any(one in other or other in one for one in ours for other in theirs)
    if field == "user" and (_is_apart(ours, theirs)):
        return True
    if field == "name" and (_is_cut(ours, theirs) or _is_cut(theirs, ours)):
        return True
    return not set(ours).isdisjoint(theirs)


def _is_cut(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether one of ours is the beginning of a longer name of theirs."""
    return any(len(long) > NETBIOS and long[:NETBIOS].rstrip() == short for short in ours for long in theirs)


def _is_apart(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two notations of users cannot be compared."""
    display = any(word.endswith(DISPLAY_END) for word in (*ours, *theirs))
    return display or any("." in word for word in ours) != any("." in word for word in theirs)


def words(device: int) -> dict[int, dict[str, list[str]]]:
    """Sighting → field → its values in comparable form. One query."""
    found: dict[int, dict[str, list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT s.id, w.* FROM devices_sighting s CROSS JOIN LATERAL {WORDS} w WHERE s.device_id = %s", [device])  # nosec B608 # a constant
        for sighting, field, values in cursor.fetchall():
            found.setdefault(sighting, {})[field] = values
    return found


def word(record: Device | Sighting, field: str) -> str:
    """The value of a field, in English: it is stored in the history."""
    if field == "state":
        return State.labelled(record.state)
    return str(getattr(record, _SHOWN.get(field, field)))


def shown(record: Device | Sighting, field: str) -> str:
    """The same; the family of an operating system without a name."""
    family = Family.known(record.os_family)
    return word(record, field) or (family.label if field == "os" and family != Family.UNKNOWN else "")


def display(record: Device | Sighting, field: str) -> str:
    """The value in the reader's language."""
    text = shown(record, field)
    if field == "os":
        return messages.translated(marked(text))
    return gettext(text) if field == "state" else text


def said(device: int, field: str) -> str:
    """The value of each record that is listed, a line each: a resolution holds until one of them changes."""
    with connection.cursor() as cursor:
        sql = f"SELECT x.line FROM (SELECT %s::bigint AS device_id, %s AS field) t, LATERAL ({_SAID}) x ORDER BY 1"
        cursor.execute(sql, [device, field])
        return "\n".join(line for (line,) in cursor.fetchall())


def end_changed(devices: Collection[int], now: datetime) -> None:
    """Reopen resolved conflicts where a vendor reports another value than before, or the chosen record has left the device."""
    if not Settlement.objects.filter(ended_at=None).exists():
        return  # the usual case
    with connection.cursor() as cursor:
        cursor.execute(_END, {"devices": list(devices), **changes.cause(None, now)})
