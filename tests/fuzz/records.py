"""Lists of records of vendors: good records beside changed ones. Every good one comes out as it does alone."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from devices.facts import keys, texts
from sandbox.credentials import CANARY
from sandbox.eset import groups as eset_groups
from tests.fuzz import json_rows, simulated
from tests.fuzz.json_rows import Path, Row, Sample
from tests.fuzz.parser import Parser
from tests.fuzz.simulated import NOW
from tests.fuzz.texts import made
from vendors import facts, field_repairs
from vendors.errors import BadAnswer, BadRecord
from vendors.eset import attempts, device, field_masks, ids, installer_mapping, mapping, patches, titles
from vendors.eset import facts as eset_facts
from vendors.five9s import facts as five9s_facts
from vendors.five9s import mapping as five9s
from vendors.five9s import security
from vendors.opswat import facts as opswat_facts
from vendors.opswat import mapping as opswat
from vendors.parsing import fields
from vendors.parsing.pages import json_pages, json_repair, size_limits
from vendors.records import Device, Entry, Reject
from vendors.secret import Secret

ZONE = ZoneInfo("Europe/Berlin")
MOST_GOOD, MOST_CHANGED = 2, 2
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
Read = Callable[[list[msgspec.Raw]], tuple[list[Any], int, list[Reject]]]


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind of list. `key`: the name of the list in its answer, "" where the answer is the list. `ids`: fields without which a record is none.
    `read`: the records found, how many were left out, and those of them that are reported."""

    key: str
    type: Any
    rows: Callable[[], list[Any]]
    ids: tuple[Path, ...]
    read: Read


@dataclass(frozen=True, slots=True)
class Case:
    """`good`: the rows that are as the vendor writes them. `broken`: the whole answer was damaged, so that nothing is promised but no error."""

    body: bytes
    good: tuple[Sample, ...] = ()
    changed: tuple[Row, ...] = ()
    broken: bool = False

    def __repr__(self) -> str:
        return f"Case(broken={self.broken}, touched={[each.touched for each in self.changed]}, body={self.body!r})"


# -- readers --------------------------------------------------------------------------------------------------------------------------------


def _entries(rows: list[msgspec.Raw]) -> tuple[list[Any], int, list[Reject]]:
    found, rejects = mapping.entries(rows, now=NOW)
    mapping.names(rows)
    return list(found), len(rejects), list(rejects)


def _pair(read: Callable[[list[msgspec.Raw]], tuple[Collection[Any], Collection[Reject]]]) -> Read:
    def both(rows: list[msgspec.Raw]) -> tuple[list[Any], int, list[Reject]]:
        found, rejects = read(rows)
        return list(found), len(rejects), list(rejects)

    return both


def _made(rows: list[msgspec.Raw]) -> tuple[list[Any], int, list[Reject]]:
    found, unreadable = installer_mapping.installers(rows, simulator="http://127.0.0.1:1/")
    return list(found), unreadable, []


def _groups(rows: list[msgspec.Raw]) -> tuple[list[Any], int, list[Reject]]:
    found = list(mapping.groups(rows))
    return found, len(rows) - len(found), []


UUID: tuple[Path, ...] = (("uuid",),)
KINDS: tuple[Path, ...] = (("application",), ("package",), ("operatingSystem",))
PROCESSES = "/v1/application-patching-processes/recent/details"
ESET = Listing("devices", mapping.DeviceListing, lambda: simulated.devices("eset"), UUID, _entries)
GROUPS = Listing("deviceGroups", mapping.GroupListing, eset_groups.groups, UUID, _groups)
RECENT = Listing(
    "patchingDetails",
    attempts.AttemptListing,
    simulated.patching(PROCESSES, "patchingDetails"),
    (),
    _pair(lambda rows: attempts.recent(rows, now=NOW)),
)
ATTEMPTS = Listing("patchingDetails", attempts.AttemptListing, simulated.patching("/v1/patching-process-details", "patchingDetails"), KINDS,
                   _pair(lambda rows: attempts.attempts(rows, now=NOW)))  # fmt: skip
