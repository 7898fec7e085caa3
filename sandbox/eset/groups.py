"""ESET's device groups: static ones by site and department, dynamic ones beside them.

Vendor page: https://help.eset.com/eset_connect/en-US/devices_v1_device_groups_get.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from sandbox.fleet import names
from sandbox.fleet.fleet import Fleet
from sandbox.fleet.machine import Machine

ALL_GROUP = "00000000-0000-0000-7001-000000000001"
LOST_GROUP = "00000000-0000-0000-7001-000000000002"


def group_uuid(*path: str) -> str:
    digits = hashlib.blake2b("/".join(path).encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def groups() -> list[dict[str, Any]]:
    found = [
        {"uuid": ALL_GROUP, "displayName": "All", "isSecurityGroup": True,
         "linkedEntityType": "DEVICE_GROUP_ENTITY_TYPE_COMPANY", "etag": "1"},
        _group(LOST_GROUP, "Lost & found", ALL_GROUP),
        _group(group_uuid("dynamic", "mobile"), "Mobile devices", ALL_GROUP, static=False),
        _group(group_uuid("dynamic", "servers"), "Servers <all sites>", ALL_GROUP, static=False),
    ]  # fmt: skip
    for site in names.SITES:
        found.append(_group(group_uuid(site.code), site.city, ALL_GROUP) | {
            "linkedEntityType": "DEVICE_GROUP_ENTITY_TYPE_SITE"
        })  # fmt: skip
        found += [_group(group_uuid(site.code, name), name, group_uuid(site.code)) for name in names.DEPARTMENTS]
    return found


def _group(uuid: str, name: str, parent: str, *, static: bool = True) -> dict[str, Any]:
    # isSecurityGroup false is the default and therefore absent
    return {"uuid": uuid, "displayName": name, "parentGroupUuid": parent} | ({"isSecurityGroup": True} if static else {})


def parent_group(machine: Machine) -> str:
    if machine.oddity == "pending":
        return LOST_GROUP
    return group_uuid(machine.site.code, machine.department)


def members(fleet: Fleet, group: str, *, deep: bool, name_of: Callable[[Machine], str]) -> list[dict[str, Any]]:
    """The devices of a group; with `deep` those of its subgroups too, once per group they are in."""
    found = []
    for entry in fleet.entries("eset"):
        machine = entry.machine
        within = [parent_group(machine)]
        if deep:
            within += [group_uuid(machine.site.code), ALL_GROUP]
        dynamic = [group_uuid("dynamic", "mobile")] if machine.is_mobile else []
        dynamic += [group_uuid("dynamic", "servers")] if machine.model.kind == "server" else []
        if group in within + dynamic:
            member = {"uuid": fleet.vendor_id("eset", entry.position), "displayName": name_of(machine)}
            found.append(member | {"groupUuid": parent_group(machine)})
            found += [member | {"groupUuid": other} for other in dynamic if deep and group == ALL_GROUP]
    return found
