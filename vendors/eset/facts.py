"""Facts of an ESET record. Pure.

https://help.eset.com/eset_connect/en-US/devices_v1_devices_get.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from vendors.eset.field_masks import covers
from vendors.facts import LONGEST_FACT, LONGEST_READ, FactName, device_type, kept, part
from vendors.field_repairs import FieldFault, Repairs
from vendors.parsing.fields import count_of, text_of, word_of
from vendors.parsing.operating_systems import OperatingSystem
from vendors.parsing.times import FIRST_YEAR

TYPE, DRIVE, PROCESSOR = "DEVICE_TYPE_", "DRIVE_TYPE_", "CPU_ARCHITECTURE_"
UNSPECIFIED = "UNSPECIFIED"
LAST_YEAR = 9999  # of a date
MOST_BYTES_OF_A_DISK = 2**63 - 1
SIGNS = re.compile(rb"[:.-]")
HASH = 64  # hexadecimal digits of a value that ESET made anonymous

Number = Any
Word = str | int | None


class SystemVersion(msgspec.Struct):
    id: Number = None
    name: str | None = None


class _Day(msgspec.Struct):
    """A date whose month or day may be 0: not known."""

    year: Number = None
    month: Number = None
    day: Number = None


class _Product(msgspec.Struct):
    name: str | None = None
    activateDate: _Day | None = None
    validityDate: _Day | None = None


class _Component(msgspec.Struct):
    displayName: str | None = None
    name: str | None = None
    version: SystemVersion | None = None


class _Disk(msgspec.Struct):
    displayName: str | None = None
    manufacturerName: str | None = None
    driveType: Word = None
    capacityBytes: Number = None
    serialNumber: str | None = None
    hardwareEncryptionSupported: bool | None = None
    malformedData: str | None = None


class _Processor(msgspec.Struct):
    caption: str | None = None
    architecture: Word = None
    malformedData: str | None = None


class _Adapter(msgspec.Struct):
    caption: str | None = None
    macAddress: str | None = None
    malformedData: str | None = None


class Hardware(msgspec.Struct):
    """What `facts` reads of a hardware profile."""

    malformedData: str | None = None
    networkAdapters: list[_Adapter] | None = None
    hardDrives: list[_Disk] | None = None
    processors: list[_Processor] | None = None


class Reported(msgspec.Struct):
    """What `facts` reads of a record, beside its operating system and profiles."""

    deviceType: Word = None
    description: str | None = None
    isMaster: bool | None = None
    primaryLocalIpAddress: str | None = None
    publicIpAddress: str | None = None
    activeProducts: list[_Product] | None = None
    deployedComponents: list[_Component] | None = None


def facts(
    record: Reported, profiles: Sequence[Hardware], running: OperatingSystem, *, version: str, bitness: object, maker: str, repairs: Repairs
) -> dict[str, Any]:
    """`version`, `bitness`: of the operating system; `maker`: the manufacturer of the device."""
    text = _Texts(repairs)
    products = [_product(each, text) for each in record.activeProducts or []]
    bits = count_of(bitness, "operatingSystem.bitness", repairs)
    return kept(
        {
            FactName.OS_EDITION: running.edition,
            FactName.OS_UPDATE: running.update,
            FactName.OS_BUILD: running.build,
            FactName.OS_VERSION: version,
            FactName.ARCHITECTURE: f"{bits}-bit" if bits else "",
            FactName.DEVICE_TYPE: device_type(_word(record.deviceType, TYPE, "deviceType", repairs)),
            FactName.MANUFACTURER: maker,
            FactName.PROCESSORS: _once(_processors(profiles, text)),
            FactName.DISKS: _once(_disks(profiles, text)),
            FactName.GOLDEN_IMAGE: record.isMaster or None,
            FactName.ADAPTERS: _once(_adapters(profiles, text)),
            FactName.LOCAL_IP: text(record.primaryLocalIpAddress, "primaryLocalIpAddress"),
            FactName.PUBLIC_IP: text(record.publicIpAddress, "publicIpAddress"),
            FactName.PRODUCTS: _once(iter(products)),
            FactName.COMPONENTS: _once(_component(each, text) for each in record.deployedComponents or []),
            FactName.LICENSE_EXPIRES: min((each["until"] for each in products if "until" in each), default=""),
            FactName.DESCRIPTION: text_of(record.description, "description", repairs, limit=LONGEST_READ),
        },
        repairs,
    )


class _Texts:
    """Reads texts of a record."""

    def __init__(self, repairs: Repairs) -> None:
        self.repairs = repairs

    def __call__(self, value: str | None, field: str) -> str:
        return text_of(value, field, self.repairs, limit=LONGEST_FACT)


def _word(value: Word, prefix: str, field: str, repairs: Repairs) -> str:
    word = word_of(value, field, repairs).removeprefix(prefix)
    return "" if word == UNSPECIFIED else word


def _product(product: _Product, text: _Texts) -> dict[str, Any]:
    return part(
        name=text(product.name, "activeProducts.name"),
        since=_date(product.activateDate, "activeProducts.activateDate", text.repairs, last=False),
        until=_date(product.validityDate, "activeProducts.validityDate", text.repairs, last=True),
    )


def _date(day: _Day | None, field: str, repairs: Repairs, *, last: bool) -> date | None:
    """An unknown month or day is the first or the last of its year or month. None: no year, as of a license without an end."""
    if day is None:
        return None
    year, month, number = (count_of(each, field, repairs) for each in (day.year, day.month, day.day))
    if not year:
        return None
    month = month or (12 if last else 1)
    try:
        found = date(year, month, number or (calendar.monthrange(year, month)[1] if last else 1))
    except (ValueError, OverflowError):
        found = None
    if found is None or not FIRST_YEAR <= year < LAST_YEAR:
        repairs.add(field, FieldFault.TIME)
        return None
    return found


def _component(component: _Component, text: _Texts) -> dict[str, Any]:
    name = text(component.displayName, "deployedComponents.displayName") or text(component.name, "deployedComponents.name")
    version = component.version or SystemVersion()
    return part(name=name, version=text(version.name, "deployedComponents.version.name"))


def _disks(profiles: Sequence[Hardware], text: _Texts) -> Iterator[dict[str, Any]]:
    path = "hardwareProfiles.hardDrives"
    for profile in profiles:
        for disk in profile.hardDrives or []:
            serial = text(disk.serialNumber, f"{path}.serialNumber")
            unread = covers(disk.malformedData or "", "serialNumber") or covers(profile.malformedData or "", "hardDrives.serialNumber")
            yield part(
                name=text(disk.displayName, f"{path}.displayName"),
                maker=text(disk.manufacturerName, f"{path}.manufacturerName"),
                type=_word(disk.driveType, DRIVE, f"{path}.driveType", text.repairs),
                bytes=_bytes(disk.capacityBytes, f"{path}.capacityBytes", text.repairs),
                serial="" if unread or len(serial) == HASH else serial,
                encryption=disk.hardwareEncryptionSupported,
            )


def _bytes(value: object, field: str, repairs: Repairs) -> int | None:
    """64 bits, as a text. None: not reported."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(MOST_BYTES_OF_A_DISK)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        if value is not None and value != "":
            repairs.add(field, FieldFault.NUMBER)
        return None
    if not 0 <= value <= MOST_BYTES_OF_A_DISK:
        repairs.add(field, FieldFault.RANGE)
        return None
    return value or None


def _processors(profiles: Sequence[Hardware], text: _Texts) -> Iterator[dict[str, Any]]:
    path = "hardwareProfiles.processors"
    for profile in profiles:
        for each in profile.processors or []:
            if not covers(each.malformedData or "", "caption"):
                architecture = _word(each.architecture, PROCESSOR, f"{path}.architecture", text.repairs)
                yield part(name=text(each.caption, f"{path}.caption"), architecture=architecture)


def _adapters(profiles: Sequence[Hardware], text: _Texts) -> Iterator[dict[str, Any]]:
    path = "hardwareProfiles.networkAdapters"
    for profile in profiles:
        for each in profile.networkAdapters or []:
            mac = text(each.macAddress, f"{path}.macAddress")
            unread = covers(each.malformedData or "", "macAddress") or covers(profile.malformedData or "", "networkAdapters.macAddress")
            yield part(name=text(each.caption, f"{path}.caption"), mac="" if unread else mac)


def _once(parts: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """In their order, whatever their notation: a machine in its dock and on the road has a profile for either."""
    found: dict[bytes, dict[str, Any]] = {}
    for each in parts:
        if each:
            found.setdefault(SIGNS.sub(b"", msgspec.json.encode(each).lower()), each)
    return list(found.values())
