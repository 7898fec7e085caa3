"""Machines that are awkward by themselves: notations, placeholders, virtual machines, users. One function for each case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.identity import hardware
from tests.identity.hardware import NOTHING, Key
from tests.identity.machine import Machine, desktop, laptop, macbook, mini, mobile, virtual
from tests.identity.record import Naming
from tests.identity.vendor_json import Vendors
from tests.identity.world import HostName

COVERAGE = (
    *(("eset", "opswat", "five9s"),) * 60,
    *(("eset", "opswat"),) * 12,
    *(("eset", "five9s"),) * 11,
    *(("opswat", "five9s"),) * 7,
    *(("eset",),) * 4,
    *(("opswat",),) * 3,
    *(("five9s",),) * 3,
)
DAY = timedelta(days=1)


def plain(v: Vendors) -> None:
    make = v.world.dice.choice((laptop, laptop, laptop, desktop, macbook))
    machine = make(v.world, "plain")
    machine.vendors = v.world.dice.choice(COVERAGE)
    if v.world.chance(8):
        machine.away = timedelta(days=v.world.dice.randrange(15, 80))
    v.all(machine)


def long_name(v: Vendors) -> None:
    """More than 15 characters."""
    machine = laptop(v.world, "long name", v.world.long_name())
    machine.vendors = v.world.dice.choice(COVERAGE)
    v.all(machine)


def foreign_name(v: Vendors) -> None:
    """Letters of other scripts, composed and decomposed."""
    v.all(laptop(v.world, "name in another script", v.world.foreign_name()))


def full_name(v: Vendors) -> None:
    machine = laptop(v.world, "full name")
    v.eset(machine, shown=f"{machine.name.text.lower()}.{machine.name.domain}{v.world.dice.choice(('', '.'))}")
    v.opswat(machine)
    v.five9s(machine)


def workgroup(v: Vendors) -> None:
    machine = laptop(v.world, "workgroup", v.world.random_name())
    v.eset(machine, shown=machine.name.text)
    v.opswat(machine, form="workgroup")
    v.five9s(machine)


def other_name_at_five9s(v: Vendors) -> None:
    """A suffix of device management, `_` for `-`, a description."""
    machine = laptop(v.world, "name with a suffix")
    text = machine.name.text
    v.eset(machine)
    v.opswat(machine)
    v.five9s(machine, shown=v.world.dice.choice((f"{text}-W11", text.replace("-", "_"), f"Notebook {text[-5:]} 2. OG", f"{text}_MDM")))


def placeholder_serial(v: Vendors) -> None:
    """One placeholder at both vendors."""
    machine = desktop(v.world, "placeholder serial")
    machine.serial, machine.uuid, machine.embedded = Key(v.world.dice.choice(hardware.PLACEHOLDER_SERIALS)), new_uuid(v), ""
    v.all(machine)


def placeholder_at_one(v: Vendors) -> None:
    """The board's serial at one vendor, a placeholder at the other."""
    machine = desktop(v.world, "placeholder serial at one vendor")
    machine.uuid, machine.embedded = new_uuid(v), ""
    v.eset(machine, serial=Key(v.world.dice.choice(hardware.PLACEHOLDER_SERIALS)))
    v.opswat(machine)
    v.five9s(machine)


def placeholder_uuid(v: Vendors) -> None:
    machine = laptop(v.world, "placeholder UUID")
    machine.uuid, machine.embedded = Key(v.world.dice.choice(hardware.PLACEHOLDER_UUIDS)), ""
    v.all(machine)


def new_uuid(v: Vendors) -> Key:
    text = hardware.uuid(v.world.dice)
    return Key(text, text)


def no_serial_dell(v: Vendors) -> None:
    """Only the UUID holds the service tag."""
    tag = hardware.dell_tag(v.world.dice)
    machine = desktop(v.world, "serial only in the UUID")
    text = hardware.dell_uuid(v.world.dice, tag)
    machine.makers, machine.models, machine.maker = ("Dell Inc.",), ("OptiPlex 7010",), "dell"
    machine.serial, machine.uuid, machine.embedded = Key(tag, tag), Key(_either_order(v, text), text), tag
    _unreported_serial(v, machine)


