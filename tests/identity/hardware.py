"""Hardware of generated machines: makers' serial numbers, BIOS UUIDs and MACs in the notations that firmware gives them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
TAG = "0123456789BCDFGHJKLMNPQRSTVWXYZ"  # letters of Dell's service tags
MACS = {  # prefixes of makers of computers and network controllers
    "lenovo": ("54:EE:75", "8C:8C:AA", "A4:C3:F0"),
    "hp": ("3C:52:82", "A0:8C:FD", "A4:C3:F0"),
    "dell": ("F8:B1:56", "B8:85:84", "34:13:E8"),
    "microsoft": ("28:18:78", "C8:3F:26"),
    "apple": ("F8:FF:C2", "3C:22:FB", "A4:83:E7"),
    "vmware": ("00:50:56", "00:0C:29"),
    "hyperv": ("00:15:5D",),
    "other": ("D8:CB:8A", "E0:D5:5E", "04:D4:C4"),
}
ADAPTERS = ("00:E0:4C", "00:50:B6", "9C:EB:E8", "A0:CE:C8", "00:0E:C6", "F8:E4:3B")  # prefixes seen on docks, adapters and cheap boards
# The same in every machine that has the adapter.
EVERYWHERE = ("AC:DE:48:00:11:22", "00:1C:42:00:00:08", "0C:5B:8F:27:9A:64", "58:2C:80:13:92:63", "00:1E:10:1F:00:00", "00:A0:C6:00:00:00")
LOCAL = {"ec2": ("02", "06", "0A", "0E"), "openstack": ("FA:16:3E",), "google": ("42:01:0A",), "proxmox": ("7A", "BE", "3E", "D2", "9E")}
PLACEHOLDER_SERIALS = (
    "To be filled by O.E.M.", "Default string", "System Serial Number", "0", "None", "INVALID", "Not Specified", "<BAD INDEX>",
    "Not Defined", "SystemSerialNumb", "Type1 - 123456789", "SYS-1234567890", "$(DEFAULT_STRING)", "OEM Default string000", "TBD by OEM",
    "0123456789", "XXXXXXXXXX", "Unspecified System Serial Number", "(null string)", "00000000Not Defined", "Not Settable", "N/A", "-",
)  # fmt: skip
PLACEHOLDER_UUIDS = (
    "00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "03000200-0400-0500-0006-000700080009",
    "03020100-0504-0706-0809-0A0B0C0D0E0F", "78563412-3412-7856-90AB-CDDEEFAABBCC", "12345678-1234-5678-90AB-CDDEEFAABBCC",
    "Not Settable", "Not Present", "01010101-0101-0101-0101-010101010101", "00020003-0004-0005-0006-000700080009",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Key:
    """A serial or UUID: the text of the firmware, and the canonical form; `true` empty: a placeholder."""

    text: str
    true: str = ""


@dataclass(frozen=True, slots=True)
class Mac:
    """`sort`: own, adapter, local, or everywhere (the same in many machines)."""

    text: str
    sort: str = "own"


NOTHING = Key("")


def pick(dice: Random, letters: str, count: int) -> str:
    return "".join(dice.choice(letters) for _ in range(count))


def mac(dice: Random, prefix: str) -> str:
    missing = (17 - len(prefix)) // 3
    return ":".join((prefix, *(f"{dice.randrange(256):02X}" for _ in range(missing))))


def own_macs(dice: Random, maker: str, count: int) -> tuple[Mac, ...]:
    return tuple(Mac(mac(dice, dice.choice(MACS[maker]))) for _ in range(count))


def local_mac(dice: Random, platform: str) -> Mac:
    return Mac(mac(dice, dice.choice(LOCAL[platform])), "local")


def adapter_mac(dice: Random, prefix: str = "") -> Mac:
    return Mac(mac(dice, prefix or dice.choice(ADAPTERS)), "adapter")


def uuid(dice: Random) -> str:
    digits = f"{dice.getrandbits(128):032X}"
    return dashed(digits[:12] + "4" + digits[13:16] + "A" + digits[17:])


def dashed(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])).upper()


def byte_turned(text: str) -> str:
    """The first three groups in the other byte order."""
    first, second, third, *rest = text.split("-")
    return "-".join((*("".join(part[i : i + 2] for i in range(len(part) - 2, -2, -2)) for part in (first, second, third)), *rest))


def lenovo_serial(dice: Random) -> str:
    return "PF" + pick(dice, ALPHABET[1:], 6)


def hp_serial(dice: Random) -> str:
    return f"5CG{dice.randrange(10)}{dice.randrange(1, 53):02d}{pick(dice, ALPHABET[10:], 4)}"


def dell_tag(dice: Random) -> str:
    return pick(dice, TAG[1:], 1) + pick(dice, TAG, 5) + dice.choice("123")


def dell_uuid(dice: Random, tag: str) -> str:
    """As SMBIOS 2.6 and Windows write it: `4C4C4544-00t1-t2 10-80 t3-C0/B0 …`, with the tag's letters between fixed bytes."""
    raw = bytearray(b"DELL") + bytearray(12)
    raw[5], raw[6], raw[8], raw[11], raw[12] = 0, 0x10, 0x80, dice.choice((0xC0, 0xB0, 0xC4, 0xCA)), 0x4F
    for place, letter in zip((10, 4, 7, 9, 13, 14, 15), tag.encode(), strict=True):
        raw[place] = letter
    raw[10] |= 0x80
    raw[12] = 0x4F
    return byte_turned(dashed(raw.hex()))


def proliant(dice: Random) -> tuple[str, str]:
    """Serial, and the UUID that is product id and serial in ASCII."""
    serial = "CZJ" + pick(dice, "0123456789", 4) + pick(dice, ALPHABET[10:], 3)
    return serial, byte_turned(dashed((pick(dice, "0123456789", 6) + serial).encode().hex()))


def apple_serial(dice: Random) -> str:
    return "C02" + pick(dice, ALPHABET[10:], 5) + pick(dice, ALPHABET, 4)


def surface_serial(dice: Random) -> str:
    return "0" + pick(dice, "0123456789", 11)


def vmware_serial(stored: str, *, dash: bool = True) -> str:
    """`VMware-56 4d 78 …` of a UUID whose text has the bytes as stored."""
    digits = stored.replace("-", "").lower()
    pairs = [digits[i : i + 2] for i in range(0, 32, 2)]
    return "VMware-" + " ".join(pairs[:8]) + ("-" if dash else " ") + " ".join(pairs[8:])


def hyperv_serial(dice: Random) -> str:
    return "-".join((*(pick(dice, "0123456789", 4) for _ in range(6)), pick(dice, "0123456789", 2)))


def gigabyte_uuid(own: Mac) -> str:
    """The shared UUID of these boards, with the board's MAC between its bytes."""
    a, b, c, d, e, f = own.text.split(":")
    return f"03{b}02{a}-04{c}-05{d}-{e}06-{f}0700080009"
