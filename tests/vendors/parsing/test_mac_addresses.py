"""An address is junk only if many machines have it; what software chose, and what moves with a dock, is weak."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing import mac_addresses
from vendors.parsing.normalise import identifier, mac_key
from vendors.states import IdKind

LINES = (Path(__file__).parents[1] / "payloads/ieee/prefixes.csv").read_text().splitlines()
REGISTERED: dict[str, str] = {row[0]: row[1] for row in csv.reader(line for line in LINES if not line.startswith("#"))}
DOCKS = (
    *(
        "ASIX",
        "Luxshare",
        "Realtek",
        "Plugable",
        "CE Link",
        "Winstars",
        "Good Way",
        "BizLink",
        "Speed Dragon",
        "Magic Control",
        "Action Star",
    ),
    *("DisplayLink", "StarTech.com", "Targus", "Kensington", "CalDigit"),
)
NUMBERS = ("a1b2c3", "000001", "0a0b0c", "ffff01")


@pytest.mark.parametrize("prefix", REGISTERED)
def test_an_address_of_a_registered_prefix_is_evidence(prefix: str) -> None:
    is_dock = REGISTERED[prefix].casefold().startswith(tuple(maker.casefold() for maker in DOCKS))
    for key in (f"{prefix}{number}" for number in NUMBERS if prefix + number != "001c42000001"):
        assert not mac_addresses.junk(key), key
        assert mac_addresses.weak(key) is is_dock, key


def test_the_sample_has_both_kinds() -> None:
    local = [prefix for prefix in REGISTERED if int(prefix[:2], 16) & 2]
    assert len(local) == 18
    assert len(REGISTERED) > 190


@pytest.mark.parametrize(
    "text",
    """02:1a:2b:3c:4d:5e|0a:00:00:00:00:11|0e:12:34:ab:cd:ef|fa:16:3e:00:00:11|7a:14:3e:00:00:11|42:01:0a:80:00:02|56:6f:1c:2b:00:11|da:a1:19:00:00:11
    0a:58:0a:f4:00:05|00:e0:4c:00:12:34|00:0e:c6:a1:b2:c3|20:7b:d2:a1:b2:c3|00:50:b6:11:22:33|00:ff:6b:12:34:56""".replace("\n", "|")
    .replace(" ", "")
    .split("|"),
)
def test_a_local_address_and_that_of_a_dock_are_weak_and_no_junk(text: str) -> None:
    found = identifier(IdKind.MAC, text)
    assert found is not None and not found.junk
    assert mac_addresses.weak(found.key)


@pytest.mark.parametrize(
    "text", ["00:1B:21:AA:BB:01", "8C:8C:AA:00:00:01", "00:0C:29:F2:7A:29", "00:15:5D:01:02:03", "52:54:00:AB:CD:EF", "02:60:8C:12:34:56"]
)
def test_other_addresses_are_neither(text: str) -> None:
    found = identifier(IdKind.MAC, text)
    assert found is not None and not found.junk
    assert not mac_addresses.weak(found.key)


@pytest.mark.parametrize(
    "text",
    """00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|ee:ee:ee:ee:ee:ee|01:00:5e:00:00:01|33:50:6f:45:30:30|02:00:00:00:00:00|02:50:41:00:00:01|02:00:4c:4f:4f:50
    02:42:ac:11:00:02|0a:00:27:00:00:0f|ac:de:48:00:11:22|00:1c:42:00:00:08|00:1c:42:00:00:09|0c:5b:8f:27:9a:64|58:2c:80:13:92:63|00:1e:10:1f:00:00
    00:a0:c6:00:00:00|00:0b:ca:fe:00:00|24:b6:20:52:41:53|20:41:53:59:4e:ff|50:50:54:50:30:30|44:45:53:54:00:00|00:05:9a:3c:7a:00|00:09:0f:fe:00:01
    00:09:0f:aa:00:01|00:50:56:c0:00:08|02:05:85:7f:eb:80|00:11:22:33:44:55|12:34:56:78:9a:bc|01:02:03:04:05:06|06:05:04:03:02:01|52:54:00:12:34:56
    00:1b:21:00:1b:21""".replace("\n", "|")
    .replace(" ", "")
    .split("|"),
)
def test_an_address_of_many_machines_is_junk(text: str) -> None:
    found = identifier(IdKind.MAC, text)
    assert found is not None and found.junk


@pytest.mark.parametrize(
    "text",
    """00:1b:21:aa:bb:01|00-1B-21-AA-BB-01|001b.21aa.bb01|001b21aabb01|0:1b:21:aa:bb:1|0x001b21aabb01|0x001B21AABB01|0100.1b21.aabb.01
    01:00:1b:21:aa:bb:01|01-00-1b-21-aa-bb-01|1:0:1b:21:aa:bb:1|01001b21aabb01""".replace("\n", "|")
    .replace(" ", "")
    .split("|"),
)
def test_a_mac_is_read_from_any_notation(text: str) -> None:
    assert mac_key(text) == "001b21aabb01"


@pytest.mark.parametrize("text", ["00:1b:21:aa:bb", "ff00.1b21.aabb.01", "02:00:1b:21:aa:bb:01", "00:00:00:00:00:00:00:e0", "nb-0042", ""])
def test_other_text_is_no_mac(text: str) -> None:
    assert mac_key(text) == ""


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("fe80::21b:21ff:feaa:bb01", "001b21aabb01"),
        ("2001:db8::21b:21ff:feaa:bb01", "001b21aabb01"),
        ("fe80::3c64:7e44:4e78:677", ""),
        ("fe80::ff:fe00:0", ""),
        ("10.0.0.1", ""),
        ("", ""),
    ],
)
def test_an_ipv6_address_may_hold_a_mac(address: str, mac: str) -> None:
    assert mac_addresses.in_ipv6(address) == mac


@given(st.text(max_size=20))
def test_no_text_is_an_error(text: str) -> None:
    assert mac_addresses.junk(text) or len(text) == 12
    mac_addresses.weak(text)
    mac_addresses.in_ipv6(text)
