"""JSON of five(9)s (Ivanti EPM) → records. Pure.

https://support.five9s.de/support/solutions/articles/103000361090-device-api, "JobData Example"
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial

import msgspec

from vendors.field_repairs import REPLACED, FieldFault, Repairs
from vendors.five9s import security
from vendors.five9s.facts import facts
from vendors.parsing.descriptions import described, shown_serial
from vendors.parsing.fields import Fields
from vendors.parsing.normalise import LONGEST_VALUE, UNSTORABLE, clean_text, identifier, text_key
from vendors.parsing.operating_systems import system
from vendors.parsing.pages import json_pages
from vendors.parsing.pages.json_pages import Record
from vendors.records import Device, Entry, Identifier, Reject
from vendors.states import Enrolment, IdKind
from vendors.texts import Message, gettext_noop

SCANS = ("HWLastScanDate", "SWLastScanDate", "UpdateLastScanDate", "PatchSWLastScanDate")
# What moves at every scan, contact or reboot, or merely counts the days since.
CONTACTS = ("LastUpdInvSvr", *SCANS)
BOOT = "LastStartUpTime"
OTHERS = (BOOT, "DaysHardware", "DaysVulnerabil", "DaysStartUp")
VOLATILE = (*CONTACTS, *OTHERS)
UNASSIGNED = "unassigned"
RELEASE_ID = re.compile("[12][0-9]{3}|[12][0-9]H[12]", re.IGNORECASE)
MOST_CUSTOM = 200
RULES = 3  # one more whenever a record means something else than before, so that stored ones are read again at the next sync


def entries(rows: list[msgspec.Raw], *, zone: tzinfo, now: datetime) -> tuple[list[Entry], list[Reject]]:
    """`zone` is where times without offset were written: the EPM core's local time."""
    records, rejects = json_pages.records(rows)
    found: list[Entry] = []
    for raw, record in records:
        number = computer_id(record)
        if number:
            found.append(_entry(number, raw, record, zone, now))
        else:
            rejects.append(Reject(Message(gettext_noop("The record has no usable Computer_Idn.")), json_pages.sample(raw)))
    return found, rejects


def computer_id(record: Record) -> str:
    """The key of the core's database; a device that is deleted and added again gets another one."""
    inventory = record.get("EpmInventory")
    for place in (record, inventory if isinstance(inventory, dict) else {}):
        value = place.get("Computer_Idn")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = json_pages.opaque_id(value)
        if text.isascii() and text.isdigit() and int(text) > 0:
            return str(int(text))
    return ""


def _entry(number: str, raw: bytes, record: Record, zone: tzinfo, now: datetime) -> Entry:
    inventory, repairs = record.get("EpmInventory"), Repairs()
    stable, seen, booted, odd = record, None, None, []
    if isinstance(inventory, dict):
        stable = {**record, "EpmInventory": {k: v for k, v in inventory.items() if k not in VOLATILE}}
        seen = _seen(inventory, repairs, zone, now)
        booted = Fields(inventory, repairs, path="EpmInventory.").time(BOOT, zone=zone, now=now)
        odd = [name for name in OTHERS if name in inventory and _odd(inventory[name])]
    wrong = repairs.all()
    return Entry(
        external_id=number,
        seen_at=seen,
        # What is reported of a record is a part of its digest, also where the value itself is not.
        digest=json_pages.digest({"rules": RULES, "record": [stable, [each.field for each in wrong], odd] if wrong or odd else stable}),
        wire=raw,
        mapper=partial(device, zone=zone),
        scrub=json_pages.keepable,
        repairs=wrong,
        booted_at=booted,
    )


def _odd(value: object) -> bool:
    """Something in it may have to be mended."""
    return isinstance(value, list | dict) or (isinstance(value, str) and (REPLACED in value or UNSTORABLE.search(value) is not None))


def _seen(inventory: Record, repairs: Repairs, zone: tzinfo, now: datetime) -> datetime | None:
    """When the inventory server last heard of the device, else the newest scan."""
    fields = Fields(inventory, repairs, path="EpmInventory.")
    contact, *scans = (fields.time(name, zone=zone, now=now) for name in CONTACTS)
    return contact or max((each for each in scans if each), default=None)