def no_serial_proliant(v: Vendors) -> None:
    """Only the UUID holds the serial of an HP server."""
    serial, text = hardware.proliant(v.world.dice)
    machine = desktop(v.world, "serial only in the UUID", v.world.scheme_name("SRV"))
    machine.makers, machine.models, machine.maker = ("HPE", "HP"), ("ProLiant DL360 Gen10",), "hp"
    machine.system = "Microsoft Windows Server 2022 Standard"
    machine.serial, machine.uuid, machine.embedded = Key(serial, serial), Key(text, text), serial
    _unreported_serial(v, machine)


def no_serial_vmware(v: Vendors) -> None:
    """Only the UUID holds the serial of a virtual machine."""
    _unreported_serial(v, virtual(v.world, "serial only in the UUID", "vmware"))


def _unreported_serial(v: Vendors, machine: Machine) -> None:
    v.eset(machine, serial=v.world.dice.choice((NOTHING, Key("Not Specified"))))
    if v.world.chance(50):
        v.opswat(machine)
    v.five9s(machine)


def _either_order(v: Vendors, text: str) -> str:
    return hardware.byte_turned(text) if v.world.chance(30) else text


def second_account(v: Vendors) -> None:
    """Two accounts of one vendor: one writes the UUID in the other byte order, or without its dashes and in braces."""
    machine = laptop(v.world, "two accounts")
    turned = hardware.byte_turned(machine.uuid.true)
    text = v.world.dice.choice((turned, turned.lower(), machine.uuid.text, f"{{{machine.uuid.text}}}"))
    hidden = v.world.chance(50)
    v.all(machine)
    v.eset(machine, account="eset-2", uuid=Key(text, machine.uuid.true), serial=NOTHING if hidden else None, macs=() if hidden else None)


def gigabyte(v: Vendors) -> None:
    """Like the shared UUID, with the board's MAC in it."""
    machine = desktop(v.world, "UUID with a MAC")
    machine.macs = hardware.own_macs(v.world.dice, "other", 1)
    machine.serial, machine.embedded = Key("Default string"), ""
    machine.makers, machine.models, machine.maker = ("Gigabyte Technology Co., Ltd.",), ("B450M DS3H",), "gigabyte"
    text = hardware.gigabyte_uuid(machine.macs[0])
    machine.uuid = Key(text, text)
    v.all(machine)
    v.eset(machine, account="eset-2", macs=())


def adapter_only(v: Vendors) -> None:
    """The only controller on board has the prefix of Realtek, which is on docks as well."""
    name = HostName(f"{v.world.dice.choice(('kiosk', 'counter', 'lager', 'terminal'))}-{v.world.number()}", Naming.ROLE)
    machine = mini(v.world, "Realtek controller on board", name, None)
    v.eset(machine)
    v.opswat(machine, login="kiosk")
    if v.world.chance(50):
        v.five9s(machine, login="kiosk")


def local_mac(v: Vendors) -> None:
    """The only MAC is a local one."""
    platform = v.world.dice.choice(("ec2", "ec2", "openstack", "google", "proxmox", "proxmox"))
    name = v.world.random_name("EC2AMAZ-") if platform == "ec2" and v.world.chance(50) else None
    machine = virtual(v.world, f"local MAC ({platform})", platform, name)
    machine.vendors = v.world.dice.choice(COVERAGE[:83])
    v.all(machine)


def hypervisor(v: Vendors) -> None:
    platform = v.world.dice.choice(("vmware", "vmware", "hyperv"))
    machine = virtual(v.world, f"virtual machine ({platform})", platform)
    machine.vendors = v.world.dice.choice(COVERAGE)
    v.all(machine)


