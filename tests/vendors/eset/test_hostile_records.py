"""Secrets of ESET's records are left out, digests leave out what moves, and anything may stand in any field."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.vendors.eset.test_mapping import LAPTOP, NOW, PHONE, entry, listed
from tests.vendors.invalid_fields import paths, replaced, without
from vendors.eset import mapping
from vendors.field_repairs import FieldFault
from vendors.parsing.pages import json_pages


@pytest.mark.parametrize("spaced", [False, True])
def test_secrets_never_leave_the_parser(spaced: bool) -> None:
    last = {name: LAPTOP[name] for name in LAPTOP if name != "deviceToken"} | {"deviceToken": "canary-device-token-1"}
    for record in (LAPTOP, last, {"uuid": "x", "deviceToken": "canary-1"}, {"deviceToken": "canary-1", "uuid": "x"}):
        kept = entry(record, spaced=spaced)
        assert b"canary" not in kept.raw and b"Y2FuYXJ5" not in kept.raw and b"deviceToken" not in kept.raw
        expected = {name: value for name, value in record.items() if name not in ("deviceToken", "hardwareProfiles")}
        assert json.loads(kept.raw).items() >= expected.items()


def test_a_key_in_disguise_is_still_a_secret() -> None:
    body = rb'{"devices":[{"uuid":"x","device\u0054oken":"canary-1"},{"uuid":"y","deviceToken":"canary-2","deviceToken":"canary-3"}]}'
    found, _ = mapping.entries(msgspec.json.decode(body, type=mapping.DeviceListing).devices or [], now=NOW)
    assert len(found) == 2 and not any(b"canary" in each.raw for each in found)


@pytest.mark.parametrize("spaced", [False, True])
def test_the_digest_leaves_out_what_moves_at_every_poll(spaced: bool) -> None:
    first = entry(LAPTOP, spaced=spaced).digest
    later = LAPTOP | {"lastSyncTime": "2026-11-21T08:59:00Z", "deviceToken": "another", "etag": '"18"'}
    assert entry(later, spaced=spaced).digest == first or (spaced and entry(later | {"etag": '"17"'}, spaced=True).digest == first)


@pytest.mark.parametrize("path", [path for path in paths(LAPTOP) if path[-1] not in ("lastSyncTime", "deviceToken", "etag", "salt")])
def test_the_digest_moves_with_everything_else(path: tuple[str | int, ...]) -> None:
    assert entry(replaced(LAPTOP, path, "another" if path != ("uuid",) else "id")).digest != entry(LAPTOP).digest


# -- bad records cost only themselves --


@pytest.mark.parametrize("path", list(paths(LAPTOP)))
@pytest.mark.parametrize("by", [None, [], {}, 5, "\x00", "text", True, 10**400])
def test_any_field_may_be_anything(path: tuple[str | int, ...], by: Any) -> None:
    """One bad field costs itself, and nothing is raised; see tests/vendors/parsing/test_fields.py."""
    found, rejects = listed(replaced(LAPTOP, path, by), PHONE)
    assert [each.read().external_id for each in found[-1:]] == ["phone"]
    assert len(rejects) == int(path == ("uuid",) and by not in ("text",))
    assert all(each.read().external_id for each in found)


@pytest.mark.parametrize("path", list(paths(LAPTOP)))
def test_any_field_may_be_missing(path: tuple[str | int, ...]) -> None:
    found, rejects = listed(without(LAPTOP, path))
    assert (len(found), len(rejects)) == ((0, 1) if path == ("uuid",) else (1, 0))
    for each in found:
        each.read()


@pytest.mark.parametrize("value", [b'"half \\ud800 pair"', b"9" * 5000, b'"\\u0000"', b"1e400", b'"\xff\xfe"', b"[" * 900 + b"]" * 900])
@pytest.mark.parametrize("field", [b"displayName", b"fieldOfTheFuture", b"tags"])
def test_what_breaks_parsers_costs_one_field(field: bytes, value: bytes) -> None:
    body = b'{"devices":[{"uuid":"bad","%s":%s},{"uuid":"good"}]}' % (field, value)
    found, rejects = mapping.entries(json_pages.page(body, type=mapping.DeviceListing, operation="list").devices or [], now=NOW)
    assert [each.external_id for each in found] == ["bad", "good"] and rejects == ()
    assert {each.field for each in found[0].read().repairs} == {field.decode()}
    assert found[1].read().repairs == ()


@pytest.mark.parametrize("uuid", ["", None, 5, "a" * 101, " ", "\x00", [], "\ud800"])
def test_a_record_without_a_usable_id_is_rejected_with_a_sample(uuid: Any) -> None:
    found, (reject,) = listed({"uuid": uuid, "deviceToken": "canary-1", "displayName": "x" * 5000})
    assert found == () and reject.reason.endswith(".")
    assert "canary" not in reject.sample and len(reject.sample.encode()) <= 2000


@pytest.mark.parametrize("huge", ["x" * 5_000_000, [{"a": "x" * 1000}] * 5000, {f"key{n}": "x" * 50 for n in range(100_000)}])
def test_a_giant_record_loses_what_is_giant_in_it(huge: Any) -> None:
    giant = entry({**LAPTOP, "description": huge})
    assert len(giant.raw) <= 4 * 2**20 and b"canary" not in giant.raw
    found = giant.read()
    assert (found.name, found.serial, found.problem_count) == ("Reception left", "B0ZJ7S3", 3)
    assert any(each.field.startswith("description") and each.fault is FieldFault.SIZE for each in found.repairs)
