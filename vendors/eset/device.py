"""One ESET record → Device. Pure; raises BadRecord for what cannot be read or stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vendors import untyped
from vendors.errors import BadRecord
from vendors.normalise import clean_text, identifier, text_key
from vendors.records import Device, Identifier, Issue
from vendors.states import Enrolment, Family, IdKind, State

LARGEST_RECORD = 2**20
MOST_PROBLEMS = 2**31 - 1

STATUS = "DEVICE_FUNCTIONALITY_STATUS_"
STATES = {
    STATUS + "OK": State.OK,
    STATUS + "ATTENTION_RECOMMENDED": State.ATTENTION,
    STATUS + "ATTENTION_REQUIRED": State.CRITICAL,
}
ENROLMENTS = {
    "DEVICE_ENROLLMENT_STATUS_FINISHED": Enrolment.MANAGED,
    "DEVICE_ENROLLMENT_STATUS_PENDING": Enrolment.PENDING,
    "DEVICE_ENROLLMENT_STATUS_FAILED": Enrolment.FAILED,
}
FAMILIES = {1: Family.WINDOWS, 2: Family.LINUX, 3: Family.MACOS, 4: Family.ANDROID, 5: Family.WINDOWS, 7: Family.UNIX}
MOBILE_EDITION = 3

# Whole numbers of 64 bits are texts in proto3 JSON.
Number = int | str | None
# Closed lists of words, in which new ones may appear at any time.
Word = str | int | None


class _Bios(msgspec.Struct):
    serialNumber: str | None = None
    uuid: str | None = None


class _Adapter(msgspec.Struct):
    macAddress: str | None = None
    malformedData: str | None = None


class _Profile(msgspec.Struct):
    bios: _Bios | None = None
    manufacturer: str | None = None
    model: str | None = None
    malformedData: str | None = None
    networkAdapters: list[_Adapter] | None = None


class _System(msgspec.Struct):
    displayName: str | None = None
    familyId: Number = None
    editionId: Number = None


class _Record(msgspec.Struct):
    uuid: str | None = None
    displayName: str | None = None
    originalDisplayName: str | None = None
    parentGroupUuid: str | None = None
    functionalityStatus: Word = None
    functionalityProblemCount: Number = None
    enrollmentStatus: Word = None
    isMuted: bool | None = None
    isMobile: bool | None = None
    operatingSystem: _System | None = None
    hardwareProfiles: list[_Profile] | None = None
    primaryLocalIpAddress: str | None = None
    tags: list[Any] | None = None


_record = msgspec.json.Decoder(_Record)
_untyped = msgspec.json.Decoder()


def device(raw: bytes) -> Device:
    """The raw record, without its secrets, in our words."""
    try:
        everything = _untyped.decode(raw)  # also what is not mapped must be fit to be kept beside it
        if rb"\u0000" in raw:
            untyped.require_storable(everything)
        record = _record.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRecord(_reason(error)) from None
    return _device(record)


def _reason(error: Exception) -> str:
    if isinstance(error, msgspec.ValidationError):
        return f"A field of the record has an unexpected value: {error}."[:300]
    return "The record is not JSON that can be read."


def _device(record: _Record) -> Device:
    profiles = record.hardwareProfiles or []
    identifiers = tuple(_identifiers(record, profiles))
    word = _word(record.functionalityStatus, "functionalityStatus")
    state = STATES.get(word, State.UNKNOWN)
    muted = bool(record.isMuted)
    problems = _number(record.functionalityProblemCount, "functionalityProblemCount")
    system = record.operatingSystem or _System()
    return Device(
        external_id=record.uuid or "",
        name=_text(record.displayName, "displayName") or _text(record.originalDisplayName, "originalDisplayName"),
        state=state,
        state_raw=word,
        enrolment=ENROLMENTS.get(_word(record.enrollmentStatus, "enrollmentStatus"), Enrolment.UNKNOWN),
        serial=next((each.value for each in identifiers if each.kind is IdKind.SERIAL and not each.junk), ""),
        os_name=_text(system.displayName, "operatingSystem.displayName"),
        os_family=_family(system, mobile=bool(record.isMobile)),
        model=next((_text(each.model, "model") for each in profiles if each.model), ""),
        manufacturer=next((_text(each.manufacturer, "manufacturer") for each in profiles if each.manufacturer), ""),
        group_id=_text(record.parentGroupUuid, "parentGroupUuid"),
        silenced=muted,
        problem_count=problems,
        identifiers=identifiers,
        issues=_issues(problems, state, word, muted),
    )


def _issues(problems: int, state: State, word: str, muted: bool) -> tuple[Issue, ...]:
    """ESET Connect tells how many problems a device has, not which; a bad status without a number is one issue by itself."""
    if problems:
        title = "1 problem reported" if problems == 1 else f"{problems} problems reported"
        return (Issue(key="problems", title=title, state=state, raw=word, silenced=muted),)
    if word and state is not State.OK:
        return (Issue(key="status", title="Status is not OK, and no problem is counted", state=state, raw=word, silenced=muted),)
    return ()


def _identifiers(record: _Record, profiles: list[_Profile]) -> Iterator[Identifier]:
    """Each once. A machine in its dock and on the road has a profile for either, so all profiles and adapters count."""
    seen: set[tuple[IdKind, str]] = set()
    for found in _all_identifiers(record, profiles):
        if found is not None and (found.kind, found.key) not in seen:
            seen.add((found.kind, found.key))
            yield found


def _all_identifiers(record: _Record, profiles: list[_Profile]) -> Iterator[Identifier | None]:
    for profile in profiles:
        spoiled = profile.malformedData or ""
        if profile.bios:
            yield _unless(spoiled, "serial", identifier(IdKind.SERIAL, profile.bios.serialNumber))
            yield _unless(spoiled, "bios.uuid", identifier(IdKind.BIOS_UUID, profile.bios.uuid))
        for adapter in profile.networkAdapters or []:
            yield _unless(adapter.malformedData or "", "mac", identifier(IdKind.MAC, adapter.macAddress))
    # People rename displayName; what the system calls itself is evidence.
    own_name = record.originalDisplayName or record.displayName
    yield identifier(IdKind.HOSTNAME, own_name)
    if record.displayName and text_key(record.displayName) != text_key(own_name or ""):
        yield identifier(IdKind.NICKNAME, record.displayName)
    yield identifier(IdKind.IP, record.primaryLocalIpAddress)
    yield identifier(IdKind.VENDOR_ID, record.uuid)
    for tag in record.tags or []:
        if isinstance(tag, str):
            yield identifier(IdKind.TAG, tag)


def _unless(malformed: str, part: str, found: Identifier | None) -> Identifier | None:
    """`malformedData` names what ESET could not read properly: shown, and no evidence."""
    if found is not None and part in malformed.lower():
        return msgspec.structs.replace(found, junk=True)
    return found


def _family(system: _System, *, mobile: bool) -> Family:
    family = FAMILIES.get(_number(system.familyId, "familyId"), Family.UNKNOWN)
    if family is Family.MACOS and (mobile or _number(system.editionId, "editionId") == MOBILE_EDITION):
        return Family.IOS
    return family


def _text(value: str | None, field: str) -> str:
    return clean_text(value, field=field) if value else ""


def _word(value: Word, field: str) -> str:
    return "" if value is None else clean_text(str(value), field=field, limit=100)


def _number(value: Number, field: str) -> int:
    try:
        number = int(value or 0)
    except ValueError:
        number = -1
    if not 0 <= number <= MOST_PROBLEMS:
        raise BadRecord(f"{field} is not a plausible number.")
    return number
