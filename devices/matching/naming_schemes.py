"""Naming schemes of a fleet: patterns of hostnames that many devices follow, such as `nb-####`, found in the names themselves.

Two records with nothing in common but such a name may be one machine; a name outside of all schemes (`reception`, `till-1`) is no evidence.
The schemes are renewed when a complete list has been stored, and the records with a name of a new or former scheme are matched again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from django.db import connection, transaction

from devices.matching.rarity import MOST_RECORDS
from devices.matching.record import kinds_mask
from devices.models import Life, NamingScheme
from devices.reconciliation.search_text import MARKS
from vendors.parsing.normalise import hostname_key
from vendors.states import IdKind

FEWEST = 10  # names that make a pattern a scheme
# What is common to all names of a scheme, then its unique part: digits, or letters and digits of one length.
_NUMBERED = re.compile(r"([a-z][a-z\-_.]*)([0-9]{2,})(-?[a-z]*)")
_SITES = re.compile("[a-z]+(?=[-_.])")
_CODED = re.compile(r"([a-z][a-z0-9]*[\-_])([a-z0-9]{5,})")
# From the search text: reading the identifiers of every record costs many times as much.
_NAMES = f"""
SELECT substring(s.search_text FROM '(?:^|\\n){MARKS[IdKind.HOSTNAME]} ([^\\n]+)'),
       s.key_kinds & {kinds_mask((IdKind.SERIAL, IdKind.BIOS_UUID, IdKind.MAC))} = 0
FROM devices_sighting s WHERE s.life <> '{Life.GONE}'"""
# Looked up one by one: a plan by the statistics of tables that were just filled reads the whole table for each row.
_HOLDERS = f"""
SELECT DISTINCT i.sighting_id FROM unnest(%s::text[]) AS w(key) CROSS JOIN LATERAL (
  SELECT i.sighting_id FROM devices_identifier i
  WHERE i.key = w.key AND i.kind = '{IdKind.HOSTNAME}' AND NOT i.junk LIMIT {MOST_RECORDS}) i"""


def patterns(name: str) -> tuple[str, ...]:
    """`ber-nb-0042` → `ber-nb-#` and `aaa-aa-0000`, `desktop-a1b2c3d` → `desktop-*7`; () for a name without a unique part."""
    if found := _NUMBERED.fullmatch(name):
        exact = f"{found[1]}#{found[3]}"
        return (exact, _shape(name)) if len(_SITES.findall(name)) > 1 else (exact,)
    found = _CODED.fullmatch(name)
    return (f"{found[1][:-1]}-*{len(found[2])}",) if found and any(sign.isdigit() for sign in found[2]) else ()


def _shape(name: str) -> str:
    """For names that begin with a place and a kind of device, of which there may be few together."""
    return "".join("0" if sign.isdigit() else "a" if sign.isalpha() else sign for sign in name)


def in_scheme() -> Callable[[str], bool]:
    """Tests whether a hostname follows a scheme of this fleet. One query."""
    schemes = set(NamingScheme.objects.values_list("pattern", flat=True))
    return lambda name: bool(schemes) and not schemes.isdisjoint(patterns(name))


def renew() -> list[int]:
    """Find the schemes again. Returns the records with a name of a new or former scheme that a record without another key has, too."""
    before = set(NamingScheme.objects.values_list("pattern", flat=True))
    bare: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NAMES)
        for text, without_key in cursor.fetchall():
            name = hostname_key(text or "")
            for found in patterns(name):
                names[found].add(name)
                if without_key:
                    bare[found].add(name)
        turned = before ^ {each for each, found in names.items() if len(found) >= FEWEST}
        if not turned:
            return []
        NamingScheme.objects.filter(pattern__in=turned & before).delete()
        NamingScheme.objects.bulk_create([NamingScheme(pattern=each) for each in turned - before], ignore_conflicts=True)
        cursor.execute(_HOLDERS, [[name for each in turned for name in bare[each]]])
        return [row[0] for row in cursor.fetchall()]
