"""Precedence of vendors: whose value a device shows, field by field. Decided here only.

A user's choice (devices/conflicts/services.py) comes before this table, then records that are listed, then recent records, then those that
no newer record of their account supersedes, then values that no other value outranks. Vendors that a row does not name come last, in the
order of their records.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from vendors.parsing.descriptions import MACHINE_TYPE, machine_type

if TYPE_CHECKING:
    from devices.models import Sighting

_INVENTORY = ("five9s", "eset", "opswat")  # an inventory reads the machine; protection and compliance know it by name
PRECEDENCE: dict[str, tuple[str, ...]] = {
    "name": _INVENTORY,
    "serial": _INVENTORY,
    "user": ("opswat", "five9s", "eset"),  # the signed-in user before the user of the last scan
    "os_name": _INVENTORY,
    "os_family": _INVENTORY,  # of the same vendor as the name of the system
    "os_release": _INVENTORY,  # as well
    "os_short": _INVENTORY,
    "model": _INVENTORY,
    "group": ("eset", "five9s", "opswat"),  # ESET has a tree of groups; the others name one
}
# The columns that a field of the page shows; a settled field moves all of them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "serial": ("serial",),
    "user": ("user",),
    "os": ("os_name", "os_family", "os_release", "os_short"),
    "model": ("model",),
}
_OUTRANKED, _SUPERSEDED, _OLD, _NOT_LISTED = 100, 500, 1_000, 2_000  # beyond any vendor's rank
# Machines are upgraded, and the registry of Windows 11 says Windows 10: a recent record that knows better is right.
_BEFORE, _UPGRADED = "Windows 10", "Windows 11"
_COUNTED = "s.life = 'seen' AND NOT s.stale AND s.superseded IS NOT TRUE"
_NUMBER_ONLY = f"regexp_replace(lower(s.model), '[^[:alnum:]]+', '', 'g') ~ '{MACHINE_TYPE}'"
# For sightings `s`: whether the model is a machine type, as vendors/parsing/descriptions.py says.
MACHINE_TYPE_SQL = f"({_NUMBER_ONLY} AND (s.manufacturer = '' OR starts_with(lower(s.manufacturer), 'lenovo')))"
_OUTRANKED_SQL = {
    "os": f"""(s.os_release = '{_BEFORE}' AND bool_or({_COUNTED} AND s.os_release = '{_UPGRADED}') OVER (PARTITION BY s.device_id))""",
    "model": MACHINE_TYPE_SQL,
}


def places_sql(wins: str) -> str:
    """Columns `at_<field>` of sightings `s`: the smallest is shown. `wins`: an array of the fields for which a user chose a sighting."""
    listed = f"(s.life <> 'seen')::int * {_NOT_LISTED} + s.stale::int * {_OLD} + coalesce(s.superseded, false)::int * {_SUPERSEDED}"
    return ", ".join(
        f"""CASE WHEN s.life = 'seen' AND '{field}' = ANY({wins}) THEN -1
            ELSE {listed} + {_OUTRANKED_SQL.get(field, "false")}::int * {_OUTRANKED}
                 + coalesce({rank_sql(columns[0])}, {_OUTRANKED - 1}) END AS at_{field}"""
        for field, columns in COLUMNS.items()
    )


def outranked(field: str, record: Sighting, records: Iterable[Sighting]) -> bool:
    """Whether another record of the device is known to be right, or this one names the value less readably."""
    if field == "model":
        return machine_type(record.model, record.manufacturer)
    return field == "os" and record.os_release == _BEFORE and any(each.counted and each.os_release == _UPGRADED for each in records)


def rank(field: str, vendor: str) -> int:
    """Of a vendor in the table; 0 comes first."""
    order = PRECEDENCE.get(COLUMNS.get(field, (field,))[0], _INVENTORY)
    return order.index(vendor) if vendor in order else len(order)


def rank_sql(field: str) -> str:
    vendors = ", ".join(f"'{vendor}'" for vendor in PRECEDENCE.get(field, _INVENTORY))
    return f"array_position(ARRAY[{vendors}], s.vendor::text)"
