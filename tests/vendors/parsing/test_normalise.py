"""Keys compare what people and vendors write differently; junk is told from evidence; times are read or refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vendors.parsing import normalise, times
from vendors.parsing.normalise import clean_text, identifier
from vendors.parsing.times import parse_time, plausible
from vendors.states import IdKind

BERLIN = ZoneInfo("Europe/Berlin")
KEYS: list[Callable[[str], str]] = [
    normalise.text_key,
    normalise.serial_key,
    normalise.mac_key,
    normalise.hostname_key,
    normalise.fqdn_key,
    normalise.user_key,
    normalise.ip_key,
    normalise.uuid_key,
    normalise.opaque_uuid_key,
    normalise.exact_key,
]
ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.__name__)
@example(text="VMware-\u030156 4d 78 db")  # a mark behind what is left out
@example(text="e \u0301")
@given(text=ANY_TEXT)
def test_a_key_never_raises_and_is_its_own_key(key: Callable[[str], str], text: str) -> None:
    once = key(text)
    assert key(once) == once


@given(kind=st.sampled_from([*normalise.RULES]), text=ANY_TEXT)  # vendors report no other kinds
def test_an_identifier_is_short(kind: IdKind, text: str) -> None:
    found = identifier(kind, text)
    if found is not None:
        assert 0 < len(found.value) <= 512 and len(found.key) <= 255
        assert found.key or found.junk


@given(text=ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text, limit=40)
    assert clean_text(once, limit=40) == once
    assert len(once) <= 40 and not any(ord(c) < 32 or 127 <= ord(c) < 160 or 0xD800 <= ord(c) < 0xE000 for c in once)


@pytest.mark.parametrize("kind", [*normalise.RULES])
@pytest.mark.parametrize("text", ["PF3\x00K2AB", "PF3\ud800K2AB", "PF3\ufffdK2AB"])
def test_an_identifier_that_lost_characters_is_shown_and_no_evidence(kind: IdKind, text: str) -> None:
    found = identifier(kind, text)
    assert found is not None and (found.value, found.junk) == ("PF3\ufffdK2AB", True) and found.key


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (
            IdKind.SERIAL,
            "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f",
            "vmware564d78dbe02367d98b8507b3bad94a1f",
        ),
        (IdKind.SERIAL, " PF-3X 9ab ", "pf-3x9ab"),
        (IdKind.MAC, "00:0C:29:F2:7A:29", "000c29f27a29"),
        (IdKind.MAC, "000c.29f2.7a29", "000c29f27a29"),
        (IdKind.MAC, "00-0c-29-f2-7a-29", "000c29f27a29"),
        (IdKind.MAC, "0:c:29:f2:7a:29", "000c29f27a29"),
        (IdKind.MAC, "52:54:00:AB:CD:EF", "525400abcdef"),
        (IdKind.MAC, "02:50:56:00:00:01", "025056000001"),
        (IdKind.HOSTNAME, "WIN10-TEST2.corp.example.", "win10-test2"),
        (IdKind.HOSTNAME, "M\u00dcLLER-PC", "m\u00fcller-pc"),
        (IdKind.HOSTNAME, "MU\u0308LLER-PC", "m\u00fcller-pc"),
        (IdKind.HOSTNAME, "pc\u200b-1", "pc-1"),
        (IdKind.HOSTNAME, "Dr. Meier's iPad", "dr. meier's ipad"),
        (IdKind.HOSTNAME, "WIN-1.2.3", "win-1.2.3"),
        (IdKind.HOSTNAME, "iPhone von Dr. Schulz", "iphone von dr. schulz"),
        (IdKind.HOSTNAME, "\u0130STANBUL-1", "istanbul-1"),
        (IdKind.HOSTNAME, "\u0131sparta-1", "isparta-1"),
        (IdKind.HOSTNAME, "\u0391\u0398\u0397\u039d\u0391\u03a3-21", "\u03b1\u03b8\u03b7\u03bd\u03b1\u03c3-21"),
        (IdKind.USER, "CORP\\Anna.Berg", "anna.berg"),
        (IdKind.USER, "AzureAD\\JaneSampleRoe", "janesampleroe@azuread"),
        (IdKind.USER, "JaneSampleRoe@AzureAD", "janesampleroe@azuread"),
        (IdKind.USER, "AZUREAD\\jane.roe@corp.example", "jane.roe"),
        (IdKind.USER, "AzureAD\\jroe@corp.example", "jroe"),
        (IdKind.USER, "Anna.Berg@corp.example", "anna.berg"),
        (IdKind.USER, "anna.berg", "anna.berg"),
        (IdKind.IP, "010.0.0.1", "10.0.0.1"),
        (IdKind.IP, "010.000.050.017", "10.0.50.17"),
        (IdKind.IP, "[fe80::21b:21ff:feaa:bb01%25eth0]", None),
        (IdKind.IP, "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        (IdKind.IP, "10.0.50.106", "10.0.50.106"),
        (IdKind.IP, "::ffff:10.0.0.1", "10.0.0.1"),
        (IdKind.IP, "2001:DB8:0:0::1%eth0", "2001:db8::1"),
        (IdKind.BIOS_UUID, "{DB784D56-23E0-D967-8B85-07B3BAD94A1F}", "db784d56-23e0-d967-8b85-07b3bad94a1f"),
        (IdKind.BIOS_UUID, "urn:uuid:DB784D56\u201023E0-D967-8B85-07B3BAD94A1F", "db784d56-23e0-d967-8b85-07b3bad94a1f"),
        (IdKind.VENDOR_ID, "W7ibNr5eVxv3wHlmsAWKo9MazUpkdWQG", "W7ibNr5eVxv3wHlmsAWKo9MazUpkdWQG"),
    ],
)
def test_what_is_written_differently_compares_equal(kind: IdKind, text: str, key: str | None) -> None:
    found = identifier(kind, text)
    assert found is not None
    assert found.value == text.strip()
    assert found.junk is (key is None)
    if key is not None:
        assert found.key == key


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((IdKind.SERIAL, text) for text in ("To be filled by O.E.M.", "Default string", "System Serial Number", "0", "None")),
        *((IdKind.SERIAL, text) for text in ("N/A", "1234567", "0123456789", "xxxxxxxx", "INVALID", "........", "S" * 256)),
        *((IdKind.BIOS_UUID, text * 8 + "-" + text * 24) for text in "0F"),
        (IdKind.BIOS_UUID, "03000200-0400-0500-0006-000700080009"),
        *((IdKind.MAC, text) for text in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:50:41:00:00:01")),
        *(
            (IdKind.MAC, text)
            for text in (
                "00:05:9a:3c:7a:00",
                "00:0c:29:f2:7a",
                "00:00:00:00:00:00:00:e0",
            )
        ),
        *((IdKind.IP, text) for text in ("169.254.3.4", "fe80::3c64:7e44:4e78:677", "127.0.0.1", "::", "300.1.1.1")),
        *((IdKind.HOSTNAME, text) for text in ("localhost", "10.0.0.5", "localhost.localdomain", "...")),
        *((IdKind.USER, text) for text in ("ADMINISTRATOR", "NT AUTHORITY\\SYSTEM", "@")),
    ],
)
def test_worthless_keys_are_kept_as_junk(kind: IdKind, text: str) -> None:
    found = identifier(kind, text)
    assert found is not None and found.junk
    assert found.value == text


@pytest.mark.parametrize("text", [None, "", "   ", "\t\n"])
def test_nothing_said_is_no_identifier(text: str | None) -> None:
    assert identifier(IdKind.SERIAL, text) is None


def test_the_domain_of_a_user_can_be_found() -> None:
    assert normalise.user_parts("CORP\\Anna") == ("anna", "corp")
    assert normalise.user_parts("Anna@corp.example") == ("anna", "corp.example")
    assert normalise.user_parts("Anna") == ("anna", "")
    assert normalise.fqdn_key("PC-1.Corp.Example.") == "pc-1.corp.example"
    assert normalise.fqdn_key("PC-1") == ""


def test_an_endless_value_is_cut_and_never_matches() -> None:
    found = identifier(IdKind.HOSTNAME, "h" * 65536)
    assert found is not None and found.junk
    assert (len(found.value), len(found.key)) == (512, 255)


def test_controls_become_blanks_and_the_rest_stays() -> None:
    assert clean_text("one\ntwo\x1b[31m \u202egnp") == "one two [31m \u202egnp"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-08-01T10:00:24.6830000Z", datetime(2025, 8, 1, 10, 0, 24, 683000, UTC)),
        ("2025-08-01T10:00:24.123456789Z", datetime(2025, 8, 1, 10, 0, 24, 123456, UTC)),
        ("2025-08-01T10:00:24+02", datetime(2025, 8, 1, 8, 0, 24, tzinfo=UTC)),
        ("2025-08-01T10:00:24-0330", datetime(2025, 8, 1, 13, 30, 24, tzinfo=UTC)),
        ("2025-08-06T15:19:59.72", datetime(2025, 8, 6, 13, 19, 59, 720000, UTC)),
        ("/Date(1754042424000)/", datetime(2025, 8, 1, 10, 0, 24, tzinfo=UTC)),
        ("2025-10-26T02:30:00", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),  # exists twice: the first
        ("2025-03-30T02:30:00", datetime(2025, 3, 30, 1, 30, tzinfo=UTC)),  # never existed: as if not changed
    ],
)
def test_times_are_read(text: str, expected: datetime) -> None:
    assert parse_time(text, zone=BERLIN) == expected


NO_TIMES = [
    "",
    "string",
    None,
    "0001-01-01T00:00:00",
    "1601-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "1900-01-01T00:00:00",
]
NO_TIMES += [
    "2025-02-30T00:00:00Z",
    "2025-01-01T24:00:00Z",
    "2025-01-01T00:00:60Z",
    "2025-01-01T00:00:00+25:00",
    "1754042424000",
]
NO_TIMES += [
    "\u0662\u0660\u0662\u0665-01-01T00:00:00Z",
    "Wed, 21 Oct 2026 07:28:00 GMT",
    "9999-12-31T23:59:59-14:00",
    "/Date(9e9)/",
]
NO_TIMES += ["/Date(0)/", "/Date(999999999999999)/", "2025-08-01T10:00:24Z" + " " * 200]


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_unknown(text: str | None) -> None:
    assert parse_time(text, zone=UTC) is None


def test_a_time_without_zone_is_not_guessed() -> None:
    assert parse_time("2025-08-06T15:19:59") is None


@given(ANY_TEXT | st.from_regex(times.ISO, fullmatch=True) | st.from_regex(times.DOTNET, fullmatch=True))
def test_reading_a_time_never_raises(text: str) -> None:
    at = parse_time(text, zone=BERLIN)
    assert at is None or at.tzinfo is UTC


def test_a_clock_that_is_minutes_ahead_or_was_never_set_proves_no_contact() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert plausible(now + timedelta(minutes=4), now=now) == now + timedelta(minutes=4)
    assert plausible(now + timedelta(minutes=6), now=now) is None
    assert plausible(datetime(1999, 12, 31, tzinfo=UTC), now=now) is None
    assert plausible(None, now=now) is None
