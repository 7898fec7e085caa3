"""A machine as OPSWAT MetaDefender IT Access v2.3 describes it."""

from __future__ import annotations

import unicodedata
from typing import Any

from sandbox.clock import stamp
from sandbox.credentials import CANARY
from sandbox.fleet import activity, names
from sandbox.fleet.edge_cases import FORMULAS, HOSTILE
from sandbox.fleet.fleet import Fleet, FleetEntry
from sandbox.fleet.machine import Machine
from sandbox.fleet.random_choice import Dice

_TYPES = {"laptop": "laptop", "desktop": "desktop", "vm": "vm", "server": "server", "phone": "phone"}
_FAMILY = {"windows": "Windows", "winserver": "Windows", "linux": "Linux", "macos": "Mac OSX",
           "android": "android", "ios": "ios"}  # fmt: skip
INCOMPLETE = 3  # status: the device still sends its information


def device(fleet: Fleet, entry: FleetEntry, at: float) -> dict[str, Any]:
    machine, dice = entry.machine, Dice(fleet.seed, "opswat view", entry.position)
    hwid = fleet.vendor_id("opswat", entry.position)
    seen = fleet.last_seen(machine, vendor="opswat", at=at) - (90 * activity.DAY if entry.twin else 0)
    record: dict[str, Any] = {
        "hwid": hwid,
        "hostname": _hostname(machine),
        "agent_version": f"7.6.{dice.below(90)}.{entry.revision}",
        "machine_type": "holotable" if machine.oddity == "unknown-enum" else _TYPES[machine.model.kind],
        "last_seen": _seen(machine, seen, dice),
        "active": int(at - seen < activity.HOUR),
        "remediation_link": _link(machine, f"{dice.hex(32)}/{hwid}"),
        "os_info": _system(machine, dice),
        "network_info": _network(machine, dice),
        **issues(fleet, machine, at),
    }
    if machine.is_mobile:  # phones have fewer fields
        record["remediation_link"] += "?od=2"
        return record
    return record | {
        "agent_type": "managed",
        "nickname": _nickname(machine),
        "country": dice.pick(("Germany", "Germany", "Austria", "Switzerland", "Unknown")),
        "exempt": int(machine.oddity == "exempt"),
        "user": HOSTILE[(machine.index + 5) % len(HOSTILE)] if machine.oddity == "hostile" else dice.pick(("", machine.department)),
        "user_info": {"username": machine.person.login, "domain": names.WINDOWS_DOMAIN},
    }


def _hostname(machine: Machine) -> str:
    """Agents write umlauts as two characters where other vendors write one."""
    return unicodedata.normalize("NFD", machine.hostname) if machine.oddity == "umlaut" else machine.hostname


def _link(machine: Machine, path: str) -> str:
    if machine.oddity == "hostile":
        return ("javascript:alert(1)", "//evil.example/", "https://evil.example@gears.opswat.com/")[machine.index % 3]
    return f"https://gears.opswat.com/gears/remediation/{CANARY}{path}/remediation.html"


def issues(fleet: Fleet, machine: Machine, at: float) -> dict[str, int]:
    health = activity.health(machine.index, seed=fleet.seed, vendor="opswat", at=at)
    critical = 1 + machine.index % 2 if health == activity.CRITICAL else 0
    total = critical + (1 + machine.index % 5 if health != activity.OK else 0)
    status = INCOMPLETE if machine.oddity == "partial" else 7 if machine.oddity == "unknown-enum" else int(total > 0)
    return {
        "status": status,
        "critical_status": int(critical > 0),
        "total_critical_issue": critical,
        "total_issue": total,
    }


def _seen(machine: Machine, seen: float, dice: Dice) -> str:
    """On whole minutes; some agents add fractions."""
    if dice.chance(70):
        return stamp(seen // 60 * 60)
    return stamp(seen, digits=dice.pick((0, 2, 3, 7)))


def _nickname(machine: Machine) -> str:
    match machine.oddity:
        case "hostile":
            return HOSTILE[(machine.index + 2) % len(HOSTILE)]
        case "formula":
            return FORMULAS[0]
        case "renamed":
            return f"Laptop von {machine.person.first} {machine.person.last}"
        case "fqdn":
            return f"{machine.hostname.lower()}.{names.COMPANY_DOMAIN}."
    return machine.hostname


def _system(machine: Machine, dice: Dice) -> dict[str, str]:
    system = {
        "family": _FAMILY[machine.model.family],
        "name": machine.system.name.removeprefix("Microsoft "),
        "vendor": machine.system.vendor,
        "version": machine.system.version,
        "os_language": dice.pick(("", "7", "20", "English", "German")),
    }
    if machine.is_mobile or machine.oddity == "partial":
        return system
    return system | {
        "service_pack_version": dice.pick(("0.0", "", "Service Pack 1")),
        "architecture": "64-Bit",
        "user_password_set": dice.pick(("1", "1", "1", "0", "-1")),
    }


def _network(machine: Machine, dice: Dice) -> list[dict[str, str]]:
    """The adapters in the agent's own order and case, with the useless entries that agents report."""
    if machine.oddity == "partial":
        return []
    found = []
    for nth, (_, mac) in enumerate(dice.shuffled(machine.macs)):
        address = machine.ip if nth == 0 else f"169.254.{dice.below(255)}.{dice.below(255)}"
        case = mac.lower() if dice.chance(50) else mac
        found.append({"mac_addr": case, "ipv4_addr": address, "ipv6_addr": f"fe80::{dice.hex(4)}:{dice.hex(4)}:7e44:78"})
    if dice.chance(15):
        found.append({"mac_addr": dice.pick(("", "00:00:00:00:00:00")), "ipv4_addr": "", "ipv6_addr": ""})
    return found