PATCHES = Listing(
    "devices", patches.PatchListing, simulated.patching("/v1/device-patches", "devices"), (*UUID, ("deviceUuid",)), _pair(patches.patches)
)
INSTALLERS = Listing("installers", installer_mapping.InstallerListing, simulated.installers, UUID, _made)
OPSWAT = Listing(
    "", list[msgspec.Raw], lambda: simulated.devices("opswat"), (("hwid",),), _pair(lambda rows: opswat.entries(rows, now=NOW))
)
FIVE9S = Listing("Results", None, lambda: simulated.devices("five9s"), (("Computer_Idn",), ("EpmInventory",), ("EpmInventory", "Computer_Idn")),
                 _pair(lambda rows: five9s.entries(rows, zone=ZONE, now=NOW)))  # fmt: skip


# -- cases and what must hold ---------------------------------------------------------------------------------------------------------------


def cases(listing: Listing) -> Callable[[Random], Case]:
    @functools.cache
    def samples() -> tuple[Sample, ...]:
        return tuple(map(json_rows.sample, listing.rows()))

    def case(dice: Random) -> Case:
        good = tuple(dice.choice(samples()) for _ in range(dice.randint(0, MOST_GOOD)))
        changed = tuple(json_rows.changed(dice.choice(samples()), dice) for _ in range(dice.randint(1, MOST_CHANGED)))
        rows = [*(each.raw for each in good), *(each.raw for each in changed)]
        dice.shuffle(rows)
        listed = b"[" + b",".join(rows) + b"]"
        body = b'{"%s":%s,"nextPageToken":"","TotalCount":%d}' % (listing.key.encode(), listed, len(rows)) if listing.key else listed
        return Case(json_rows.broken(body, dice), broken=True) if dice.random() < 0.15 else Case(body, good, changed)

    return case


def checks(listing: Listing) -> Callable[[Case], None]:
    @functools.cache
    def alone(raw: bytes) -> Any:
        found, left_out, _ = listing.read([msgspec.Raw(raw)])
        assert (len(found), left_out) == (1, 0), "a good record is refused"
        return _comparable(found[0])

    def check(case: Case) -> None:
        try:
            rows = _rows(listing, case.body)
        except BadAnswer:
            assert case.broken, "an answer whose fields alone are wrong was refused"
            return
        found, left_out, rejects = listing.read(rows)
        assert len(found) + left_out == len(rows)
        outcome = [_comparable(each) for each in found]
        for each in case.good:
            assert alone(each.raw) in outcome, "a good record was lost or changed"
        if not case.broken:
            assert left_out <= sum(_unnamed(row, listing) for row in case.changed), "a record with its ids was left out"
        for each in found:
            _usable(each, secrets=not case.broken)
        for reject in rejects:
            assert case.broken or CANARY not in reject.sample
            assert len(reject.sample.encode()) <= json_pages.SAMPLE_BYTES

    return check


def _rows(listing: Listing, body: bytes) -> list[msgspec.Raw]:
    if listing.type is None:
        from vendors.five9s.client import Data

        return json_pages.page(body, type=Data, operation="fuzz").Results or []
    page = json_pages.page(body, type=listing.type, operation="fuzz")
    return (getattr(page, listing.key) or []) if listing.key else page


def _unnamed(row: Row, listing: Listing) -> bool:
    """A changed field is an id, or holds one, or is inside of one."""
    return any(path[: len(each)] == each or each[: len(path)] == path for path in row.touched for each in listing.ids)


def _comparable(each: Any) -> Any:
    if isinstance(each, Entry):
        return each.external_id, each.seen_at, each.booted_at, each.digest, each.raw, each.repairs
    return each


