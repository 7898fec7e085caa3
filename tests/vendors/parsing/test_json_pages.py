from __future__ import annotations

import msgspec
import pytest

from devices.models import DeviceGroup, Quarantine, Sighting
from vendors.errors import BadAnswer
from vendors.field_repairs import FieldFault, Repair, Repairs
from vendors.parsing.fields import Fields
from vendors.parsing.pages import json_pages
from vendors.parsing.pages.json_repair import mended


@pytest.mark.parametrize(
    ("said", "read", "faults"),
    [
        ("12", 12, []),
        ("999999999999999999", 2**31 - 1, [FieldFault.CLAMPED]),
        (2**64, 2**31 - 1, [FieldFault.CLAMPED]),
        ("-99999999999", 0, [FieldFault.RANGE]),
    ],
)
def test_a_count_never_outgrows_its_column(said: object, read: int, faults: list[FieldFault]) -> None:
    repairs = Repairs()
    assert Fields({"n": said}, repairs).number("n") == read
    assert [each.fault for each in repairs.all()] == faults


@pytest.mark.parametrize("model", [Sighting, DeviceGroup, Quarantine])
def test_an_id_that_is_accepted_fits_into_every_column_of_ids(model: type[Sighting | DeviceGroup | Quarantine]) -> None:
    longest = model._meta.get_field("external_id").max_length
    assert longest == json_pages.LONGEST_ID
    assert json_pages.opaque_id("x" * longest)
    assert not json_pages.opaque_id("x" * (longest + 1))
    assert not json_pages.opaque_id(10**longest)


def test_deep_nesting_costs_only_its_field() -> None:
    repairs = Repairs()
    record = json_pages.checked(b'{"a":' + b"[" * 3000 + b"]" * 3000 + b',"b":1}', repairs)
    assert (record["b"], repairs.all()) == (1, (Repair("a", FieldFault.DEPTH),))


WELL = [
    b"[]", b"{}", b'{"a": [1, -2.5e10, true, false, null, "x"]}', rb'["\\u0000 \" \u00e4 \ud83d\ude00 \/"]', '["ä€😀\u2028"]'.encode(),
    b'{"NaN": "Infinity", "[": "]", "{": "1e400"}', b'[' * 90 + b"]" * 90, b" [ 1 , 2 ] ",
]  # fmt: skip


@pytest.mark.parametrize("text", WELL)
def test_what_is_well_formed_keeps_its_bytes(text: bytes) -> None:
    assert mended(text) == text


@pytest.mark.parametrize(
    ("text", "better"),
    [
        (b"[NaN, -Infinity ]", ["\ufffd not_a_number"] * 2),
        (b'{"a":1e400}', {"a": "\ufffd out_of_range"}),
        (b"[01,1.,+1,.5,0x1F,undefined,'a',1.#QNAN,None]", ["\ufffd unreadable"] * 9),
        (rb'["a\u0000b","\ud800","\udc00\ud800","\\\u0000"]', ["a\ufffdb", "\ufffd", "\ufffd\ufffd", "\\\ufffd"]),
        (rb'["C:\Users\new","\u12"]', ["C:\ufffdUsers\new", "\ufffdu12"]),
        (b'["\xff","\xc3","a\x00\x01\t"]', ["\ufffd", "\ufffd", "a\ufffd\x01\t"]),
        (b"[" * 101 + b"]" * 101 , None),
    ],
)  # fmt: skip
def test_what_is_not_well_formed_is_mended(text: bytes, better: object) -> None:
    found = msgspec.json.decode(mended(text))
    for _ in range(100 if better is None else 0):
        (found,) = found
    assert found == (better or "\ufffd too_deep")


@pytest.mark.parametrize(
    "text",
    [
        b'{"devices":[{"uuid":"a"}', b'{"devices":[{"uuid":"a"]}', b'{"devices":[{"uuid":"a"} {"uuid":"b"}]}', b'{devices:[]}', b"NaN", b"{NaN}", b"{NaN:1}",
        b'{"devices":[1,]}', b"<html>", b"[" * 200, b'{"a":' + b"[" * 200 + b"]" * 100, b'{"a":"cut', b'{"a":"cut\\', b"", b"\x00",
    ],
)  # fmt: skip
def test_a_broken_structure_is_never_mended(text: bytes) -> None:
    with pytest.raises(BadAnswer):
        json_pages.page(text, type=dict[str, msgspec.Raw], operation="list")


@pytest.mark.parametrize("text", [b"[" * 10**7, b'["' + rb"\"" * 3 * 10**6, b'{"a":NaN,' * 10**6, b'"' * 10**7, b"[[" + b"9" * 10**7])
def test_mending_ends_on_long_texts_that_cannot_be_mended(text: bytes) -> None:
    """In a second or so; what takes the square of the length would need days."""
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(mended(text))


def test_many_values_that_are_none_are_all_mended() -> None:
    assert mended(b"[" + b"NaN," * 100_000 + b"1]").count(b"not_a_number") == 100_000


@pytest.mark.parametrize("token", ["a\ufffdb", "a\0b"])
def test_an_id_that_lost_characters_is_none(token: str) -> None:
    assert json_pages.opaque_id(token) == ""
