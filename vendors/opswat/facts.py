"""Facts of an OPSWAT record. Pure.

https://www.opswat.com/docs/macloud-sdp/developer-guide/get-devices-v2-3
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vendors.facts import LONGEST_FACT, FactName, device_type, kept, part
from vendors.field_repairs import FieldFault
from vendors.parsing.fields import Fields
from vendors.parsing.operating_systems import OperatingSystem

UNKNOWN = ("unknown",)  # written where the place of an address is not known
NO_SERVICE_PACK = ("0.0", "0")


def facts(fields: Fields, running: OperatingSystem) -> dict[str, Any]:
    info = fields.section("os_info")
    return kept(
        {
            FactName.OS_EDITION: running.edition,
            FactName.OS_UPDATE: running.update,
            FactName.OS_BUILD: running.build,
            FactName.OS_VERSION: info.text("version", limit=LONGEST_FACT),
            FactName.SERVICE_PACK: _unless(info.text("service_pack_version", limit=LONGEST_FACT), NO_SERVICE_PACK),
            FactName.ARCHITECTURE: info.text("architecture", limit=LONGEST_FACT).lower(),
            FactName.OS_LANGUAGE: _language(info.text("os_language", limit=LONGEST_FACT)),
            FactName.DEVICE_TYPE: device_type(fields.text("machine_type", limit=LONGEST_FACT)),
            FactName.ADAPTERS: list(_adapters(fields)),
            FactName.AGENT_VERSION: fields.text("agent_version", limit=LONGEST_FACT),
            FactName.AGENT_TYPE: fields.text("agent_type", limit=LONGEST_FACT),
            FactName.COUNTRY: _unless(fields.text("country", limit=LONGEST_FACT), UNKNOWN),
            FactName.CONNECTED: _flag(fields, "active"),
            FactName.EXEMPT: fields.word("exempt") not in ("", "0") or None,
            FactName.PASSWORD_SET: _flag(info, "user_password_set", unsaid=("", "-1")),
            FactName.ISSUES: fields.number("total_issue") if "total_issue" in fields else None,
            FactName.CRITICAL_ISSUES: fields.number("total_critical_issue") if "total_critical_issue" in fields else None,
        },
        fields.repairs,
    )


def _adapters(fields: Fields) -> Iterator[dict[str, Any]]:
    for adapter in fields.rows("network_info"):
        ips = [address for name in ("ipv4_addr", "ipv6_addr") if (address := adapter.text(name))]
        if found := part(mac=adapter.text("mac_addr"), ips=ips):
            yield found


def _flag(fields: Fields, name: str, *, unsaid: tuple[str, ...] = ("",)) -> bool | None:
    """1 or 0, as a number or a text. None: not reported, or what an agent writes for "not known"."""
    word = fields.word(name)
    if word in ("0", "1"):
        return word == "1"
    if word not in unsaid and not fields.left_out(name):
        fields.wrong(name, FieldFault.TYPE)
    return None


def _language(text: str) -> str:
    """A word; some agents write a number that no document explains."""
    return "" if text.isdigit() else text


def _unless(text: str, unsaid: tuple[str, ...]) -> str:
    return "" if text.casefold() in unsaid else text