def _usable(each: Any, *, secrets: bool) -> None:
    """What is stored of it can be stored. `secrets`: their fields have their names, so none of them is in it."""
    if isinstance(each, Entry):
        raw = each.raw
        assert not secrets or CANARY.encode() not in raw, "a secret would be stored"
        assert len(raw) <= size_limits.RECORD_BYTES + 1000
        assert not NUL.search(raw) and raw.decode("utf-8"), "PostgreSQL cannot store it"
        read: Device = each.read()
        assert read.external_id == each.external_id
        _facts(read, secrets=secrets)
        each = read
    text = msgspec.json.encode(each, enc_hook=_hidden)
    assert not NUL.search(text), "PostgreSQL cannot store it"


def _facts(read: Device, *, secrets: bool) -> None:
    """All of them are bounded, can be compared, and have a text."""
    stored = msgspec.json.encode(read.facts)
    assert len(stored) <= facts.MOST_BYTES and (not secrets or CANARY.encode() not in stored)
    assert all(len(each) <= keys.LONGEST_KEY for each in keys.keys(read.facts))
    keys.license_end(read.facts)
    for name, value in read.facts.items():
        assert texts.fact_text(facts.FactName(name), value, today=NOW.date())


def _hidden(value: Any) -> str:
    assert isinstance(value, Secret), type(value)
    value.reveal().encode()
    return ""


def _one_row(case: Case) -> None:
    """Functions that read one record from bytes raise BadRecord, and nothing else, for any bytes."""
    raw = case.changed[0].raw if case.changed else case.body
    json_pages.sample(raw, hide=mapping.SECRETS).encode()
    try:
        readable = json_pages.readable(raw)
    except BadRecord as error:
        assert str(error.reason)
        return
    assert json_pages.readable(readable) == readable, "not idempotent"
    json_pages.checked(raw, field_repairs.Repairs())
    for read in (
        device.device,
        lambda raw: five9s.device(raw, zone=ZONE),
        lambda raw: opswat.device(raw, remediation=Secret("")),
    ):
        _usable(read(readable), secrets=False)


def _repaired(case: Case) -> None:
    """Mending is idempotent, keeps what can be read, and makes what every parser reads."""
    mended = json_repair.mended(case.body)
    assert json_repair.mended(mended) == mended
    assert case.broken or json.loads(mended, strict=False) is not None
    if json_repair.storable(case.body) is not case.body:
        json_repair.storable(mended)
    try:
        found = msgspec.json.decode(mended)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        assert case.broken
        return
    assert len(size_limits.shrunk(mended, most=400)) <= 400 or len(mended) <= 400 or found is not None
    assert field_repairs.touched(mended) in (True, False)
    json_pages.opaque_id(found), ids.canonical(found)
    assert len(json_pages.digest(found)) == 16


def _parser(listing: Listing, *reads: Callable[..., Any]) -> Parser[Case]:
    return Parser(reads, made(cases(listing)), checks(listing))


PARSERS: list[Parser[Any]] = [
    _parser(ESET, mapping.entries, mapping.names, device.device, fields.shaped, json_pages.page, json_pages.stored, eset_facts.facts, field_masks.covers),
    _parser(GROUPS, mapping.groups, json_pages.checked),
    _parser(RECENT, attempts.recent, titles.application, titles.id_of, titles.key, titles.read),
    _parser(ATTEMPTS, attempts.attempts, titles.package, titles.system, titles.device_of),
    _parser(PATCHES, patches.patches),
    _parser(INSTALLERS, installer_mapping.installers, installer_mapping.installer),
    _parser(OPSWAT, opswat.entries, opswat.device, json_pages.records, opswat_facts.facts, facts.device_type, facts.kept, facts.part),
    _parser(FIVE9S, five9s.entries, five9s.device, five9s.computer_id, security.issues, security.patches, security.verdict, security.status_of,
            five9s_facts.facts, facts.may_be_secret),
    Parser((json_pages.readable, json_pages.keepable, json_pages.sample), made(cases(FIVE9S)), _one_row),
    Parser((json_repair.mended, json_repair.storable, size_limits.shrunk, field_repairs.touched, field_repairs.mark, json_pages.opaque_id, ids.canonical,
            json_pages.digest), made(cases(ESET)), _repaired),
]  # fmt: skip
