"""Notations in which people, labels, scanners and network tools give an identifier, of generated machines; written without the lookup's code."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tests.identity import hardware
from tests.identity.hardware import Key
from tests.identity.machine import DELL, HP, LENOVO, MAC, SURFACE, Machine, computer, laptop, mobile, virtual
from tests.identity.record import Naming, Record
from tests.identity.vendor_json import Vendors
from tests.identity.world import DOMAIN, HostName, World

EACH = 5  # notations of a machine
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
Maker = Callable[[Machine], str]


@dataclass(frozen=True, slots=True)
class Notation:
    """`lossy`: only the end of what was typed is the identifier, or only its end was typed, so it must not open the device as exact."""

    sort: str
    text: str
    machine: int
    lossy: bool = False


# -- host names -------------------------------------------------------------------------------------------------------

NAMES: dict[str, Maker] = {
    "name in small letters": lambda m: m.name.text.lower(),
    "network path": lambda m: f"\\\\{m.name.text}",
    "computer account": lambda m: f"{m.name.text}$",
    "computer account with its domain": lambda m: f"CORP\\{m.name.text.upper()}$",
    "full name": lambda m: f"{m.name.text.lower()}.{DOMAIN}",
    "full name as DNS writes it": lambda m: f"{m.name.text.lower()}.{DOMAIN}.",
    "name with a full stop": lambda m: f"{m.name.text}.",
    "name in quotation marks": lambda m: f"“{m.name.text}”",
    "name with an apostrophe from a spreadsheet": lambda m: f"'{m.name.text}",
    "name with its label": lambda m: f"Hostname: {m.name.text}",
    "name with a no-break blank": lambda m: f"\u00a0{m.name.text}\u00a0",
}
FOREIGN_NAMES: dict[str, Maker] = {
    "composed name": lambda m: unicodedata.normalize("NFC", m.name.text).lower(),
    "decomposed name": lambda m: unicodedata.normalize("NFD", m.name.text),
    "middle of a composed name": lambda m: unicodedata.normalize("NFC", m.name.text).lower()[1:],
    "middle of a decomposed name": lambda m: unicodedata.normalize("NFD", m.name.text[1:]).lower(),
    "network path": NAMES["network path"],
}

# -- serials ----------------------------------------------------------------------------------------------------------


def parted(text: str, between: str, at: int = 2) -> str:
    return text[:at] + between + text[at:]


SERIALS: dict[str, Maker] = {
    "serial in small letters": lambda m: m.serial.true.lower(),
    "serial with a blank": lambda m: parted(m.serial.true.lower(), " "),
    "serial with a dash": lambda m: parted(m.serial.true, "-"),
    "serial with S/N": lambda m: f"S/N: {m.serial.true}",
    "serial with SN": lambda m: f"SN {m.serial.true}",
    "serial with Seriennummer": lambda m: f"Seriennummer: {m.serial.true}",
    "serial with Serial Number": lambda m: f"Serial Number {m.serial.true}",
    "Code 39": lambda m: f"*{m.serial.true}*",
    "serial with a full stop": lambda m: f"{m.serial.true.lower()}.",
}
LENOVO_CODES: dict[str, Maker] = {
    "Lenovo bar code": lambda m: f"1S20XWCTO1WW{m.serial.true}",
    "Lenovo type and serial": lambda m: f"20XWCTO1WW/{m.serial.true}",
    "Lenovo label": lambda m: f"20XW-0012GE {parted(m.serial.true, '-')}",
    "end of a serial": lambda m: m.serial.true[-7:],
}
LETTER_S: dict[str, Maker] = {"bar code with an S": lambda m: f"S{m.serial.true}", "end of a serial": lambda m: m.serial.true[-7:]}
DELL_CODES: dict[str, Maker] = {
    "express service code": lambda m: str(int(m.serial.true, 36)),
    "express service code in groups": lambda m: "-".join(_groups(str(int(m.serial.true, 36)))),
    "express service code with blanks": lambda m: " ".join(_groups(str(int(m.serial.true, 36)))),
    "UUID of a management card": lambda m: m.uuid.true.lower(),
    "UUID in the other byte order": lambda m: hardware.byte_turned(m.uuid.true).lower(),
}
ZEROS: dict[str, Maker] = {
    "number without its zeros": lambda m: m.serial.true.lstrip("0"),
    "number with an apostrophe": lambda m: f"'{m.serial.true}",
    "number in groups": lambda m: " ".join(_groups(m.serial.true)),
}
VMWARE: dict[str, Maker] = {
    "VMware UUID": lambda m: m.uuid.true.lower(),
    "VMware UUID in the other byte order": lambda m: hardware.byte_turned(m.uuid.true),
    "VMware serial without blanks": lambda m: m.serial.text.replace(" ", ""),
    "VMware serial with blanks": lambda m: m.serial.text.replace("-", " ").replace("VMware ", "VMware-"),
}
UUIDS: dict[str, Maker] = {
    "UUID in braces": lambda m: f"{{{m.uuid.true}}}",
    "UUID without dashes": lambda m: m.uuid.true.replace("-", "").lower(),
    "UUID in the other byte order": lambda m: hardware.byte_turned(m.uuid.true),
    "UUID as a name": lambda m: f"urn:uuid:{m.uuid.true.lower()}",
}
PROLIANT: dict[str, Maker] = {
    "ProLiant UUID": lambda m: m.uuid.true.lower(),
    "ProLiant UUID in the other byte order": lambda m: hardware.byte_turned(m.uuid.true),
    "ProLiant UUID in braces": lambda m: f"{{{m.uuid.true}}}",
}
LOSSY = {"Lenovo bar code", "Lenovo type and serial", "Lenovo label", "end of a serial", "bar code with an S", "number without its zeros"}


def _groups(text: str, size: int = 3) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


# -- addresses and users ----------------------------------------------------------------------------------------------


def digits(machine: Machine) -> str:
    return machine.macs[0].text.replace(":", "").lower()


def interface_part(machine: Machine) -> str:
    """The MAC as IPv6 writes it: one bit turned, `ff:fe` in the middle."""
    raw = digits(machine)
    full = f"{int(raw[:2], 16) ^ 2:02x}{raw[2:6]}fffe{raw[6:]}"
    return ":".join(f"{int(full[at : at + 4], 16):x}" for at in range(0, 16, 4))


ADDRESSES: dict[str, Maker] = {
    "MAC with dashes": lambda m: "-".join(_groups(digits(m), 2)),
    "MAC with dots": lambda m: ".".join(_groups(digits(m), 4)),
    "MAC without separators": lambda m: digits(m).upper(),
    "MAC with blanks": lambda m: " ".join(_groups(digits(m), 2)),
    "DHCP client id with dots": lambda m: ".".join(_groups("01" + digits(m), 4)),
    "DHCP client id with colons": lambda m: ":".join(_groups("01" + digits(m), 2)),
    "link-local address": lambda m: f"fe80::{interface_part(m)}",
    "link-local address with its zone": lambda m: f"fe80::{interface_part(m)}%eth0",
    "MAC as SNMP writes it": lambda m: f"0x{digits(m)}",
    "MAC with zeros left out": lambda m: ":".join(f"{int(part, 16):x}" for part in _groups(digits(m), 2)),
    "MAC with its label": lambda m: f"MAC: {m.macs[0].text}",
    "IPv4 address": lambda m: m.address,
    "IPv4 address with zeros": lambda m: ".".join(f"{int(part):03d}" for part in m.address.split(".")),
}
USERS: dict[str, Maker] = {
    "user principal name": lambda m: f"{_user(m)}@corp.example",
    "login with its domain": lambda m: f"CORP\\{_user(m)}",
    "login in capitals": lambda m: _user(m).upper(),
}


def _user(machine: Machine) -> str:
    assert machine.person
    return machine.person.upn


def forty(seed: int, now: datetime) -> tuple[list[Record], list[Notation]]:
    """Records of 40 machines and of 20 others, and 200 notations."""
    world = World(seed, now)
    vendors = Vendors(world)
    found: list[Notation] = []
    for nth, (machine, pools) in enumerate(_machines(vendors)):
        texts = [(sort, make) for pool in pools for sort, make in pool.items()]
        for sort, make in islice(_turns(texts, nth * EACH), EACH):
            found.append(Notation(sort, make(machine), machine.number, sort in LOSSY))
    for _ in range(20):
        vendors.all(laptop(world, "another"))
    return vendors.records, found


def _turns(texts: list[tuple[str, Maker]], start: int) -> Iterator[tuple[str, Maker]]:
    for step in range(len(texts)):
        yield texts[(start + step) % len(texts)]


def _machines(v: Vendors) -> Iterator[tuple[Machine, tuple[dict[str, Maker], ...]]]:
    """Each with what its records carry."""
    world = v.world
    for _ in range(5):
        yield _known(v, computer(world, "Lenovo", LENOVO, world.scheme_name("NB"), world.person())), (LENOVO_CODES, SERIALS, ADDRESSES)
    for _ in range(4):
        yield _known(v, computer(world, "HP", HP, world.scheme_name("NB"), world.person())), (LETTER_S, NAMES, SERIALS)
    for nth in range(5):
        machine = computer(world, "Dell", DELL, world.scheme_name("NB"), world.person())
        yield _known(v, machine, ("five9s",) if nth < 3 else machine.vendors), (DELL_CODES,)
    for _ in range(3):
        machine = computer(world, "Surface", SURFACE, world.scheme_name("NB"), world.person())
        yield _known(v, machine, ("five9s",)), (ZEROS, USERS)
    for _ in range(4):
        machine = computer(world, "Apple", MAC, world.scheme_name("MAC"), world.person())
        yield _known(v, machine, ("eset", "opswat")), (LETTER_S, UUIDS, ADDRESSES, USERS)
    for _ in range(3):
        yield _known(v, _proliant(v), ("five9s",)), (PROLIANT, NAMES)
    for nth in range(4):
        machine = virtual(world, "VMware", "vmware")
        machine.uuid = Key(machine.uuid.true, machine.uuid.true)
        yield _known(v, machine, ("five9s",) if nth < 2 else machine.vendors), (VMWARE, NAMES)
    for _ in range(3):
        machine = virtual(world, "EC2", "ec2", world.scheme_name("SRV"))
        machine.address = f"10.77.{world.number() % 256}.{world.dice.randrange(1, 255)}"
        yield _known(v, machine, ("eset", "opswat")), (ADDRESSES, UUIDS)
    for _ in range(3):
        yield _known(v, laptop(world, "umlauts", _umlauts(world)), ("opswat",)), (FOREIGN_NAMES,)
    for nth, text in enumerate(("Dr. Meier's iPad", "iPhone von Dr. Schulz")):
        machine = mobile(world, "mobile", tablet=nth == 0)
        machine.name, machine.macs = HostName(text, Naming.DEFAULT, ""), (hardware.local_mac(world.dice, "proxmox"),)
        machine.address = f"10.78.0.{nth + 10}"
        yield (
            _known(v, machine, ("eset",)),
            ({"whole name": lambda m: m.name.text, "in small letters": lambda m: m.name.text.lower()}, ADDRESSES),
        )
    for nth in range(2):
        machine = laptop(world, "long name", HostName(f"{('LEIPZIG', 'DRESDEN')[nth]}-WERKSTATT-{nth + 41:04d}"))
        yield _known(v, machine, ("five9s",)), (NAMES,)
    for text in ("00123456", "0007140"):
        machine = laptop(world, "own number")
        machine.serial, machine.embedded = Key(text, text), ""
        yield _known(v, machine, ("five9s",)), (ZEROS, NAMES)


def _known(v: Vendors, machine: Machine, at: tuple[str, ...] = ()) -> Machine:
    machine.vendors = at or machine.vendors
    v.all(machine)
    return machine


def _proliant(v: Vendors) -> Machine:
    serial, text = hardware.proliant(v.world.dice)
    machine = computer(v.world, "ProLiant", HP, v.world.scheme_name("SRV"), v.world.person())
    machine.serial, machine.uuid, machine.embedded = Key(serial, serial), Key(text, text), serial
    return machine


def _umlauts(world: World) -> HostName:
    return HostName(f"{world.dice.choice(('MÜNCHEN', 'KÖLN', 'TÜBINGEN'))}-{world.number():05d}")
