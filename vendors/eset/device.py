"""One ESET record → Device. Pure. A field that cannot be used is left out and reported (vendors/parsing/fields.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from vendors.eset import facts
from vendors.eset.facts import Number, Word
from vendors.eset.field_masks import covers
from vendors.eset.ids import canonical
from vendors.field_repairs import FieldFault, Repairs
from vendors.parsing.descriptions import described, shown_serial
from vendors.parsing.fields import count_of, identifier_of, shaped, text_of, word_of
from vendors.parsing.normalise import identifier, text_key
from vendors.parsing.operating_systems import OperatingSystem, system
from vendors.records import Device, Identifier, Issue
from vendors.states import Enrolment, Family, IdKind, State

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
SERVER_EDITIONS, MOBILE_EDITION = (1, 4), 3
FIRST_BUILD, LAST_BUILD = 2600, 65_535  # of Windows XP; the largest that a part of a version's id holds
LONGEST_ID = 20  # digits of 64 bits


class _Bios(msgspec.Struct):
    serialNumber: str | None = None
    uuid: str | None = None


class _Profile(facts.Hardware):
    bios: _Bios | None = None
    manufacturer: str | None = None
    model: str | None = None


class _System(msgspec.Struct):
    displayName: str | None = None
    version: facts.SystemVersion | None = None
    familyId: Number = None
    editionId: Number = None
    bitness: Number = None


class _Record(facts.Reported):
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
    tags: list[Any] | None = None


def device(raw: bytes) -> Device:
    """The raw record, without its secrets, normalized. Raises BadRecord for what is no object."""
    repairs = Repairs()
    return _device(shaped(raw, _Record, repairs), repairs)


def _device(record: _Record, repairs: Repairs) -> Device:
    profiles = record.hardwareProfiles or []
    identifiers = tuple(_identifiers(record, profiles, repairs))
    word = word_of(record.functionalityStatus, "functionalityStatus", repairs, limit=100)
    state = STATES.get(word, State.UNKNOWN)
    muted = bool(record.isMuted)
    problems = count_of(record.functionalityProblemCount, "functionalityProblemCount", repairs)
    told = record.operatingSystem or _System()
    version = text_of((told.version or facts.SystemVersion()).name, "operatingSystem.version.name", repairs)
    running = _running(told, version, repairs, mobile=bool(record.isMobile))
    maker = _first(((each.manufacturer, each.malformedData) for each in profiles), "manufacturer", repairs)
    name, own_name = (
        text_of(record.displayName, "displayName", repairs),
        text_of(record.originalDisplayName, "originalDisplayName", repairs),
    )
    return Device(
        external_id=canonical(record.uuid),
        name=name or own_name,
        state=state,
        state_raw=word,
        enrolment=ENROLMENTS.get(word_of(record.enrollmentStatus, "enrollmentStatus", repairs, limit=100), Enrolment.UNKNOWN),
        serial=shown_serial(identifiers),
        os_name=running.name,
        os_family=running.family,
        os_release=running.release,
        os_short=running.short,
        model=_first(((each.model, each.malformedData) for each in profiles), "model", repairs),
        manufacturer=maker,
        group_id=_group(record.parentGroupUuid, repairs),
        silenced=muted,
        problem_count=problems,
        identifiers=identifiers,
        issues=_issues(problems, state, word, muted),
        facts=facts.facts(record, profiles, running, version=version, bitness=told.bitness, maker=maker, repairs=repairs),
        repairs=repairs.all(),
    )


def _first(told: Iterator[tuple[str | None, str | None]], field: str, repairs: Repairs) -> str:
    """Of all profiles (text, `malformedData`), the first one that describes the machine."""
    usable = (text for text, malformed in told if text and not covers(malformed or "", field) and described(text))
    return text_of(next(usable, None), f"hardwareProfiles.{field}", repairs)


def _group(uuid: str | None, repairs: Repairs) -> str:
    group = canonical(uuid)
    if uuid and not group:
        repairs.add("parentGroupUuid", FieldFault.ID)
    return group


def _issues(problems: int, state: State, word: str, muted: bool) -> tuple[Issue, ...]:
    """ESET Connect reports the number of problems, not which; a bad status without a number is one issue."""
    if problems:
        title = "1 problem reported" if problems == 1 else f"{problems} problems reported"
        return (Issue(key="problems", title=title, state=state, raw=word, silenced=muted),)
    if word and state is not State.OK:
        return (Issue(key="status", title="Status is not OK, and no problem is counted", state=state, raw=word, silenced=muted),)
    return ()


def _identifiers(record: _Record, profiles: list[_Profile], repairs: Repairs) -> Iterator[Identifier]:
    """Each once. A machine in its dock and on the road has a profile for either, so all profiles and adapters count."""
    seen: set[tuple[IdKind, str]] = set()
    for found in _all_identifiers(record, profiles, repairs):
        if found is not None and (found.kind, found.key) not in seen:
            seen.add((found.kind, found.key))
            yield found


def _all_identifiers(record: _Record, profiles: list[_Profile], repairs: Repairs) -> Iterator[Identifier | None]:
    for profile in profiles:
        spoiled = profile.malformedData or ""
        if profile.bios:
            serial = identifier_of(IdKind.SERIAL, profile.bios.serialNumber, "hardwareProfiles.bios.serialNumber", repairs)
            yield _unless(spoiled, "bios.serialNumber", serial)
            bios = identifier_of(IdKind.BIOS_UUID, profile.bios.uuid, "hardwareProfiles.bios.uuid", repairs)
            yield _unless(spoiled, "bios.uuid", bios)
        for adapter in profile.networkAdapters or []:
            mac = identifier_of(IdKind.MAC, adapter.macAddress, "hardwareProfiles.networkAdapters.macAddress", repairs)
            mac = _unless(adapter.malformedData or "", "macAddress", mac)
            yield _unless(spoiled, "networkAdapters.macAddress", mac)
    # Users rename displayName; the system's own name is evidence.
    own_name = record.originalDisplayName or record.displayName
    yield identifier(IdKind.HOSTNAME, own_name)
    if record.displayName and text_key(record.displayName) != text_key(own_name or ""):
        yield identifier(IdKind.NICKNAME, record.displayName)
    yield identifier_of(IdKind.IP, record.primaryLocalIpAddress, "primaryLocalIpAddress", repairs)
    yield identifier(IdKind.VENDOR_ID, canonical(record.uuid))
    for tag in record.tags or []:
        yield identifier_of(IdKind.TAG, tag, "tags", repairs)


def _unless(malformed: str, field: str, found: Identifier | None) -> Identifier | None:
    """`malformedData` names what ESET could not read properly: shown, and no evidence."""
    if malformed and found is not None and covers(malformed, field):
        return msgspec.structs.replace(found, junk=True)
    return found


def _running(told: _System, version: str, repairs: Repairs, *, mobile: bool) -> OperatingSystem:
    number = count_of(told.familyId, "operatingSystem.familyId", repairs)
    edition = count_of(told.editionId, "operatingSystem.editionId", repairs)
    family = FAMILIES.get(number, Family.UNKNOWN)
    running = system(
        text_of(told.displayName, "operatingSystem.displayName", repairs),
        family=Family.IOS if family is Family.MACOS and (mobile or edition == MOBILE_EDITION) else family,
        version=version,
        build=_build((told.version or facts.SystemVersion()).id) if family is Family.WINDOWS else 0,
        server=edition in SERVER_EDITIONS,
    )
    unreadable = told.familyId and number not in FAMILIES
    return running._replace(family=Family.UNKNOWN) if unreadable else running


def _build(number: object) -> int:
    """Windows' build from a version's id: 16 bits for each part, lowest or, in an id made of a name of three or four parts, above it."""
    whole = int(number) if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) <= LONGEST_ID else 0
    major, above, lowest = whole >> 48, whole >> 16 & LAST_BUILD, whole & LAST_BUILD
    return next((part for part in (above, lowest) if part >= FIRST_BUILD), 0) if major in (6, 10) else 0
