"""Placeholders are known by rule: of each kind some that nobody listed are caught too, and real keys that resemble them are kept."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.parsing.hardware_uuid import turned
from vendors.parsing.normalise import identifier
from vendors.parsing.placeholders.placeholder_texts import placeholder_text
from vendors.states import IdKind

# What firmware, tools and people write for any field.
TEXTS = """Default string|DEFAULT STRING|Not Specified|To be filled by O.E.M.|To Be Filled By O.E.M.|N/A|n/a|None|NONE|none|Not Applicable
<BAD INDEX>|<OUT OF SPEC>|Not Available|Not Defined|NotDefined|not_defined|Standard|INVALID|OEM|O.E.M.|$(DEFAULT_STRING)|${serial}|%SERIAL%
{{ serial }}|[SERIAL]|OEM Default string000|TBD|TBA|Type1 - TBD by OEM|TBD by OEM|00000000Not Defined|00000000INVALID|(null string)|(null)
Serial Number xxxxxx|OEM_Serial|SystemSerialNumb|System Serial Number|SystemSerialNumber|Chassis Serial Number|Unknow|Unknown|UNKNOWN
Type2 - Board Serial Number|Unspecified System Serial Number|Not Present|Not Settable|Not Used|Not Provided|Not Set|Not Known|Not Installed
Not Supported|Enter Serial|Enter Asset Tag|To Be Set By OEM|to be defined|Undefined|Unassigned|Unavailable|Uninitialized|No Asset Tag
NoAssetTag|No Enclosure|No Serial Number|xxxxxxxx|XXXXXXXXXX|........|--------|0000000|FFFFFFFFFFFF|Nicht verfügbar|Nicht angegeben
unbekannt|inconnu|desconocido|неизвестно|不明|k. A. nicht vorhanden|SerNum0|Sample|test|private|System Product Name|System Manufacturer
System Version|Base Board Product Name|Chassis Manufacturer|All Series|Type1ProductConfigId|Type1Family|SKU Number|Product Name""".replace(
    "\n", "|"
).split("|")

SERIALS = """SYS-1234567890|SYS-9876543210|SN-12345|SN-1234567890|S/N 1234567|NB-1234567890|MB-1234567890|SSN12345678901234567
BSN12345678901234567|CSN12345678901234567|EB-1234567890|SN-123456fvgv3i0b8o5n6n7k|Asset-1234567890|Type1 - 123456789|Type2 - 987654321
IATPASS|FATFAIL|PASS|Tulip Computers|Acme Computer Works|.PCIE2|PCIE1|USB3|2.0.1|1.0|V1.2|Rev 1.00|x.x|0101|10001|00000001|0x00000000
123456789000|9876543210|0123456789|1234567|12345678|123456789|1234567890123|012345678912345678912345678|01234567890123456789AB
0123456789ABCDEF|ABCDEFGH|abcdef|fedcba|qwertyuiop|asdfghjkl|56789|54321|121212|123123123|12341234|AAAAAAAA|0|00|AB|-|.
VMware-00 00 00 00 00 00 00 00-00 00 00 00 00 00 00 00|VMware-ff ff ff ff ff ff ff ff-ff ff ff ff ff ff ff ff
12345678-1234-5678-90ab-cddeefaabbcc""".replace("\n", "|").split("|")

REAL_SERIALS = """PF3XK2AB|PF0ABCDE|PF-0ABCDE|C02XK0AAJG5H|FVFXL0ABJHD4|H7LXQ2KJWD|KXLJQWMVNC|5CG1234ABC|CZJ0000001|BRD1234567|1ABCD23|HPJKLMN
R90XA123|MXL0123ABC|003425672457|0E12345|12345E3|1E45678|7E10|00123456|-SN12|.8W6CQ22.CNPE1234567890.|CN-0ABCDE-12345-678-90AB|45678|678901
23456|45672|NB-0042|NB-00001|KASSE-0001|4711|0815|10023|1021|00000002|20230001|MP1ABCDE|S5CG1234ABC|1S20XWCTO1WWPF3XK2AB|20XW0012GE PF0ABCDE
9876-1234-5566-0019-3344-7788-55|VMware-56 4d 78 db e0 23 67 d9-8b 85 07 b3 ba d9 4a 1f|Parallels-48 1A 27 C8 4E 64 4F 5C A2 5E 5D 8B 2A 1B 6B 7D
ec2e1916-9099-7caf-fd21-012345abcdef|NOT4TE7|OEM12AB34|5NULL3X|DEF4ULT1|TBD4X21K|SYS-PF3XK2AB|1.2ABC345|ZX1.2-99017|USB-PF3XK2A""".replace(
    "\n", "|"
).split("|")

UUIDS = """03020100-0504-0706-0809-0a0b0c0d0e0f|00010203-0405-0607-0809-0a0b0c0d0e0f|78563412-3412-7856-90ab-cddeefaabbcc
12345678-1234-5678-90ab-cddeefaabbcc|33221100-5544-7766-8899-aabbccddeeff|00112233-4455-6677-8899-aabbccddeeff
67452301-ab89-efcd-0123-456789abcdef|01234567-89ab-cdef-0123-456789abcdef|6ab5b300-538d-1014-9fb5-b0684d007b53
01010101-0101-0101-0101-010101010101|02020202-0202-0202-0202-020202020202|20202020-2020-2020-2020-202020202020
12345678-1234-5678-1234-567812345678|01234567-8910-1112-1314-151617181920|11111111-2222-3333-4444-555555555555
deadbeef-dead-beef-dead-beefdeadbeef|00000000-0000-0000-0807-060504030201|02000100-0300-0400-0005-000600070008
03000200-0400-0500-0006-000700080009|00020003-0004-0005-0006-000700080009|4c4c4544-0000-2010-8020-80c04f202020
44454c4c-0000-1020-8020-80c04f202020|fefefefe-fefe-fefe-fefe-fefefefefefe|ffffff00-ffff-ffff-ffff-ffffffffffff
00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff|00000000-0000-0000-0000-000000000001
a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf|0f0e0d0c-0b0a-0908-0706-050403020100|cafebabe-cafe-babe-cafe-babecafebabe
fedcba98-7654-3210-fedc-ba9876543210|12345678-90ab-cdef-1234-567890abcdef|55aa55aa-55aa-55aa-55aa-55aa55aa55aa
00000000-1111-2222-3333-444444444444|4c4c4544-ffff-ffff-ffff-ffffffffffff|00000000-0000-0000-0000-0cc47a000000""".replace("\n", "|").split(
    "|"
)

REAL_UUIDS = """03d502e0-045e-0500-0006-010700080009|00000000-0000-0000-0000-e0d55e000001|080020ff-ffff-ffff-ffff-00144fa1b2c3
00000000-0000-0000-0000-ac1f6b012345|4c4c4544-0041-4210-8043-b1c04f443233|34333231-3635-5a43-4a30-303030303031
564d78db-e023-67d9-8b85-07b3bad94a1f|421f245c-7fa8-60fa-6af6-001122334455|db784d56-23e0-d967-8b85-07b3bad94a1f
a1b2c3d4-0000-0000-0000-8c8caa000001|20cf3018-1b9c-d511-0a2b-bcaec5a1b2c3""".replace("\n", "|").split("|")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_that_says_nothing_is_no_serial_and_no_uuid(text: str) -> None:
    for kind in (IdKind.SERIAL, IdKind.BIOS_UUID):
        found = identifier(kind, text)
        assert found is not None and (found.value, found.junk) == (text, True)


@pytest.mark.parametrize("text", [*TEXTS, "", "  ", "Type1Sku0", "123456789", "Asset-1234567890"])
def test_nor_is_it_a_model_or_a_maker(text: str) -> None:
    assert placeholder_text(text) or text == "Type1Sku0"


@pytest.mark.parametrize("text", SERIALS)
def test_a_counted_or_shaped_text_is_no_serial(text: str) -> None:
    found = identifier(IdKind.SERIAL, text)
    assert found is not None and found.junk


@pytest.mark.parametrize("text", REAL_SERIALS)
def test_a_real_serial_is_kept(text: str) -> None:
    found = identifier(IdKind.SERIAL, text)
    assert found is not None and not found.junk


@given(st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=7, max_size=12))
def test_a_drawn_serial_is_kept(text: str) -> None:
    found = identifier(IdKind.SERIAL, f"{text[:3]}4X{text[3:]}")
    assert found is not None and (not found.junk or len(set(text)) < 5 or "SERIALN" in text)


@pytest.mark.parametrize(
    "text",
    """ThinkPad X1 Carbon Gen 9|20XW0012GE|OptiPlex 7090|PRIME B450M-K|HP EliteBook 840 G8 Notebook PC|Latitude 5420|MacBookPro18,3|NUC11TNHi5
    Standard PC (Q35 + ICH9, 2009)|VMware Virtual Platform|VMware7,1|Virtual Machine|Surface Pro 7|X1|H110M-A/M.2|Z490 AORUS ELITE|System x3650 M5
    PowerEdge R640|ProLiant DL380 Gen10|HVM domU|Google Compute Engine|KVM|Dell Inc.|LENOVO|HP|Hewlett-Packard|ASUSTeK COMPUTER INC.|Apple Inc.
    Micro-Star International Co., Ltd.|Gigabyte Technology Co., Ltd.|System76, Inc.|Microsoft Corporation|Notebook|Nothing Phone (2)|QEMU
    innotek GmbH|Acer|TUXEDO|Generic Systems GmbH|Intel(R) Client Systems|GB-BRi5-8250""".replace("\n", "|")
    .replace("    ", "")
    .split("|"),
)
def test_a_real_model_or_maker_is_kept(text: str) -> None:
    assert not placeholder_text(text)


@pytest.mark.parametrize("key", UUIDS)
def test_a_shared_uuid_is_known_in_both_byte_orders(key: str) -> None:
    for text in (key, turned(key), f"{{{key.upper()}}}"):
        found = identifier(IdKind.BIOS_UUID, text)
        assert found is not None and found.junk, text


@pytest.mark.parametrize("key", REAL_UUIDS)
def test_a_real_uuid_is_kept_in_both_byte_orders(key: str) -> None:
    for text in (key, turned(key)):
        found = identifier(IdKind.BIOS_UUID, text)
        assert found is not None and not found.junk, text


def test_a_random_uuid_is_kept() -> None:
    for _ in range(500):
        found = identifier(IdKind.BIOS_UUID, str(uuid4()))
        assert found is not None and not found.junk


@given(st.binary(min_size=16, max_size=16))
def test_no_uuid_is_an_error(raw: bytes) -> None:
    assert identifier(IdKind.BIOS_UUID, str(UUID(bytes=raw))) is not None


@pytest.mark.parametrize(
    "text", ["Not Settable", "4c4c4544-0041", "SystemUUID", "uuid", "12345678901234567890123", "x" * 40, "Not yet settable by this BIOS"]
)
def test_text_in_the_place_of_a_uuid_is_no_evidence(text: str) -> None:
    found = identifier(IdKind.BIOS_UUID, text)
    assert found is not None and found.junk


@pytest.mark.parametrize(
    "text",
    [
        "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        "XohImNooBHFR0OVvjcYpJ3NgPQ1qq73WKhHvch0VQtg=",
        "sha1:5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
    ],
)
def test_the_hash_of_a_uuid_is_evidence(text: str) -> None:
    found = identifier(IdKind.BIOS_UUID, text)
    assert found is not None and not found.junk


@pytest.mark.parametrize(
    "text",
    """-|N/A|n.a.|al|?|DWM-1|UMFD-0|Window Manager\\DWM-3|Font Driver Host\\UMFD-2|NB-0042$|CORP\\NB-1$|S-1-5-21-1004336348-1177238915-682003330-512
    LOKALER DIENST|NT-AUTORITÄT\\LOKALER DIENST|NETZWERKDIENST|NT AUTHORITY\\SYSTEM|AUTORITE NT\\Système|Système|Sistema|Система|LOCAL SERVICE
    SERVICE LOCAL|SERVICE RÉSEAU|Servicio de red|Servizio locale|Usługa lokalna|Локальная служба|Lokal tjänst|NT SERVICE\\MSSQLSERVER
    IIS APPPOOL\\DefaultAppPool|NT VIRTUAL MACHINE\\0B1C5E0F-1111-4222-8333-944455556666|Administrator|Administrador|Administrateur|Amministratore
    Администратор|Адміністратор|Järjestelmänvalvoja|Rendszergazda|Διαχειριστής|管理员|Administrátor|root|admin|localadmin|_mbsetupuser|_spotlight
    loginwindow|defaultuser0|defaultuser1|defaultuser100001|DefaultAccount|kiosk|kioskUser0|kiosk-berlin|autologon|WDAGUtilityAccount|Gast|Guest
    Invité|Ospite|Гость|gdm|sddm|gnome-initial-setup|nobody|none|null|(none)|<none>|unknown|Unbekannt|not logged in|kein Benutzer|no user
    nicht angemeldet|user|user1|test|System|SYSTEM|HealthMailbox0659e34""".replace("\n", "|")
    .replace("    ", "")
    .split("|"),
)
def test_an_account_that_is_no_person_is_no_evidence(text: str) -> None:
    found = identifier(IdKind.USER, text)
    assert found is not None and found.junk


@pytest.mark.parametrize(
    "text",
    """anna|CORP\\anna|kim|anna.berg@corp.example|till|u012345|10001|123456|jennifer.null|sin.chen|no.suzuki|李明|админов|gastmann|rootsi
    AzureAD\\JaneSampleRoe|admin.anna|systermans|NT4\\anna|NT-BERLIN\\anna|MicrosoftAccount\\anna@corp.example|servicedesk.berg|notter
    testa.rossa|jürgen|dwm.berg|kio.ski|guestrin|localetti""".replace("\n", "|")
    .replace("    ", "")
    .split("|"),
)
def test_a_person_is_kept(text: str) -> None:
    found = identifier(IdKind.USER, text)
    assert found is not None and not found.junk


@pytest.mark.parametrize(
    "text", ["localhost", "localhost.localdomain", "localhost-live", "unknown", "none", "null", "iPhone", "n/a", "not available", "<none>"]
)
def test_a_host_without_a_name_is_no_evidence(text: str) -> None:
    found = identifier(IdKind.HOSTNAME, text)
    assert found is not None and found.junk


@pytest.mark.parametrize(
    "text", ["null-1", "none-01", "error-reporting", "test", "not-so-new", "nb-0042", "Dr. Meier's iPad", "WIN-1.2.3", "ubuntu", "till-1"]
)
def test_a_host_name_is_kept(text: str) -> None:
    found = identifier(IdKind.HOSTNAME, text)
    assert found is not None and not found.junk
