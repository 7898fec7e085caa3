"""A machine as ESET Connect describes it (v1Device)."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from sandbox.clock import stamp
from sandbox.credentials import CANARY
from sandbox.eset.groups import ALL_GROUP, group_uuid, parent_group
from sandbox.fleet import activity, names
from sandbox.fleet.edge_cases import FORMULAS, HOSTILE
from sandbox.fleet.fleet import Fleet, FleetEntry
from sandbox.fleet.machine import Machine
from sandbox.fleet.random_choice import Dice

STATUS = "DEVICE_FUNCTIONALITY_STATUS_"
_WORDS = {activity.OK: "OK", activity.ATTENTION: "ATTENTION_RECOMMENDED", activity.CRITICAL: "ATTENTION_REQUIRED"}
_TYPES = {"laptop": "NOTEBOOK", "desktop": "DESKTOP", "server": "SERVER", "vm": "VIRTUAL_MACHINE",
          "phone": "SMARTPHONE", "tablet": "TABLET"}  # fmt: skip
_FAMILY = {"windows": 1, "winserver": 1, "linux": 2, "macos": 3, "ios": 3, "android": 4}


def functionality(fleet: Fleet, entry: FleetEntry, at: float) -> str:
    machine = entry.machine
    if machine.oddity == "unknown-enum":
        return STATUS + "ISOLATED"
    if machine.oddity == "pending":
        return STATUS + "UNSPECIFIED"
    return STATUS + _WORDS[activity.health(machine.index, seed=fleet.seed, vendor="eset", at=at)]


def muted(machine: Machine) -> bool:
    return machine.oddity == "muted"


def display_name(machine: Machine) -> str:
    if machine.oddity == "renamed":
        return f"Empfang {machine.site.city} ({machine.person.first})"
    if machine.oddity == "hostile":
        return HOSTILE[machine.index % len(HOSTILE)]
    return original_name(machine)


def original_name(machine: Machine) -> str:
    """What the system calls itself: the short name, or with the domain for about one in six."""
    full = machine.oddity == "fqdn" or machine.index % 6 == 1
    if full and not machine.is_mobile:
        return f"{machine.hostname.lower()}.{names.COMPANY_DOMAIN}"
    return machine.hostname


def device(fleet: Fleet, entry: FleetEntry, at: float) -> dict[str, Any]:
    machine, uuid = entry.machine, fleet.vendor_id("eset", entry.position)
    status = functionality(fleet, entry, at)
    record: dict[str, Any] = {
        "uuid": uuid,
        "displayName": display_name(machine),
        "originalDisplayName": original_name(machine),
        "parentGroupUuid": parent_group(machine),
        "deviceToken": f"{CANARY}eset-device-token-{uuid}",
        "enrollmentStatus": "DEVICE_ENROLLMENT_STATUS_FINISHED",
        "functionalityStatus": status,
        "etag": f'"{entry.revision + 1}"',
    }
    if machine.oddity == "pending":
        # a placeholder made for an enrolment link: nothing has ever reported
        del record["originalDisplayName"]
        return record | {"enrollmentStatus": "DEVICE_ENROLLMENT_STATUS_PENDING"}
    record |= _reported(fleet, entry, at)
    if status.endswith(("RECOMMENDED", "REQUIRED")):
        record["functionalityProblemCount"] = 1 + machine.index % 4
    if muted(machine):
        record["isMuted"] = True
    if machine.oddity == "master-image":
        record["isMaster"] = True
        record["cloningConfiguration"] = {
            "cloneNamingPatterns": ["VDI-{n}"], "securityGroupUuid": ALL_GROUP, "securityGroupDisplayName": "All"
        }  # fmt: skip
    if machine.oddity == "partial":
        for name in ("description", "tags", "publicIpAddress", "deviceType", "functionalityStatus"):
            record.pop(name, None)
        record["primaryLocalIpAddress"] = None
    return record


def _reported(fleet: Fleet, entry: FleetEntry, at: float) -> dict[str, Any]:
    machine = entry.machine
    dice = Dice(fleet.seed, "eset view", entry.position)
    seen = fleet.last_seen(machine, vendor="eset", at=at)
    if entry.twin:  # the record left behind by the enrolment before the present one
        seen -= 90 * activity.DAY
    description = "" if dice.chance(60) else f"Raum {dice.below(400) + 1}, {machine.person.first} {machine.person.last}"
    if entry.revision:
        description = f"Inventarisiert, Stand {entry.revision}"
    record = {
        "description": FORMULAS[machine.index % len(FORMULAS)] if machine.oddity == "formula" else description,
        "deviceType": "DEVICE_TYPE_" + ("HOLOGRAM" if machine.oddity == "unknown-enum" else _TYPES[machine.model.kind]),
        "lastSyncTime": stamp(seen, digits=dice.pick((0, 0, 2, 3, 7))),
        "managementDomain": names.WINDOWS_DOMAIN,
        "operatingSystem": _system(machine, dice),
        "deployedComponents": [_component(machine, dice)],
        "activeProducts": [_product(machine, dice)],
        "hardwareProfiles": _profiles(machine, dice),
        "primaryLocalIpAddress": machine.ip,
        "publicIpAddress": f"203.0.113.{machine.site.subnet}",
        "tags": _tags(machine, dice),
    }
    # proto3 leaves defaults out, but some versions of the service write them
    flags = {"isMobile": machine.is_mobile, "isMuted": False}
    return record | {name: value for name, value in flags.items() if value or dice.chance(50)}


def _tags(machine: Machine, dice: Dice) -> list[str]:
    if machine.oddity == "hostile":
        return [HOSTILE[0], HOSTILE[(machine.index + 1) % len(HOSTILE)]]
    return [tag for tag in ("VIP", "Homeoffice", machine.department, "Win11-Rollout") if dice.chance(25)]


def _system(machine: Machine, dice: Dice) -> dict[str, Any]:
    major, minor, patch = (int(part) for part in machine.system.version.split("."))
    # Windows puts the build lowest; other systems count major, minor, patch from the top
    shift = 0 if machine.model.family in ("windows", "winserver") else 16
    version: dict[str, Any] = {"id": str(major << 48 | minor << 32 | patch << shift), "name": machine.system.version}
    if dice.chance(70):
        version |= {"major": major, "minor": minor, "patch": patch}
    return {"displayName": machine.system.name, "version": version, "familyId": _FAMILY[machine.model.family],
            "editionId": machine.system.edition, "bitness": 64}  # fmt: skip


def _component(machine: Machine, dice: Dice) -> dict[str, Any]:
    engine = 29_800 + dice.below(300)  # shifted into the top 16 bits this is far beyond 2^53
    return {"displayName": "Detection Engine", "name": "ENGINE", "id": 2 ** 31 + 77,
            "version": {"id": str(engine << 48 | 20261), "name": f"{engine} (20261{dice.below(90) + 10})"}}  # fmt: skip


def _product(machine: Machine, dice: Dice) -> dict[str, Any]:
    name = "ESET Server Security" if machine.model.kind == "server" else "ESET Endpoint Security"
    return {"id": 107, "name": name, "subscriptionUuid": group_uuid("subscription"),
            "activateDate": {"year": 2024, "month": dice.below(12) + 1, "day": dice.below(29)},
            "validityDate": {"year": 2027, "month": 6, "day": 0}}  # fmt: skip


def _profiles(machine: Machine, dice: Dice) -> list[dict[str, Any]]:
    adapters = [{"caption": caption, "macAddress": mac} for caption, mac in machine.macs]
    if machine.is_mobile:
        return [{"manufacturer": machine.model.manufacturer, "model": machine.model.name,
                 "resettableIdentifier": dice.hex(16), "networkAdapters": adapters}]  # fmt: skip
    disk = {"serialNumber": f"0025_{dice.hex(4).upper()}_{dice.hex(4).upper()}", "displayName": "NVMe disk",
            "driveType": "DRIVE_TYPE_SSD", "capacityBytes": str(512 << 30)}  # fmt: skip
    profile: dict[str, Any] = {
        "bios": {"manufacturer": machine.model.manufacturer, "serialNumber": machine.serial, "uuid": machine.bios_uuid},
        "manufacturer": machine.model.manufacturer,
        "model": machine.model.name,
        "hardDrives": [disk],
        "networkAdapters": adapters,
        "processors": [{"caption": "12th Gen Intel(R) Core(TM) i5-1245U", "manufacturer": "GenuineIntel",
                        "architecture": "CPU_ARCHITECTURE_X64", "id": dice.hex(16).upper()}],
    }  # fmt: skip
    if machine.oddity == "partial":
        profile |= {"malformedData": "bios.uuid", "salt": base64.b64encode(quote(machine.hostname).encode()).decode()}
        del profile["bios"]["uuid"], profile["processors"]
    if machine.oddity == "dock":  # one profile on the road, one on the desk; the dock is only in the second
        road = profile | {"networkAdapters": adapters[1:2]}
        return [road, profile]
    return [profile]
