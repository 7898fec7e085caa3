"""Keys of facts: what the filters of lists compare. Written beside the facts of a record; pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from vendors.facts import FactName, Facts
from vendors.parsing.normalise import text_key

VERSION = "version"  # of an agent, a product or a component
LONGEST_KEY = 100  # characters
KEYED = (
    *(FactName.DEVICE_TYPE, FactName.OS_EDITION, FactName.OS_UPDATE, FactName.OS_BUILD, FactName.ARCHITECTURE),
    *(FactName.LOCATION, FactName.COUNTRY, FactName.DOMAIN),
    *(FactName.GOLDEN_IMAGE, FactName.EXTENDED_WARRANTY, FactName.CONNECTED, FactName.EXEMPT, FactName.PASSWORD_SET),
)


def key(name: str, value: object) -> str:
    """`os_build=22631`, as stored: in any case, without superfluous blanks. A truth is `yes` or `no`."""
    text = ("yes" if value else "no") if isinstance(value, bool) else text_key(str(value))
    return f"{name}={text}"[:LONGEST_KEY]


def keys(facts: Facts) -> list[str]:
    """Sorted, each once. A build is found without the number behind its point too, a version without what follows a blank."""
    return sorted({key(name, value) for name, value in _values(facts)})


def license_end(facts: Facts) -> date | None:
    text = facts.get(FactName.LICENSE_EXPIRES)
    return date.fromisoformat(text) if text else None


def _values(facts: Facts) -> Iterator[tuple[str, Any]]:
    for name in KEYED:
        if name in facts:
            yield name, facts[name]
    if build := facts.get(FactName.OS_BUILD):
        yield FactName.OS_BUILD, build.partition(".")[0]
    for version in (facts.get(FactName.AGENT_VERSION), *(each.get("version") for each in facts.get(FactName.COMPONENTS, ()))):
        if version:
            yield VERSION, version
            yield VERSION, version.partition(" ")[0]
