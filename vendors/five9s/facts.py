"""Facts of a five(9)s record. Pure.

Names of Custom Inventory differ from site to site: those of the vendor's example are read as facts, all others are custom fields.
https://support.five9s.de/support/solutions/articles/103000361090-device-api, "JobData Example"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, tzinfo
from typing import Any

from vendors.facts import LONGEST_FACT, LONGEST_PART, LONGEST_READ, FactName, device_type, kept, may_be_secret, part
from vendors.field_repairs import FieldFault
from vendors.parsing.descriptions import described
from vendors.parsing.fields import Fields
from vendors.parsing.normalise import clean_text
from vendors.parsing.operating_systems import OperatingSystem

LOCATION, TYPE, END_OF_LIFE, WARRANTY = "location", "device type", "end of life", "extended warranty"
KNOWN = (LOCATION, TYPE, END_OF_LIFE, WARRANTY)
UPDATED = "updatedat"
MOST_CUSTOM = 200
MOST_VIEWS, MOST_ROWS = 20, 20
BETWEEN_NAMES = re.compile(r"(?<!\\),")  # of a distinguished name
BITS = re.compile(r"\b(32|64)[- ]?bit\b", re.IGNORECASE)
WORDS = {"true": True, "yes": True, "ja": True, "1": True, "false": False, "no": False, "nein": False, "0": False}


def facts(fields: Fields, inventory: Fields, custom: Fields, running: OperatingSystem, *, zone: tzinfo) -> dict[str, Any]:
    known = {name.casefold(): name for name in _in_order(custom) if name.casefold() in KNOWN}
    bits = BITS.search(inventory.text("OsType"))
    return kept(
        {
            FactName.OS_EDITION: running.edition,
            FactName.OS_UPDATE: running.update,
            FactName.ARCHITECTURE: f"{bits[1]}-bit" if bits else "",
            FactName.DEVICE_TYPE: device_type(inventory.text("Type", limit=LONGEST_FACT) or _custom(custom, known, TYPE)),
            FactName.CHASSIS: inventory.text("ChassisType", limit=LONGEST_FACT),
            FactName.MANUFACTURER: described(inventory.text("Manufacturer")),
            FactName.END_OF_LIFE: _date(custom, known.get(END_OF_LIFE, "")),
            FactName.EXTENDED_WARRANTY: _flag(custom, known.get(WARRANTY, "")),
            FactName.LOCATION: _custom(custom, known, LOCATION),
            FactName.DOMAIN: inventory.text("ComputerLocation", limit=LONGEST_FACT).partition("/")[0],
            FactName.ORG_UNIT: _org_unit(inventory.text("LDAPLocation", limit=LONGEST_READ)),
            FactName.DESCRIPTION: inventory.text("Description", limit=LONGEST_READ),
            FactName.REGISTERED: inventory.time("RecordDate", zone=zone),
            FactName.CUSTOM: [*_custom_fields(custom), *_views(fields.section("DatabaseViews"))],
        },
        fields.repairs,
    )


def _org_unit(path: str) -> str:
    """`Berlin/Sales` of `CN=PC-1,OU=Sales,OU=Berlin,DC=example,DC=com`: from the domain down, without the device itself."""
    parts = [part.partition("=") for part in BETWEEN_NAMES.split(path)[1:]]
    return "/".join(name.replace("\\,", ",").strip() for kind, _, name in reversed(parts) if kind.strip().casefold() in ("ou", "cn"))


def _custom(custom: Fields, known: dict[str, str], name: str) -> str:
    return custom.word(known[name], limit=LONGEST_FACT) if name in known else ""


def _custom_fields(custom: Fields) -> Iterator[dict[str, Any]]:
    for name in _in_order(custom)[:MOST_CUSTOM]:
        if name.casefold() not in (*KNOWN, UPDATED):
            yield from _named(name, custom)


def _in_order(fields: Fields) -> list[str]:
    """Names by the alphabet: PostgreSQL keeps another order than the vendor's."""
    return sorted(fields, key=lambda name: (name.casefold(), name))


def _views(views: Fields) -> Iterator[dict[str, Any]]:
    """Rows of views that an administrator of the console has chosen: `v_Leasing.Contract`."""
    for view in _in_order(views)[:MOST_VIEWS]:
        for row in views.rows(view)[:MOST_ROWS]:
            for column in _in_order(row)[:MOST_CUSTOM]:
                yield from _named(column, row, prefix=f"{view}.")


def _named(name: str, fields: Fields, *, prefix: str = "") -> Iterator[dict[str, Any]]:
    value = "" if may_be_secret(prefix + name) else fields.word(name, limit=LONGEST_READ)
    if value:
        yield part(name=clean_text(prefix + name, limit=LONGEST_PART), value=value)


def _date(custom: Fields, name: str) -> date | None:
    text = custom.text(name) if name else ""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        custom.wrong(name, FieldFault.TIME)
        return None


def _flag(custom: Fields, name: str) -> bool | None:
    """A text such as "True"; empty: not known."""
    word = custom.word(name).casefold() if name else ""
    if word and word not in WORDS:
        custom.wrong(name, FieldFault.TYPE)
    return WORDS.get(word)
