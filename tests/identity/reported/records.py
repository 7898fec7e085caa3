"""Records as ESET Connect, OPSWAT and five(9)s list them, synced as production syncs them, and the devices that they become."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from devices.models import Device, Sighting
from tests.identity.feed import sync
from tests.identity.record import ESET, FIVE9S, OPSWAT, Facts
from tests.identity.record import Record as Fed

M1, M2, M3 = "8C:8C:AA:00:00:01", "8C:8C:AA:00:00:02", "8C:8C:AA:00:00:03"
LINUX, MACOS = "Ubuntu 24.04.1 LTS", "macOS Tahoe 26.1"
FAMILIES = {"Windows": 1, "Microsoft": 1, "Ubuntu": 2, "macOS": 3}


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of one account's list. `hours`: since the last contact; `label`: its name in a test."""

    vendor: str
    account: str
    label: str
    hours: float
    raw: dict[str, Any]

    def fed(self, now: datetime) -> Fed:
        contact = (now - timedelta(hours=self.hours)).replace(microsecond=0)
        return Fed(self.vendor, self.account, external_id(self.vendor, self.label), 0, "", contact, Facts(), self.raw)


def external_id(vendor: str, label: str) -> str:
    digits = hashlib.sha256(label.encode()).hexdigest()
    if vendor == FIVE9S:
        return str(int(digits[:7], 16) + 1)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])) if vendor == ESET else digits[:32].upper()


def eset(
    host: str,
    *,
    serial: str = "",
    uuid: str = "",
    macs: Sequence[str] | str = (),
    label: str = "E",
    account: str = "eset",
    hours: float = 1,
    maker: str = "",
    model: str = "",
    system: str = "",
    family: int = 0,
    **fields: Any,
) -> Record:
    profile = {
        "bios": {"serialNumber": serial, "uuid": uuid},
        "manufacturer": maker,
        "model": model,
        "networkAdapters": [{"caption": "LAN", "macAddress": mac} for mac in listed_macs(macs)],
    }
    raw = {
        "uuid": external_id(ESET, label),
        "displayName": host,
        "originalDisplayName": host,
        "functionalityStatus": "DEVICE_FUNCTIONALITY_STATUS_OK",
        "enrollmentStatus": "DEVICE_ENROLLMENT_STATUS_FINISHED",
        "operatingSystem": {"displayName": system, "familyId": family or FAMILIES.get(system.partition(" ")[0], 0)},
        "hardwareProfiles": [profile],
    }
    return Record(ESET, account, label, hours, raw | fields)


def opswat(
    host: str,
    *,
    user: str = "",
    domain: str = "",
    macs: Sequence[str] | str = (),
    ips: Sequence[str] = (),
    label: str = "O",
    account: str = "opswat",
    hours: float = 1,
    system: str = "",
    version: str = "",
    family: str = "",
    **fields: Any,
) -> Record:
    adapters = [{"mac_addr": mac, "ipv4_addr": "", "ipv6_addr": ""} for mac in listed_macs(macs)]
    adapters += [{"mac_addr": "", "ipv4_addr": address, "ipv6_addr": ""} for address in ips]
    raw = {
        "hwid": external_id(OPSWAT, label),
        "hostname": host,
        "nickname": host,
        "os_info": {"family": family, "name": system, "version": version},
        "network_info": adapters,
        "user_info": {"username": user, "domain": domain},
        "status": 0,
    }
    return Record(OPSWAT, account, label, hours, raw | fields)


def five9s(
    name: str,
    *,
    serial: str = "",
    login: str = "",
    label: str = "F",
    account: str = "epm",
    hours: float = 1,
    maker: str = "",
    model: str = "",
    system: str = "",
    release: str = "",
    **inventory: Any,
) -> Record:
    number = int(external_id(FIVE9S, label))
    reported = {
        "Computer_Idn": number,
        "DeviceName": name,
        "LoginName": login,
        "SerialNum": serial,
        "Manufacturer": maker,
        "Model": model,
        "OsType": system,
        "ReleaseID": release,
    }
    raw = {
        "Computer_Idn": number,
        "SerialNumber": serial,
        "DeviceName": name,
        "DisplayName": name,
        "EpmInventory": reported | inventory,
        "SecurityInfo": [],
    }
    return Record(FIVE9S, account, label, hours, raw)


def listed_macs(macs: Sequence[str] | str) -> Sequence[str]:
    return macs.split() if isinstance(macs, str) else macs


def listed(*records: Record, at: datetime | None = None) -> None:
    """A full sync of each account that these records are of, with exactly these records."""
    now = at or timezone.now()
    accounts: dict[tuple[str, str], list[Fed]] = {}
    for each in records:
        accounts.setdefault((each.vendor, each.account), []).append(each.fed(now))
    for (vendor, account), found in accounts.items():
        sync(vendor, account, found, at=now)


def labels(*records: Record) -> list[str]:
    """The devices of these records, each as its records' labels: `["E F", "O"]`."""
    names = {(each.account, external_id(each.vendor, each.label)): each.label for each in records}
    found: dict[int, list[str]] = {}
    for account, external, device in Sighting.objects.values_list("account__name", "external_id", "device"):
        if (account, external) in names:
            found.setdefault(device, []).append(names[account, external])
    return sorted(" ".join(sorted(each)) for each in found.values())


def become(*records: Record) -> list[str]:
    """Their devices after one sync of each account."""
    listed(*records)
    return labels(*records)


def device_of(record: Record) -> Device:
    return Device.objects.get(sightings__account__name=record.account, sightings__external_id=external_id(record.vendor, record.label))
