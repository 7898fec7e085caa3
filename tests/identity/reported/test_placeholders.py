"""Placeholders of firmware, tools and administrators: no serial, UUID, model or maker; real keys that resemble them are kept."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, Sighting, User
from tests.identity.reported.records import M1, M2, become, device_of, eset, five9s, labels, listed, opswat

pytestmark = pytest.mark.django_db

FIRMWARE = [
    "Default string", "Not Specified", "To be filled by O.E.M.", "To Be Filled By O.E.M.", "N/A", "None", "Not Applicable", "<BAD INDEX>", "Not Available",
    "Not Defined", "Standard", "INVALID", "OEM", "$(DEFAULT_STRING)", "OEM Default string000", "TBD", "Type1 - TBD by OEM", "TBD by OEM",
    "012345678912345678912345678", "01234567890123456789AB", "00000000Not Defined", "00000000INVALID", "SystemSerialNumber", "System Serial Number",
]  # fmt: skip
OTHERS_LISTS = [
    "(null string)", "SYS-1234567890", "SYS-9876543210", "SN-12345", "SN-1234567890", "IATPASS", "Tulip Computers", "Serial Number xxxxxx",
    "SN-123456fvgv3i0b8o5n6n7k", "OEM_Serial", "SystemSerialNumb", "Unknow", "Type1 - 123456789", "Type2 - Board Serial Number",
    "Unspecified System Serial Number", "Not Present", "Not Settable", "Not Used", "Not Provided", "Enter Serial", "To Be Set By OEM", ".PCIE2",
    "Asset-1234567890", "9876543210", "123456789000", "00000001", "2.0.1", "0101", "10001", "0x00000000", "NB-1234567890", "BSN12345678901234567",
    "VMware-00 00 00 00 00 00 00 00-00 00 00 00 00 00 00 00", "MB-1234567890", "EVAL", "Chassis Serial Number", "XXXXXXXXXX", "1234567890",
]  # fmt: skip
NOBODY_LISTED = [
    "Not Populated", "NOT SET", "not-specified", "To be assigned", "To Be Determined", "default_string", "Base Board Serial Number", "<OUT OF SPEC>",
    "SN9876543210", "PC-0123456789", "Type3 - 987654321", "${SERIAL}", "%SERIALNUMBER%", "Serial-No: 0000000", "Invalid Serial", "NULL", "undefined",
    "3.1.4", "0202", "ABCDEFGH", "1122334455", "AAABBBCCC", "ABC1234", "1234ABCD", "A1B2C3D4", "Seriennummer", "Número de serie", "Не указано", "未指定", "System SN", "TEMPLATE", "QEMU", "TEST123", "4747", "Serial Number: Not Specified", "S/N: 123456789", "Type3-0123456789", "----------", "????????", "000000000000001", "11111111", "Unspecified", "O.E.M. default",
]  # fmt: skip
PLACEHOLDERS = [*FIRMWARE, *OTHERS_LISTS, *NOBODY_LISTED]

REAL = [
    "PF3XK2AB", "PF0ABCDE", "C02XK0AAJG5H", "5CG1234ABC", "CZJ0000001", "1ABCD23", "R90XA123", "MXL0123ABC", "003425672457", "0E12345", "12345E3", "1E45678",
    "7E10", "00123456", "-SN12", "45678", "678901", "BRD1234567", "NB-0042", "KASSE-0001", "4711", "S5CG1234ABC", "TBD4X21K", "NULL5X3K", "OEM12AB34",
    "5TD12345", "1.2ABC345", "PF-0ABCDE", "10203040X", "ec2e1916-9099-7caf-fd21-012345abcdef", "9876-1234-5566-0019-3344-7788-55",
    "VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f", "FVFXL0ABJHD4", "H7LXQ2KJWD", "SYS-PF3XK2AB", "20230001", "GB1234567", "Serial Number: PF3XK2AB", "S/N: PF-3XK2AB", "4748", "1122335", "ABC4D21", "TESTA12B", "VM123456", "GHI4567", "ABC9135", "MJ0ABCDE",
]  # fmt: skip


@pytest.mark.parametrize("text", PLACEHOLDERS)
def test_two_machines_of_one_name_and_placeholder_are_two_devices_without_a_serial(text: str) -> None:
    e, f = eset("reception", serial=text, macs=M1), five9s("RECEPTION", serial=text)
    assert become(e, f) == ["E", "F"]
    assert (device_of(e).serial, device_of(f).serial) == ("", "")


@pytest.mark.parametrize("text", REAL)
def test_a_real_serial_that_resembles_one_joins_and_is_shown(text: str) -> None:
    e = eset("reception", serial=text, macs=M1)
    assert become(e, five9s("RECEPTION", serial=text)) == ["E F"]
    assert device_of(e).serial == text


@pytest.mark.parametrize(
    "text", ["Default string", "Not Defined", "<BAD INDEX>", "Type1 - 123456789", "SYS-9876543210", "Not Populated", "TBD by OEM"]
)
def test_a_placeholder_at_one_vendor_does_not_contradict_the_serial_of_another(text: str) -> None:
    e = eset("till-1", serial=text, macs=M1)
    assert become(opswat("till-1", macs=M1, user="till"), e, five9s("TILL-1", serial="BRD1234567", login="till")) == ["E F O"]
    assert (device_of(e).serial, device_of(e).disagrees) == ("BRD1234567", [])


@pytest.mark.parametrize("text", ["Default string", "SystemSerialNumber", "Unspecified System Serial Number", "O.E.M. default"])
def test_four_machines_with_one_placeholder_share_nothing(text: str) -> None:
    records = [eset(f"pc-{n}", serial=text, macs=f"8C:8C:AA:00:01:0{n}", label=f"e{n}") for n in range(4)]
    assert become(*records, five9s("pc-0", serial=text, label="f")) == ["e0", "e1", "e2", "e3", "f"]


WORTHLESS_UUIDS = [
    "78563412-3412-7856-90AB-CDDEEFAABBCC", "03020100-0504-0706-0809-0A0B0C0D0E0F", "00010203-0405-0607-0809-0a0b0c0d0e0f", "Not Settable", "Not Present",
    "33221100-5544-7766-8899-aabbccddeeff", "67452301-ab89-efcd-0123-456789abcdef", "6ab5b300-538d-1014-9fb5-b0684d007b53",
    "01010101-0101-0101-0101-010101010101", "02020202-0202-0202-0202-020202020202", "20202020-2020-2020-2020-202020202020",
    "12345678-1234-5678-1234-567812345678", "01234567-8910-1112-1314-151617181920", "11111111-2222-3333-4444-555555555555",
    "deadbeef-dead-beef-dead-beefdeadbeef", "00000000-0000-0000-0807-060504030201", "02000100-0300-0400-0005-000600070008",
    "03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009", "4c4c4544-0000-2010-8020-80c04f202020",
    "4c4c4544-0041-4210-8043-b1c04f44322e", "fefefefe-fefe-fefe-fefe-fefefefefefe", "55aa55aa-55aa-55aa-55aa-55aa55aa55aa", "Not Specified", "System UUID",
    "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf", "0f0e0d0c-0b0a-0908-0706-050403020100", "ffffffff-ffff-ffff-ffff-ffffffffffff", "To be filled by O.E.M.",
    "cafebabe-cafe-babe-cafe-babecafebabe", "99999999-8888-7777-6666-555555555555", "0x00000000", "4c4c4544",
]  # fmt: skip
REAL_UUIDS = [
    "03D502E0-045E-0500-0006-010700080009", "00000000-0000-0000-0000-E0D55E000001", "080020FF-FFFF-FFFF-FFFF-00144FA1B2C3",
    "00000000-0000-0000-0000-ac1f6b012345", "4c4c4544-0041-4210-8043-b1c04f443233", "34333231-3635-5a43-4a30-303030303031",
    "421f245c-7fa8-60fa-6af6-001122334455", "20cf3018-1b9c-d511-0a2b-bcaec5a1b2c3", "a1b2c3d4-0000-0000-0000-8c8caa000001",
    "03470218-04c0-0531-f906-400700080009", "ec2e1916-9099-7caf-fd21-012345abcdef",
    "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
]  # fmt: skip


def swapped(text: str) -> str:
    """A UUID in the other byte order; other texts as they are."""
    first, *_ = parts = text.split("-")
    if [len(each) for each in parts] != [8, 4, 4, 4, 12]:
        return text
    return "-".join([bytes.fromhex(each)[::-1].hex() for each in (first, *parts[1:3])] + parts[3:])


@pytest.mark.parametrize("order", [str, swapped])
@pytest.mark.parametrize("text", WORTHLESS_UUIDS)
def test_a_uuid_of_many_machines_joins_no_two_of_one_name(text: str, order: type[str]) -> None:
    assert become(eset("edge", uuid=order(text), label="a"), eset("edge", uuid=order(text), label="b", account="eset-two")) == ["a", "b"]


@pytest.mark.parametrize("order", [str, swapped])
@pytest.mark.parametrize("text", REAL_UUIDS)
def test_a_uuid_of_one_machine_that_resembles_one_joins_in_either_byte_order(text: str, order: type[str]) -> None:
    assert become(eset("gb-1", uuid=text, label="a"), eset("gb-1", uuid=order(text), label="b", account="eset-two")) == ["a b"]


NO_MODELS = [
    "System Product Name", "Default string", "To Be Filled By O.E.M.", "Not Specified", "N/A", "None", "Not Applicable", "<BAD INDEX>", "OEM", "Standard",
    "INVALID", "Type1ProductConfigId", "xxxxxxxx", "-", "Not Defined", "TBD by OEM", "Product Name",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_MODELS)
def test_a_placeholder_model_is_not_shown_and_contradicts_nothing(text: str) -> None:
    e, f = (
        eset("pc-1", serial="PF3XK2AB", model=text, maker=text),
        five9s("pc-1", serial="PF3XK2AB", model="PRIME B450M-K", maker="ASUSTeK COMPUTER INC."),
    )
    assert become(e, f) == ["E F"]
    device = device_of(e)
    assert (device.model, device.disagrees) == ("PRIME B450M-K", [])
    assert Sighting.objects.get(vendor="eset").manufacturer == Sighting.objects.get(vendor="eset").model == ""


MACHINE_TYPES = {
    "ten letters and digits": ("20XW0012GE", "ThinkPad X1 Carbon Gen 9"),
    "build to order": ("20XWCTO1WW", "ThinkPad X1 Carbon Gen 9"),
    "with a blank": ("20XW CTO1WW", "ThinkPad X1 Carbon Gen 9"),
    "seven": ("2325AB1", "ThinkPad X230"),
    "desktop": ("10MQS0JD00", "ThinkCentre M710q"),
    "server": ("7X06CTO1WW", "ThinkSystem SR650"),
}


@pytest.mark.parametrize(("number", "name"), MACHINE_TYPES.values(), ids=MACHINE_TYPES)
def test_a_machine_type_of_lenovo_contradicts_no_name(number: str, name: str) -> None:
    e, f = eset("pc-1", serial="PF3XK2AB", model=number, maker="LENOVO"), five9s("pc-1", serial="PF3XK2AB", model=name, maker="LENOVO")
    assert become(e, f) == ["E F"]
    assert (device_of(e).model, device_of(e).disagrees) == (name, [])


@pytest.mark.parametrize(("one", "other"), [("Latitude 5420", "Latitude 7420"), ("ThinkPad X1", "ThinkPad T14"), ("20XW0012GE", "2325AB1")])
def test_two_models_are_a_data_conflict_unless_they_are_machine_types(one: str, other: str) -> None:
    e, f = eset("pc-1", serial="PF3XK2AB", model=one, maker="LENOVO"), five9s("pc-1", serial="PF3XK2AB", model=other, maker="LENOVO")
    assert become(e, f) == ["E F"]
    assert device_of(e).disagrees == ([] if one[0].isdigit() else ["model"])


def test_no_page_and_no_file_shows_a_placeholder_as_serial(client: Client, alice: User) -> None:
    e, f = eset("pc-1", serial="Default string", macs=M2), five9s("pc-2", serial="Default string")
    listed(e, f)
    client.force_login(alice)
    assert "Default string" not in client.get("/devices/export.csv").getvalue().decode()
    assert "Default string" not in client.get("/devices/").content.decode()
    assert len(labels(e, f)) == 2 and not Device.objects.exclude(serial="").exists()
