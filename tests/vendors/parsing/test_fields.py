"""Every field of every kind of record of every vendor, spoiled in every way: the record is kept, the other fields are as before, and what was
done is reported. Fields come from the vendors' own examples and schemas, so that none can be forgotten."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tests.vendors import invalid_records
from tests.vendors.invalid_fields import Path as FieldPath
from vendors.eset import attempts, installer_mapping, patches
from vendors.eset import device as eset_device
from vendors.eset import mapping as eset
from vendors.field_repairs import FieldFault, Repair
from vendors.five9s import mapping as five9s
from vendors.five9s.client import Data
from vendors.opswat import mapping as opswat
from vendors.parsing.pages import json_pages
from vendors.records import Entry

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PAYLOADS = Path(__file__).parents[1] / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text())


Read = tuple[list[dict[str, Any]], int]  # the mapped fields of each record that was kept, and how many were rejected


def devices(entries: Sequence[Entry], rejects: Sequence[object]) -> Read:
    return [_device(each) for each in entries], len(rejects)


def _device(entry: Entry) -> dict[str, Any]:
    raw = entry.raw
    device = entry.map(raw)
    assert device.external_id == entry.external_id
    record = msgspec.json.decode(raw, type=dict[str, Any])  # as it is stored
    assert b"\\u0000" not in raw and len(raw) <= 4 * 2**20 and record
    plain = {each.name: getattr(device, each.name) for each in dataclasses.fields(device)}
    return {**plain, "seen_at": entry.seen_at, "raw": raw}


def plain(found: Sequence[Any], rejects: int) -> Read:
    return [{each.name: getattr(one, each.name) for each in dataclasses.fields(one)} for one in found], rejects


def body(key: str, rows: Sequence[bytes], more: bytes = b"") -> bytes:
    return b'{"%s":[%s]%s}' % (key.encode(), b",".join(rows), more)


def eset_devices(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("devices", rows), type=eset.DeviceListing, operation="list")
    return devices(*eset.entries(listing.devices or [], now=NOW))


def eset_groups(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("deviceGroups", rows), type=eset.GroupListing, operation="list")
    found = eset.groups(listing.deviceGroups or [])
    return plain(found, len(rows) - len(found))


def eset_patches(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("devices", rows), type=patches.PatchListing, operation="list")
    found, rejects = patches.patches(listing.devices or [])
    return plain(found, len(rejects))


def eset_attempts(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("patchingDetails", rows), type=attempts.AttemptListing, operation="list")
    found, rejects = attempts.attempts(listing.patchingDetails or [], now=NOW)
    return plain(found, len(rejects))


def eset_recent(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("patchingDetails", rows), type=attempts.AttemptListing, operation="list")
    found, rejects = attempts.recent(listing.patchingDetails or [], now=NOW)
    return plain(found, len(rejects))


def eset_installers(rows: Sequence[bytes]) -> Read:
    listing = json_pages.page(body("installers", rows), type=installer_mapping.InstallerListing, operation="list")
    return plain(*installer_mapping.installers(listing.installers or []))


def opswat_devices(rows: Sequence[bytes]) -> Read:
    listed = json_pages.page(b"[" + b",".join(rows) + b"]", type=list[msgspec.Raw], operation="list")
    return devices(*opswat.entries(listed, now=NOW))


def five9s_devices(rows: Sequence[bytes]) -> Read:
    data = json_pages.page(body("Results", rows, b',"TotalCount":2'), type=Data, operation="list")
    return devices(*five9s.entries(data.Results or [], zone=BERLIN, now=NOW))


@dataclass(frozen=True)
class Kind:
    """A record of a vendor with every field in it, how a page of such records is read, and the fields without which it has no id."""

    name: str
    record: dict[str, Any]
    read: Callable[[Sequence[bytes]], Read]
    ids: tuple[str, ...]
    # Without this object it is another kind of record.
    part: str = ""


ESET = payload("eset/devices.json")["devices"]
PATCHING, SCHEMAS = payload("eset/patching.json"), payload("eset/patching-schemas.json")
INSTALLERS = payload("eset/installer-schemas.json")
GROUP = {"uuid": "g-1", "displayName": "Hamburg", "parentGroupUuid": "all", "isSecurityGroup": True, "linkedEntityType": "X", "etag": "1"}
LAPTOP = {**ESET[0], "isMobile": False}
PHONE = {**ESET[2], "tags": ["BYOD"]}
VM = {**payload("five9s/page.json")["Results"][0]}
VM = {**VM, "EpmInventory": {**VM["EpmInventory"], "Computer_Idn": None, "PatchSWLastScanDate": "2026-09-19T15:00:00"}}
OPSWAT = payload("opswat/devices.json")


def installer() -> dict[str, Any]:
    found: dict[str, Any] = invalid_records.example(INSTALLERS, "v1Installer")
    return {**found, "downloadUrl": "https://download.example/installer.exe"}


def patching(name: str, *parts: str) -> Iterator[dict[str, Any]]:
    """Of a schema in which exactly one of these parts is there: one record for each."""
    whole: dict[str, Any] = invalid_records.example(SCHEMAS, name)
    for part in parts:
        yield {**{key: value for key, value in whole.items() if key not in parts}, part: whole[part]}


KINDS = [
    *(Kind(f"ESET device {place}", each, eset_devices, ("uuid",)) for place, each in enumerate((LAPTOP, ESET[1], PHONE, ESET[3]))),
    Kind("ESET group", GROUP, eset_groups, ("uuid",)),
    Kind("ESET missing patch", PATCHING["missing"], eset_patches, ("uuid", "deviceUuid")),
    *(
        Kind(f"ESET missing patch of {part}", each, eset_patches, ("uuid", "deviceUuid"))
        for part in ("applicationPatch", "osPatch", "packagePatch")
        for each in patching("v1DevicePatch", "applicationPatch", "osPatch", "packagePatch")
        if part in each
    ),
    *(
        Kind(f"ESET attempt on {part}", each, eset_attempts, (), part)
        for part in ("application", "operatingSystem", "package")
        for each in patching("v1DevicePatchingDetails", "application", "operatingSystem", "package")
        if part in each
    ),
    Kind("ESET recent attempt", PATCHING["recent"], eset_recent, ()),
    Kind("ESET installer", installer(), eset_installers, ("uuid",)),
    *(Kind(f"OPSWAT device {place}", each, opswat_devices, ("hwid",)) for place, each in enumerate(OPSWAT)),
    Kind("five(9)s device", VM, five9s_devices, ("Computer_Idn",)),
    Kind("five(9)s placeholder", payload("five9s/page.json")["Results"][1], five9s_devices, ("Computer_Idn",)),
]
CASES = [(kind, path) for kind in KINDS for path in invalid_records.every(kind.record)]


def clean(kind: Kind) -> bytes:
    return json.dumps(kind.record, ensure_ascii=False).encode()


def one(kind: Kind, raw: bytes) -> dict[str, Any] | None:
    """The record as it was read; another one beside it is never touched."""
    beside = json.dumps({**kind.record, **{name: f"9{len(name)}" for name in kind.ids}}).encode()
    found, rejected = kind.read([raw, beside])
    assert len(found) + rejected == 2
    (alone,), none = kind.read([beside])
    assert none == 0 and found[-1] == alone
    return found[0] if not rejected else None


def changed(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {name for name in one if one[name] != other[name] and name not in ("repairs", "raw")}


def reported(found: dict[str, Any], path: FieldPath) -> set[FieldFault]:
    """What is reported of the field itself, of what it holds, or of the date that it is part of."""
    name = invalid_records.name_of(path)
    repairs: tuple[Repair, ...] = found["repairs"]
    assert all(f"{each.field}.".startswith(f"{name}.") or f"{name}.".startswith(f"{each.field}.") for each in repairs), repairs
    return {each.fault for each in repairs}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_record_as_documented_needs_no_repair(kind: Kind) -> None:
    found = one(kind, clean(kind))
    assert found is not None
    assert found["repairs"] == ()


@pytest.mark.parametrize(("kind", "path"), CASES, ids=lambda part: part.name if isinstance(part, Kind) else ".".join(map(str, part)))
def test_a_bad_field_costs_itself_and_is_reported(kind: Kind, path: FieldPath) -> None:
    whole = one(kind, clean(kind))
    lacking = one(kind, invalid_records.missing(kind.record, path))
    assert whole is not None
    kind_of_id = invalid_records.name_of(path) in kind.ids
    probes = [one(kind, invalid_records.spoiled(kind.record, path, probe)) for probe in invalid_records.PROBES]
    # What the field has to do with: what is another when the field is missing, or holds something else.
    near = set().union(*(changed(whole, each) for each in (lacking, *probes) if each is not None)) | BESIDE.get(str(path[-1]), set())
    for name, bad in invalid_records.BAD.items():
        found = one(kind, invalid_records.spoiled(kind.record, path, bad))
        if found is None and (kind_of_id or (path == (kind.part,) and name == "null")):
            continue
        assert found is not None, f"{name} in {path} cost the record"
        if lacking is None:
            assert kind_of_id or path == (kind.part,)
            continue
        faults = reported(found, path)
        if name in invalid_records.UNREADABLE and path[-1] not in SECRETS:
            assert faults, f"{name} in {path} is not reported"
        assert changed(whole, found) <= near, (name, path, changed(whole, found) - near)
        if changed(whole, lacking) and not changed(found, lacking) and not invalid_records.plausible(kind.record, path, name):
            assert faults, f"{name} in {path} was left out without a word"


# A serial is shown although characters are lost, and one that ESET calls malformed is not.
BESIDE = {"serialNumber": {"serial"}, "name": {"os_release", "os_short"}}
SECRETS = ("deviceToken", "salt")  # never kept, so nothing of them is reported


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.ids], ids=lambda kind: kind.name)
def test_only_a_record_without_a_usable_id_is_rejected(kind: Kind) -> None:
    for name in kind.ids:
        for bad in (
            "null",
            "empty text",
            "list",
            "object",
            "true",
            "NaN",
            "NUL",
            "lone low surrogate",
            "bytes that are no UTF-8",
            "very long",
        ):
            assert one(kind, invalid_records.spoiled(kind.record, (name,), invalid_records.BAD[bad])) is None, bad
        assert one(kind, invalid_records.missing(kind.record, (name,))) is None


@pytest.mark.parametrize("struct", [eset_device._Record, eset._Head])
def test_the_examples_hold_every_field_that_is_read(struct: type[msgspec.Struct]) -> None:
    told = {invalid_records.name_of(path) for record in ESET for path in invalid_records.every(record)}
    assert set(fields_of(struct)) <= told


def fields_of(struct: Any, path: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(struct):
        name = f"{path}.{field.encode_name}" if path else field.encode_name
        yield name
        for part in (field.type, *getattr(field.type, "__args__", ())):
            inner = part.__args__[0] if getattr(part, "__origin__", None) is list else part
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                yield from fields_of(inner, name)
