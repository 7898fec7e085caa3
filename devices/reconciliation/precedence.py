"""Precedence of vendors: whose value a device shows, field by field. Decided here only.

A user's choice (devices/conflicts/services.py) comes before this table, then records that are listed, then recent records.
Vendors that a row does not name come last, in the order of their records.
"""

from __future__ import annotations

_INVENTORY = ("five9s", "eset", "opswat")  # an inventory reads the machine; protection and compliance know it by name
PRECEDENCE: dict[str, tuple[str, ...]] = {
    "name": _INVENTORY,
    "serial": _INVENTORY,
    "user": ("opswat", "five9s", "eset"),  # the signed-in user before the user of the last scan
    "os_name": _INVENTORY,
    "os_family": _INVENTORY,  # of the same vendor as the name of the system
    "model": _INVENTORY,
    "group": ("eset", "five9s", "opswat"),  # ESET has a tree of groups; the others name one
}
# The columns that a field of the page shows; a settled field moves all of them.
COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "serial": ("serial",),
    "user": ("user",),
    "os": ("os_name", "os_family"),
    "model": ("model",),
}
_OLD, _NOT_LISTED = 1_000, 2_000  # beyond any vendor's rank


def places_sql(wins: str) -> str:
    """Columns `at_<field>` of sightings `s`: the smallest is shown. `wins`: an array of the fields for which a user chose a sighting."""
    listed = f"(s.life <> 'seen')::int * {_NOT_LISTED} + s.stale::int * {_OLD}"
    return ", ".join(
        f"""CASE WHEN s.life = 'seen' AND '{field}' = ANY({wins}) THEN -1
            ELSE {listed} + coalesce({rank_sql(columns[0])}, {_OLD - 1}) END AS at_{field}"""
        for field, columns in COLUMNS.items()
    )


def rank(field: str, vendor: str) -> int:
    """Of a vendor in the table; 0 comes first."""
    order = PRECEDENCE.get(COLUMNS.get(field, (field,))[0], _INVENTORY)
    return order.index(vendor) if vendor in order else len(order)


def rank_sql(field: str) -> str:
    vendors = ", ".join(f"'{vendor}'" for vendor in PRECEDENCE.get(field, _INVENTORY))
    return f"array_position(ARRAY[{vendors}], s.vendor::text)"
