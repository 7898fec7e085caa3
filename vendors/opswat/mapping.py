"""OPSWAT's JSON → records. Pure.

https://www.opswat.com/docs/macloud-sdp/developer-guide/get-devices-v2-3
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import msgspec

from vendors.field_repairs import FieldFault, Repairs
from vendors.gateway.address_rules import openable
from vendors.opswat.facts import facts
from vendors.parsing.fields import Fields, time_of
from vendors.parsing.normalise import identifier
from vendors.parsing.operating_systems import OperatingSystem, family_of, system
from vendors.parsing.pages import json_pages
from vendors.parsing.pages.json_pages import Record
from vendors.records import Device, Entry, Identifier, Issue, Reject
from vendors.secret import Secret
from vendors.states import Enrolment, IdKind, State
from vendors.texts import Message, gettext_noop

# A capability link: it allows actions on the device. It leaves here as a Secret, and is part of the digest only.
LINK = "remediation_link"
SECRET = (LINK,)
SEEN = "last_seen"
VOLATILE = (SEEN,)
# Written by OPSWAT where the customer switched off the collection of a value.
UNSAID = ("<private>",)

STATES = {
    "0": (State.OK, "compliant", Enrolment.MANAGED),
    "1": (State.ATTENTION, "not compliant", Enrolment.MANAGED),
    "2": (State.UNKNOWN, "not found or agent uninstalled", Enrolment.UNKNOWN),
    "3": (State.UNKNOWN, "still sending information", Enrolment.PENDING),
}
LOST = "2"


def entries(rows: list[msgspec.Raw], *, now: datetime) -> tuple[list[Entry], list[Reject]]:
    records, rejects = json_pages.records(rows, hide=SECRET)
    found: list[Entry] = []
    for raw, record in records:
        hwid = json_pages.opaque_id(record.get("hwid"))
        if not hwid:
            rejects.append(Reject(Message(gettext_noop("The record has no usable hwid.")), json_pages.sample(raw, hide=SECRET)))
            continue
        found.append(_entry(hwid, record, now))
    return found, rejects


def _entry(hwid: str, record: Record, now: datetime) -> Entry:
    kept = {name: value for name, value in record.items() if name not in SECRET}
    repairs = Repairs()
    seen = time_of(record.get(SEEN), SEEN, repairs, zone=UTC, now=now)
    stable = {name: value for name, value in record.items() if name not in VOLATILE}
    if wrong := repairs.all():
        stable[SEEN] = wrong[0].fault
    return Entry(
        external_id=hwid,
        seen_at=seen,
        digest=json_pages.digest(stable),
        wire=msgspec.json.encode(kept),
        mapper=partial(device, remediation=_remediation(record.get(LINK), repairs)),
        scrub=json_pages.keepable,
        repairs=repairs.all(),
    )


def _remediation(link: object, repairs: Repairs) -> Secret:
    """Empty where there is no address that a browser may be sent to. The link is not stored, so what is wrong with it is said here."""
    if isinstance(link, str) and openable(link):
        return Secret(link)
    if link is not None and link != "":
        repairs.add(LINK, FieldFault.LINK)
    return Secret("")


def device(raw: bytes, *, remediation: Secret) -> Device:
    """Raises BadRecord."""
    repairs = Repairs()
    record = json_pages.stored(raw, repairs)
    fields = Fields(record, repairs, unsaid=UNSAID)
    hwid = json_pages.opaque_id(record.get("hwid"))
    hostname, nickname = fields.text("hostname"), fields.text("nickname")
    state, raw_state, enrolment = _state(fields)
    running = _running(fields.section("os_info"))
    exempt = fields.word("exempt") not in ("", "0")
    return Device(
        external_id=hwid,
        name=hostname or nickname or hwid,
        state=state,
        state_raw=raw_state,
        enrolment=enrolment,
        user=_user(fields),
        os_name=running.name,
        os_family=running.family,
        os_release=running.release,
        os_short=running.short,
        group_name=fields.text("user"),  # named "user", documented as the name of a group
        silenced=exempt,
        problem_count=fields.number("total_issue"),
        identifiers=_once(_identifiers(fields)),
        issues=tuple(_issues(fields, silenced=exempt)),
        remediation=remediation,
        facts=facts(fields, running),
        repairs=repairs.all(),
    )


def _running(info: Fields) -> OperatingSystem:
    shown = " ".join(filter(None, (info.text("name"), info.text("version"))))
    return system(shown, family=family_of(info.text("family")), server="server" in info.text("type").casefold())


def _state(fields: Fields) -> tuple[State, str, Enrolment]:
    word = fields.word("status")
    state, meaning, enrolment = STATES.get(word, (State.UNKNOWN, "", Enrolment.MANAGED))
    shown = f"{word} ({meaning})" if meaning else word
    if state is not State.UNKNOWN and _critical(fields):
        return State.CRITICAL, f"{shown}, critical", enrolment
    return state, shown, enrolment


def _critical(fields: Fields) -> bool:
    return fields.word("critical_status") == "1" or fields.number("total_critical_issue") > 0


def _user(fields: Fields) -> str:
    info = fields.section("user_info")
    name, domain = info.text("username"), info.text("domain")
    return f"{domain}\\{name}" if name and domain else name


def _identifiers(fields: Fields) -> Iterator[Identifier | None]:
    yield fields.identifier(IdKind.VENDOR_ID, "hwid")
    yield fields.identifier(IdKind.HOSTNAME, "hostname")
    if fields.text("nickname") != fields.text("hostname"):
        yield fields.identifier(IdKind.NICKNAME, "nickname")
    yield identifier(IdKind.USER, _user(fields))
    for adapter in fields.rows("network_info"):
        yield adapter.identifier(IdKind.MAC, "mac_addr")
        yield adapter.identifier(IdKind.IP, "ipv4_addr")
        yield adapter.identifier(IdKind.IP, "ipv6_addr")


def _once(found: Iterator[Identifier | None]) -> tuple[Identifier, ...]:
    return tuple({(each.kind, each.key): each for each in found if each is not None}.values())


def _issues(fields: Fields, *, silenced: bool) -> Iterator[Issue]:
    """The list counts issues and does not name them; a bad status without a count is one issue."""
    critical = fields.number("total_critical_issue")
    others = max(0, fields.number("total_issue") - critical)
    if critical:
        title = _count(critical, "critical issue")
        yield Issue("critical", title, State.CRITICAL, raw=f"total_critical_issue {critical}", silenced=silenced)
    if others:
        title = _count(others, "other issue" if critical else "issue")
        raw = f"total_issue {fields.number('total_issue')}"
        yield Issue("issues", title, State.ATTENTION, raw=raw, silenced=silenced)
    state, status, _ = _state(fields)
    if not critical and not others and (state in (State.ATTENTION, State.CRITICAL) or fields.word("status") == LOST):
        yield Issue("status", f"Status {status}, and no issue is counted", state, raw=f"status {status}", silenced=silenced)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