def device(raw: bytes, *, zone: tzinfo) -> Device:
    """Raises BadRecord."""
    repairs = Repairs()
    record = json_pages.stored(raw, repairs)
    fields = Fields(record, repairs)
    inventory, custom = fields.section("EpmInventory"), fields.section("CustomInventory")
    number = computer_id(record)
    identifiers = _once(_identifiers(fields, inventory, custom, number))
    serial = shown_serial(identifiers)
    hostname = fields.text("DeviceName") or inventory.text("DeviceName")
    detected = fields.rows("SecurityInfo")
    reported = "SecurityInfo" in fields
    issues = security.issues(detected, zone=zone)
    state, words = security.verdict(detected, reported=reported)
    running = system(inventory.text("OsType"), release_id=_release_id(inventory))
    return Device(
        external_id=number,
        name=hostname or fields.text("DisplayName") or serial or f"Computer {number}",
        state=state,
        state_raw=words,
        enrolment=_enrolment(fields),
        serial=serial,
        user=inventory.text("LoginName"),
        os_name=running.name,
        os_family=running.family,
        os_release=running.release,
        os_short=running.short,
        model=described(inventory.text("Model")),
        manufacturer=described(inventory.text("Manufacturer")),
        problem_count=sum(not issue.silenced for issue in issues),
        produced_at=custom.time("UpdatedAt", zone=zone),
        identifiers=identifiers,
        issues=issues,
        patches=security.patches(detected, zone=zone) if reported else None,
        facts=facts(fields, inventory, custom, running, zone=zone),
        repairs=repairs.all(),
    )


def _release_id(inventory: Fields) -> str:
    """24H2 or 1809."""
    found = inventory.word("ReleaseID")
    if found and not RELEASE_ID.fullmatch(found) and not inventory.left_out("ReleaseID"):
        inventory.wrong("ReleaseID", FieldFault.TYPE)
    return found


def _enrolment(fields: Fields) -> Enrolment:
    """Rows whose agent has not made its id yet are placeholders."""
    return Enrolment.PENDING if fields.text("DeviceId").casefold() == UNASSIGNED else Enrolment.MANAGED


def _identifiers(fields: Fields, inventory: Fields, custom: Fields, number: str) -> Iterator[Identifier | None]:
    yield identifier(IdKind.VENDOR_ID, number)
    if _enrolment(fields) is Enrolment.MANAGED:
        yield fields.identifier(IdKind.VENDOR_ID, "DeviceId")
    yield fields.identifier(IdKind.SERIAL, "SerialNumber")
    yield inventory.identifier(IdKind.SERIAL, "SerialNum")
    yield fields.identifier(IdKind.HOSTNAME, "DeviceName")
    yield inventory.identifier(IdKind.HOSTNAME, "DeviceName")
    if fields.text("DisplayName") != fields.text("DeviceName"):  # users change it
        yield fields.identifier(IdKind.NICKNAME, "DisplayName")
    yield inventory.identifier(IdKind.USER, "LoginName")
    for scope in inventory.rows("Scopes"):
        yield scope.identifier(IdKind.TAG, "ScopeName")
    for name in list(custom)[:MOST_CUSTOM]:
        yield _custom(name, custom.word(name, limit=LONGEST_VALUE))


def _custom(name: str, text: str) -> Identifier | None:
    """Custom fields differ from site to site: shown with their name, found by their value."""
    found = identifier(IdKind.TAG if text_key(name).startswith(("tag", "asset")) else IdKind.CUSTOM, text)
    if found is None or name == "UpdatedAt":
        return None
    idle = found.key in ("true", "false", "yes", "no", "ja", "nein")
    return Identifier(found.kind, clean_text(f"{name}: {text}"), found.key, junk=found.junk or idle)


def _once(found: Iterator[Identifier | None]) -> tuple[Identifier, ...]:
    return tuple({(each.kind, each.key): each for each in found if each is not None}.values())
