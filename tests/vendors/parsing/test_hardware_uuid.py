"""A UUID tells the serial of its maker and the MAC of its board, in either byte order, and nothing where it was drawn or counted."""

from __future__ import annotations

from uuid import UUID, uuid1, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing import hardware_uuid

DELL = "4c4c4544-0041-4210-8043-b1c04f443233"
HP = "34333231-3635-5a43-4a30-303030303031"
GIGABYTE = "03d502e0-045e-0500-0006-010700080009"


def both(key: str) -> tuple[str, str]:
    return key, hardware_uuid.turned(key)


@pytest.mark.parametrize("key", both(DELL))
def test_a_dell_uuid_holds_the_service_tag(key: str) -> None:
    assert hardware_uuid.serials(key) == hardware_uuid.embedded_serials(key) == ("1abcd23",)


@pytest.mark.parametrize(
    ("key", "tag"),
    [
        ("4c4c4544-0058-3710-8036-b4c04f4d4e32", "4x76mn2"),
        ("4c4c4544-004a-4810-8031-c3c04f585032", "cjh1xp2"),
        ("4c4c4544-0000-2010-8020-80c04f202020", ""),  # blank
        ("4c4c4544-0041-4210-8043-b1c04f44322e", ""),  # a sign that no tag has
    ],
)
def test_only_seven_letters_and_digits_are_a_tag(key: str, tag: str) -> None:
    assert hardware_uuid.embedded_serials(key) == ((tag,) if tag else ())


@pytest.mark.parametrize("key", both(HP))
def test_an_hp_server_has_its_serial_as_text(key: str) -> None:
    assert "czj0000001" in hardware_uuid.serials(key)
    assert hardware_uuid.embedded_serials(HP)[0] == "czj0000001"


def test_an_hp_notebook_has_serial_and_mac() -> None:
    key = str(UUID(bytes_le=b"5CG1234ABC" + bytes.fromhex("3c5282ab01c7")))
    assert hardware_uuid.embedded_serials(key)[0] == "5cg1234abc"
    assert hardware_uuid.macs(key) == ("3c5282ab01c7",)


@pytest.mark.parametrize("maker", ["vmware", "parallels"])
@pytest.mark.parametrize("key", both("421f245c-7fa8-60fa-6af6-001122334455"))
def test_the_serial_of_a_virtual_machine_is_its_uuid(maker: str, key: str) -> None:
    serial = f"{maker}421f245c7fa860fa6af6001122334455"
    assert serial in hardware_uuid.serials(key)
    assert key in hardware_uuid.uuids_of_serial(serial)
    assert hardware_uuid.embedded_serials(key) == ()


@pytest.mark.parametrize("serial", ["EC2E1916-9099-7CAF-FD21-012345ABCDEF", "VirtualBox-EC2E1916-9099-7CAF-FD21-012345ABCDEF"])
def test_a_serial_that_is_a_uuid_is_read(serial: str) -> None:
    assert hardware_uuid.uuids_of_serial(serial.lower()) == both("ec2e1916-9099-7caf-fd21-012345abcdef")


@pytest.mark.parametrize("serial", ["", "pf3xk2ab", "vmware", "vmware564d", "5ec2e1916-9099-7caf-fd21-012345abcdef"])
def test_any_other_serial_is_no_uuid(serial: str) -> None:
    assert hardware_uuid.uuids_of_serial(serial) == ()


@pytest.mark.parametrize("key", both(GIGABYTE))
def test_gigabyte_spreads_the_mac_over_the_uuid(key: str) -> None:
    assert hardware_uuid.macs(key) == ("e0d55e000001",)


@pytest.mark.parametrize(
    "key",
    [
        "20cf3018-1b9c-d511-0a2b-bcaec5a1b2c3",  # ASUS
        "00000000-0000-0000-0000-0cc47aa1b2c3",  # Supermicro: nothing but the MAC
        "080020ff-ffff-ffff-ffff-00144fa1b2c3",  # Oracle
    ],
)
def test_the_last_six_bytes_may_be_the_mac_of_the_board(key: str) -> None:
    assert hardware_uuid.macs(key) == (key[-12:],)


@pytest.mark.parametrize(
    "key",
    [
        "03000200-0400-0500-0006-000700080009",  # Gigabyte's without a MAC
        "00020003-0004-0005-0006-000700080009",
        "ffffff00-ffff-ffff-ffff-ffffffffffff",
        "00000000-0000-0000-0000-0cc47a000000",  # not programmed
        DELL,
        HP,
        "564d78db-e023-67d9-8b85-07b3bad94a1f",
        "",
        "not settable",
    ],
)
def test_no_mac_where_the_bytes_are_something_else(key: str) -> None:
    assert hardware_uuid.macs(key) == ()


def test_the_address_in_a_time_based_uuid_is_that_of_its_author() -> None:
    for key in both(str(uuid1(node=0x8C8CAA000001))):
        assert hardware_uuid.macs(key) == ()


def test_a_random_uuid_tells_nothing() -> None:
    for _ in range(200):
        for key in both(str(uuid4())):
            assert (hardware_uuid.embedded_serials(key), hardware_uuid.macs(key)) == ((), ())


@given(st.uuids())
def test_turning_twice_changes_nothing(found: UUID) -> None:
    assert hardware_uuid.turned(hardware_uuid.turned(str(found))) == str(found)


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    for read in (hardware_uuid.turned, hardware_uuid.serials, hardware_uuid.macs, hardware_uuid.uuids_of_serial):
        assert read(text) in ("", ()) or len(text) >= 32
