"""A machine as five(9)s Console and Ivanti EPM describe it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.clock import stamp, utc
from sandbox.fleet import activity, names
from sandbox.fleet.edge_cases import FORMULAS, HOSTILE
from sandbox.fleet.fleet import Fleet, FleetEntry
from sandbox.fleet.machine import Machine
from sandbox.fleet.random_choice import Dice

CORE_ZONE = ZoneInfo("Europe/Berlin")  # EPM writes its dates in the core server's time, without zone
EXCLUDED, PLANNED, PENDING, AUTOFIX, FAILED, SUCCEEDED = range(1, 7)
_TEXT = {EXCLUDED: "Excluded", PLANNED: "Planned", PENDING: "Pending", AUTOFIX: "Autofix",
         FAILED: "InstallFailure", SUCCEEDED: "InstallSuccess"}  # fmt: skip
_KIND = {"laptop": "Laptop", "desktop": "Workstation", "server": "Server", "vm": "Virtual Workstation"}
_CHASSIS = {"laptop": "Notebook", "desktop": "Desktop", "server": "Rack Mount Chassis", "vm": "Other"}
_VULNERABILITIES = ((10, "LDMS1100.RC.1"), (18628, "TB18-5291_INTL"), (20417, "MS24-11-W11_INTL"),
                    (20533, "CHROME-241119_INTL"), (20761, "ADBE24-92_INTL"), (21002, "ST000202"))  # fmt: skip
_STEPS = ("Test Labor", "Pilot", "Produktion 1", "Produktion 2")

# which sections each request asks for
SECTIONS = {
    "RequestEpmInventory": ("EpmInventory",),
    "RequestCustomInventory": ("CustomInventory",),
    "RequestSecurityInfo": ("SecurityInfo",),
    "RequestDatabaseViews": ("DatabaseViews",),
    "RequestAllInfos": ("CustomInventory", "EpmInventory", "SecurityInfo", "DatabaseViews"),
}


def device(fleet: Fleet, entry: FleetEntry, at: float, *, sections: tuple[str, ...]) -> dict[str, Any]:
    machine, idn = entry.machine, int(fleet.vendor_id("five9s", entry.position))
    dice = Dice(fleet.seed, "five9s view", entry.position)
    guid = dice.hex(32).upper()
    record: dict[str, Any] = {
        "Computer_Idn": idn,
        "SerialNumber": machine.serial,
        "DeviceId": "Unassigned" if entry.twin else f"{{{guid[:8]}-{guid[8:12]}-{guid[12:16]}-{guid[16:20]}-{guid[20:]}}}",
        "DeviceName": netbios(machine),
        "DisplayName": f"{machine.person.last} {machine.model.name}" if machine.oddity == "renamed" else netbios(machine),
    }
    makers: dict[str, Callable[[], Any]] = {
        "CustomInventory": lambda: _custom(fleet, entry, at, dice),
        "EpmInventory": lambda: _inventory(fleet, entry, at, idn, dice),
        "SecurityInfo": lambda: _security(fleet, machine, at),
        "DatabaseViews": lambda: _views(machine),
    }
    return record | {name: makers[name]() for name in sections}


def netbios(machine: Machine) -> str:
    return machine.hostname.upper()


def inventory_time(fleet: Fleet, entry: FleetEntry, at: float) -> float:
    """When the inventory server last updated this device: once a day, each device at its own time."""
    seen = fleet.last_seen(entry.machine, vendor="five9s", at=at)
    phase = Dice(fleet.seed, "scan", entry.machine.index).below(activity.DAY)
    return min(seen, (at + phase) // activity.DAY * activity.DAY - phase) - (120 * activity.DAY if entry.twin else 0)


def custom_time(fleet: Fleet, entry: FleetEntry, at: float) -> float:
    """When Custom Inventory was last changed: by hand, or some month ago."""
    changed = fleet.changed_at(entry.position)
    if changed is not None:
        return changed
    period = 30 * activity.DAY
    phase = Dice(fleet.seed, "custom", entry.position).below(period * 1000) / 1000
    return (at + phase) // period * period - phase


def changed_at(fleet: Fleet, entry: FleetEntry, at: float) -> float:
    """The newest date in any section that has one: what LastSyncDate is compared with."""
    security = activity.health_changed(entry.machine.index, seed=fleet.seed, vendor="five9s", at=at)
    return max(inventory_time(fleet, entry, at), custom_time(fleet, entry, at), security or 0.0)


def _local(epoch: float, *, digits: int = 0) -> str:
    moment: datetime = utc(epoch).astimezone(CORE_ZONE)
    fraction = f"{moment.microsecond:06d}"[:digits]
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + fraction if digits else ''}"


def _custom(fleet: Fleet, entry: FleetEntry, at: float, dice: Dice) -> dict[str, Any]:
    machine = entry.machine
    if machine.oddity == "partial":
        return {}
    values = {
        "Device Type": "Notebook (Laptop)" if machine.model.kind == "laptop" else "Desktop",
        "End of Life": f"20{27 + dice.below(4)}-0{1 + dice.below(9)}-15",
        "Extended Warranty": dice.pick(("True", "False", "")),
        "Planned Win11 Update": "",
        "Tag ID #": f"NW-{dice.below(90_000) + 10_000}",
        "Location": machine.site.city if not entry.revision else f"{machine.site.city}, Raum {entry.revision}",
        "PatchGroup": f"{machine.site.code} {machine.department}",
        "PatchStep": dice.pick(_STEPS),
        "PatchStepFastTrack": "",
        "User to notify": f"{machine.person.login}@{names.COMPANY_DOMAIN}",
        "UpdatedAt": stamp(custom_time(fleet, entry, at), digits=7),
    }
    if machine.oddity == "hostile":
        values |= {"Location": HOSTILE[0], HOSTILE[3]: HOSTILE[(machine.index + 4) % len(HOSTILE)]}
    if machine.oddity == "formula":
        values |= {"Tag ID #": FORMULAS[0], "Note": FORMULAS[machine.index % len(FORMULAS)]}
    return values


def _inventory(fleet: Fleet, entry: FleetEntry, at: float, idn: int, dice: Dice) -> dict[str, Any]:
    machine, updated = entry.machine, inventory_time(fleet, entry, at)
    name = netbios(machine)
    inventory: dict[str, Any] = {
        "Computer_Idn": idn,
        "DeviceName": name,
        "Type": "Quantum Workstation" if machine.oddity == "unknown-enum" else _KIND[machine.model.kind],
        "Description": None if dice.chance(80) else f"{machine.department}, {machine.site.city}",
        "LoginName": "" if machine.model.kind == "server" else machine.person.login.upper(),
        "HWLastScanDate": _local(updated - 128),
        "SWLastScanDate": _local(updated - 82),
        "UpdateLastScanDate": _local(updated + 257.72, digits=2),
        "PatchSWLastScanDate": None if dice.chance(50) else _local(updated - 4000, digits=3),
        "LastUpdInvSvr": _local(updated),
        "LastStartUpTime": _local(updated - dice.below(14 * activity.DAY)),
        "ComputerLocation": f"{names.COMPANY_DOMAIN}/{machine.site.city}/Computers",
        "LDAPLocation": f"CN={name},OU={machine.department},OU={machine.site.city},DC=nordwind,DC=example",
        "RecordDate": _local(1_546_300_800 + dice.below(5 * 365 * activity.DAY) + 0.98, digits=2),
        "DaysHardware": None,
        "DaysVulnerabil": None,
        "DaysStartUp": None,
        "SerialNum": machine.serial,
        "Model": machine.model.name,
        "Manufacturer": machine.model.manufacturer,
        "ChassisType": _CHASSIS[machine.model.kind],
        "OsType": f"{machine.system.name} Edition, 64-bit",
        "ReleaseID": machine.system.release,
        "Scopes": _scopes(machine),
    }
    if machine.oddity == "partial":
        for absent in ("HWLastScanDate", "LoginName", "Model", "Scopes", "SWLastScanDate"):
            del inventory[absent]
        inventory |= {"LastStartUpTime": None, "OsType": None, "SerialNum": None}
    return inventory


def _scopes(machine: Machine) -> list[dict[str, Any]]:
    system = "Linux" if machine.model.family == "linux" else "Win"
    return [
        {"Scope_Idn": 1230, "ScopeName": f"All {system} Devices"},
        {"Scope_Idn": 1290 + machine.site.subnet, "ScopeName": f"EMS - {machine.site.city} - Autofix"},
        *([{"Scope_Idn": 1999, "ScopeName": HOSTILE[1]}] if machine.oddity == "hostile" else []),
    ]


def _security(fleet: Fleet, machine: Machine, at: float) -> list[dict[str, Any]]:
    """More open patches the worse the machine's health; they heal with it."""
    if machine.model.family == "linux" or machine.oddity == "partial":
        return []
    dice = Dice(fleet.seed, "security", machine.index)
    health = activity.health(machine.index, seed=fleet.seed, vendor="five9s", at=at)
    found = []
    for nth, (idn, name) in enumerate(_VULNERABILITIES[: 2 + dice.below(4)]):
        status = dice.pick((SUCCEEDED, SUCCEEDED, AUTOFIX, PLANNED))
        if nth == 0 and health == activity.CRITICAL:
            status = FAILED
        elif nth == 1 and health == activity.ATTENTION:
            status = PENDING
        if machine.oddity == "excluded":
            status = EXCLUDED
        if machine.oddity == "unknown-enum" and nth == 0:
            status = 9
        first = 1_562_250_000 + dice.below(6 * 365 * activity.DAY) + dice.below(1000) / 1000
        found.append({"Vulnerability_Idn": idn, "Vul_ID": name, "Status": status,
                      "StatusText": _TEXT.get(status, "Quarantined"),
                      "FirstDetectionDate": _local(first, digits=dice.pick((0, 2, 3)))})  # fmt: skip
    return found


def _views(machine: Machine) -> dict[str, Any]:
    if machine.index % 5:
        return {}
    return {"v_Leasing": [{"Contract": f"L-{machine.index:06d}", "Ends": "2028-03-31T00:00:00", "Rate": 21.5}]}
