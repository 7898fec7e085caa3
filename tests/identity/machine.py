"""Generated machine, and the models of its maker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from tests.identity import hardware
from tests.identity.hardware import NOTHING, Key, Mac
from tests.identity.record import Naming
from tests.identity.world import HostName, Person, World

WINDOWS, LINUX, MACOS, IOS, ANDROID = "windows", "linux", "macos", "ios", "android"


@dataclass(frozen=True, slots=True)
class Model:
    """`names`: the notations of one maker, and `models` of one model, of which each vendor reports one."""

    makers: tuple[str, ...]
    models: tuple[str, ...]
    prefix: str
    serial: Callable[[Random], str]
    network: int = 2


LENOVO = Model(("LENOVO", "Lenovo"), ("20XW0012GE", "ThinkPad X1 Carbon Gen 9"), "lenovo", hardware.lenovo_serial)
HP = Model(("HP", "Hewlett-Packard", "HP Inc."), ("HP EliteBook 840 G8 Notebook PC",), "hp", hardware.hp_serial)
DELL = Model(("Dell Inc.", "Dell"), ("Latitude 5430",), "dell", hardware.dell_tag)
SURFACE = Model(("Microsoft Corporation", "Microsoft"), ("Surface Laptop 5",), "microsoft", hardware.surface_serial, 1)
MAC = Model(("Apple Inc.", "Apple"), ("MacBookPro16,1", "MacBook Pro (16-inch, 2019)"), "apple", hardware.apple_serial, 1)
LAPTOPS = (LENOVO, LENOVO, HP, HP, DELL, DELL, SURFACE)
MINI = Model(("To be filled by O.E.M.", "AZW", "Default string"), ("Default string", "System Product Name"), "other", hardware.hp_serial)


@dataclass(slots=True)
class Machine:
    """`embedded`: the serial that its UUID holds; `away`: how long ago it was last switched on."""

    number: int
    case: str
    name: HostName
    person: Person | None
    maker: str = ""
    makers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    family: str = WINDOWS
    system: str = "Microsoft Windows 11 Enterprise"
    mobile: bool = False
    virtual: bool = False
    serial: Key = NOTHING
    uuid: Key = NOTHING
    embedded: str = ""
    macs: tuple[Mac, ...] = ()
    away: timedelta = timedelta(0)
    address: str = ""
    form: str = "laptop"  # laptop, desktop, server, vm, phone or tablet
    vendors: tuple[str, ...] = field(default=("eset", "opswat", "five9s"))


def computer(world: World, case: str, model: Model, name: HostName, person: Person | None) -> Machine:
    """A physical one, with true keys."""
    dice = world.dice
    serial = model.serial(dice)
    machine = Machine(world.machine(), case, name, person, model.prefix, model.makers, model.models)
    machine.serial = Key(f"{serial:<16}" if model is HP and world.chance(40) else serial, serial)
    machine.macs = hardware.own_macs(dice, model.prefix, model.network)
    machine.uuid = _uuid(world, model, machine, serial)
    machine.address = f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(1, 255)}"
    if model is MAC:
        machine.family, machine.system = MACOS, "macOS 15.6"
    return machine


def _uuid(world: World, model: Model, machine: Machine, serial: str) -> Key:
    if model is DELL:
        machine.embedded = serial
        text = hardware.dell_uuid(world.dice, serial)
        return Key(text, text)
    text = hardware.uuid(world.dice)
    return Key(text.lower() if world.chance(20) else text, text)


def laptop(world: World, case: str, name: HostName | None = None, person: Person | None = None) -> Machine:
    return computer(world, case, world.dice.choice(LAPTOPS), name or world.scheme_name("NB"), person or world.person())


def desktop(world: World, case: str, name: HostName | None = None, person: Person | None = None) -> Machine:
    made = computer(world, case, world.dice.choice((LENOVO, HP, DELL)), name or world.scheme_name("WS"), person or world.person())
    made.macs = made.macs[:1]
    made.form = "server" if "-SRV-" in made.name.text else "desktop"
    return made


def macbook(world: World, case: str, name: HostName | None = None, person: Person | None = None) -> Machine:
    return computer(world, case, MAC, name or world.scheme_name("MAC"), person or world.person())


def mini(world: World, case: str, name: HostName, person: Person | None) -> Machine:
    """A cheap board: placeholders for everything, and a Realtek controller on board."""
    made = Machine(world.machine(), case, name, person, "", MINI.makers, MINI.models, form="desktop")
    made.serial = Key(world.dice.choice(hardware.PLACEHOLDER_SERIALS))
    made.uuid = Key(world.dice.choice(hardware.PLACEHOLDER_UUIDS))
    made.macs = (hardware.adapter_mac(world.dice, "00:E0:4C"),)
    return made


def virtual(world: World, case: str, platform: str, name: HostName | None = None) -> Machine:
    """`platform`: vmware, hyperv, ec2, google, openstack or proxmox."""
    dice = world.dice
    made = Machine(world.machine(), case, name or world.scheme_name("VM"), world.person(), virtual=True, form="vm")
    text = hardware.uuid(dice)
    made.uuid = Key(text, text)
    made.makers, made.models, made.maker = MAKERS[platform]
    if platform == "vmware":
        serial = hardware.vmware_serial(text, dash=world.chance(70))
        made.serial, made.embedded = Key(serial, _bare(serial)), _bare(serial)
        if world.chance(60):
            made.uuid = Key(hardware.byte_turned(text), text)
        made.macs = hardware.own_macs(dice, "vmware", 1)
    elif platform == "hyperv":
        made.serial = Key(serial := hardware.hyperv_serial(dice), serial)
        made.macs = hardware.own_macs(dice, "hyperv", 1)
    else:
        if platform == "ec2":
            made.serial = Key(text.lower(), _bare(text))
        made.macs = (hardware.local_mac(dice, platform),)
    if world.chance(35):
        made.family, made.system = LINUX, "Ubuntu 24.04.3 LTS"
    return made


MAKERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "vmware": (("VMware, Inc.", "VMware"), ("VMware20,1", "VMware Virtual Platform"), "vmware"),
    "hyperv": (("Microsoft Corporation",), ("Virtual Machine",), "microsoft"),
    "ec2": (("Amazon EC2",), ("t3.large",), "amazon"),
    "google": (("Google",), ("Google Compute Engine",), "google"),
    "openstack": (("OpenStack Foundation",), ("OpenStack Nova",), "openstack"),
    "proxmox": (("QEMU",), ("Standard PC (Q35 + ICH9, 2009)", "Standard PC (i440FX + PIIX, 1996)"), "qemu"),
}


def _bare(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def mobile(world: World, case: str, *, tablet: bool = False) -> Machine:
    """Its WLAN address changes with the network, so every vendor reports another."""
    person = world.person()
    apple = tablet or world.chance(60)
    names = (
        (f"{person.first}s iPad", f"Dr. {person.last}'s iPad", "iPad") if tablet else (f"iPhone von {person.first}", "iPhone", "Galaxy A54")
    )
    made = Machine(
        world.machine(),
        case,
        HostName(world.dice.choice(names), Naming.DEFAULT, ""),
        person,
        mobile=True,
        form="tablet" if tablet else "phone",
    )
    made.maker, made.makers = ("apple", ("Apple",)) if apple else ("samsung", ("samsung",))
    made.models = ("iPad13,18",) if tablet else ("iPhone15,2",) if apple else ("SM-A546B",)
    made.family, made.system = (IOS, "iOS 18.6") if apple else (ANDROID, "Android 15")
    made.vendors = ("eset", "opswat")
    return made