def private_wlan(v: Vendors) -> None:
    """A private WLAN address, which differs from vendor to vendor, beside a burned-in one."""
    machine = laptop(v.world, "private WLAN address")
    machine.macs = machine.macs[:1]
    for make in v.of("eset", "opswat"):
        make(machine, macs=(*machine.macs, hardware.local_mac(v.world.dice, "proxmox")))
    v.five9s(machine)


def apple_t2(v: Vendors) -> None:
    """An internal adapter with the same address in every machine."""
    machine = macbook(v.world, "adapter that all have")
    machine.macs = (*machine.macs, hardware.Mac(hardware.EVERYWHERE[0], "everywhere"))
    machine.vendors = v.world.dice.choice(COVERAGE)
    v.all(machine)


def entra(v: Vendors) -> None:
    """The display name for the login."""
    machine = laptop(v.world, "Entra display name", v.world.random_name() if v.world.chance(30) else None)
    machine.vendors = v.world.dice.choice((("opswat", "five9s"), ("eset", "opswat", "five9s")))
    for vendor in machine.vendors:
        if vendor == "eset":
            v.eset(machine, serial=NOTHING if v.world.chance(40) else None)
    v.opswat(machine, form="upn")
    v.five9s(machine, form=v.world.dice.choice(("azuread", "azuread", "middle")))


def two_logins(v: Vendors) -> None:
    """A login of the domain that is not the beginning of the mail address."""
    machine = laptop(v.world, "login unlike the mail address", person=v.world.person(one_login=False))
    v.all(machine)


def second_user(v: Vendors) -> None:
    machine = laptop(v.world, "another user at one vendor")
    v.eset(machine)
    v.opswat(machine)
    v.five9s(replace(machine, person=v.world.person()))


def hashed(v: Vendors) -> None:
    """ESET may hash hardware ids: they match nothing."""
    machine = laptop(v.world, "hashed ids")
    digits = [f"{v.world.dice.getrandbits(256):064x}" for _ in range(2)]
    v.eset(machine, serial=Key(digits[0]), uuid=Key(digits[1]), macs=() if v.world.chance(50) else None)
    if v.world.chance(70):
        v.opswat(machine)
    v.five9s(machine)


def missing_fields(v: Vendors) -> None:
    machine = laptop(v.world, "fields missing")
    lack = v.world.dice.randrange(4)
    eset: dict[str, Any] = {"macs": ()} if lack == 0 else {"uuid": NOTHING} if lack == 1 else {}
    opswat: dict[str, Any] = {"macs": ()} if lack == 2 else {"login": "<private>"} if lack == 3 else {}
    five9s: dict[str, Any] = {"serial": NOTHING} if lack in (1, 3) else {"login": ""} if lack == 0 else {}
    for make, lacking in zip(v.of("eset", "opswat", "five9s"), (eset, opswat, five9s), strict=True):
        make(machine, **lacking)


def malformed(v: Vendors) -> None:
    """ESET names what it read wrongly."""
    machine = laptop(v.world, "malformed data")
    broken = f"{machine.serial.true[:3]}\x1a?{v.world.dice.randrange(10)}"
    v.eset(machine, serial=Key(broken), uuid=Key(hardware.uuid(v.world.dice)), spoiled="hardware_profiles.bios.serial_number,bios.uuid")
    v.opswat(machine)
    v.five9s(machine)


def phone(v: Vendors) -> None:
    tablet = v.world.chance(25)
    machine = mobile(v.world, "tablet" if tablet else "phone", tablet=tablet)
    for make in v.of(*v.world.dice.choice((("eset", "opswat"), ("eset",), ("opswat",)))):
        make(machine, macs=(hardware.local_mac(v.world.dice, "proxmox"),))


def default_name(v: Vendors) -> None:
    machine = macbook(
        v.world, "default name", HostName(v.world.dice.choice(("MacBook-Pro", "MacBook-Air", "MacBook-Pro-2")), Naming.DEFAULT)
    )
    machine.vendors = v.world.dice.choice(COVERAGE)
    v.all(machine)
