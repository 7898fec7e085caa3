"""Machines that share something: docks, names, templates, serials, users, addresses. One function for each case; each makes several machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.identity import hardware
from tests.identity.cases import DAY
from tests.identity.hardware import NOTHING, Key
from tests.identity.machine import LENOVO, LINUX, Machine, computer, desktop, laptop, macbook, mini, virtual
from tests.identity.record import LATER, REMOVED, Naming
from tests.identity.vendor_json import Vendors
from tests.identity.world import DOMAIN, OTHER_DOMAIN, HostName


def docks(v: Vendors) -> None:
    """A desk with a dock that several laptops use; most list it beside their own adapters."""
    dock = hardware.adapter_mac(v.world.dice)
    for _ in range(v.world.dice.randrange(2, 6)):
        machine = v.world.dice.choice((laptop, laptop, macbook))(v.world, "shared dock")
        v.eset(machine, macs=(*machine.macs, dock) if v.world.chance(80) else None)
        v.opswat(machine, macs=(dock, *machine.macs) if v.world.chance(80) else None)
        v.five9s(machine)


def only_the_dock(v: Vendors) -> None:
    """Two MacBooks at one dock, of which one vendor lists nothing else of the second."""
    dock = hardware.adapter_mac(v.world.dice)
    first, second = (macbook(v.world, "only the dock's MAC") for _ in range(2))
    v.eset(first, macs=(*first.macs, dock))
    v.opswat(first, macs=(*first.macs, dock))
    v.opswat(second, macs=(dock,))
    if v.world.chance(50):
        v.eset(second)
        v.five9s(second)


def dock_and_default_name(v: Vendors) -> None:
    dock, name = hardware.adapter_mac(v.world.dice), HostName("MacBook-Pro", Naming.DEFAULT)
    first, second = (macbook(v.world, "shared dock, default name", name) for _ in range(2))
    v.eset(first, macs=(*first.macs, dock))
    v.opswat(second, macs=(*second.macs, dock))


def adapter_that_all_have(v: Vendors) -> None:
    """Two machines of one default name, known to one vendor each, with an address that means nothing."""
    shared = hardware.Mac(v.world.dice.choice(hardware.EVERYWHERE), "everywhere")
    name = HostName(v.world.dice.choice(("MacBook-Pro", "MacBook-Air")), Naming.DEFAULT)
    for make in v.of("eset", "opswat"):
        machine = macbook(v.world, "adapter that all have, default name", name)
        make(machine, macs=(*machine.macs, shared))


def container_bridge(v: Vendors) -> None:
    """Servers whose container bridge has one address; every name is another."""
    bridge = hardware.Mac("02:42:AC:11:00:02", "local")
    for _ in range(3):
        machine = desktop(v.world, "container bridge", v.world.scheme_name("SRV"))
        machine.family, machine.system = LINUX, "Ubuntu 24.04.3 LTS"
        for make in v.of("eset", "opswat"):
            make(machine, macs=(*machine.macs, bridge))
        v.five9s(machine)


def setup_users(v: Vendors) -> None:
    """Two new machines in a roll-out, each known to one vendor."""
    name = v.world.dice.choice(("MacBook-Pro", "MacBook-Air", "DESKTOP", "ubuntu", "raspberrypi"))
    login = v.world.dice.choice(("_mbsetupuser", "loginwindow", "defaultuser1", "Système", "Администратор", "DWM-1"))
    first, second = (macbook(v.world, "setup user", HostName(name, Naming.DEFAULT)) for _ in range(2))
    v.opswat(first, login=login, domain="")
    v.five9s(second, login=login)


def no_person(v: Vendors) -> None:
    """Two machines of one hand-made name, with a text that names no person as the user."""
    number = v.world.number() % 9 + 1
    name = HostName(v.world.dice.choice((f"till-{number}", "reception", "empfang", "labor", f"kasse{number}")), Naming.ROLE)
    login = v.world.dice.choice(("-", "N/A", "DWM-1", "UMFD-0", "LOKALER DIENST", f"{name.text.upper()}$", "S-1-5-18", "kioskUser0"))
    first, second = (desktop(v.world, "user who is no person", name) for _ in range(2))
    v.opswat(first, login=login, domain="")
    v.five9s(second, login=login)


def placeholder_and_name(v: Vendors) -> None:
    """Two machines of one hand-made name and one placeholder, each known to one vendor."""
    name = HostName(v.world.dice.choice(("reception", "empfang", "meeting", "werkstatt")), Naming.ROLE)
    text = Key(v.world.dice.choice(hardware.PLACEHOLDER_SERIALS))
    first, second = (mini(v.world, "placeholder serial, one name", name, None) for _ in range(2))
    v.eset(first, serial=text, macs=hardware.own_macs(v.world.dice, "other", 1), uuid=NOTHING)
    v.five9s(second, serial=text)


def placeholder_uuid_and_name(v: Vendors) -> None:
    """Two boxes of one name in two accounts, with a UUID that means nothing."""
    text = Key(v.world.dice.choice(hardware.PLACEHOLDER_UUIDS))
    name = HostName(v.world.dice.choice(("edge", "tablet", "box", "panel")), Naming.ROLE)
    for account in ("eset-1", "eset-2"):
        machine = mini(v.world, "placeholder UUID, one name", name, None)
        v.eset(machine, account=account, serial=NOTHING, uuid=text, macs=())


def clones(v: Vendors) -> None:
    """A template's UUID, serial and name in every machine; each has a MAC of its own."""
    template = virtual(v.world, "clones", v.world.dice.choice(("vmware", "hyperv", "proxmox")))
    template.name = HostName(v.world.dice.choice(("ubuntu", "WIN-TEMPLATE", "debian", "localhost", "kiosk")), Naming.DEFAULT)
    serial = template.serial if v.world.chance(60) else NOTHING
    count, renamed = v.world.dice.choice((2, 2, 3, 3, 4, 5, 8, 15, 16, 20)), v.world.chance(25)
    known = v.world.dice.choice((("eset",), ("eset", "opswat"), ("eset", "five9s"), ("eset", "opswat", "five9s")))
    for _ in range(count):
        machine = replace(template, number=v.world.machine(), macs=hardware.own_macs(v.world.dice, "vmware", 1), person=v.world.person())
        machine.serial = serial
        machine.embedded = template.embedded if serial.true else ""
        if renamed:
            machine.name = v.world.scheme_name("VDI")
        contact = v.world.now - timedelta(minutes=v.world.dice.randrange(1, 600))
        v.eset(machine, contact=contact)
        if "opswat" in known:
            v.opswat(machine, login="admin")
        if "five9s" in known:
            v.five9s(machine, login="")


def clones_with_own_uuids(v: Vendors) -> None:
    """One serial, another UUID and name for each."""
    template = virtual(v.world, "clones with UUIDs of their own", "hyperv")
    for _ in range(v.world.dice.randrange(2, 5)):
        machine = virtual(v.world, template.case, "hyperv")
        machine.serial = template.serial
        v.eset(machine)
        if v.world.chance(60):
            v.opswat(machine)


def two_products(v: Vendors) -> None:
    """A maker gave one serial to two products; each vendor lists both, or one of them with another system."""
    first, second = desktop(v.world, "one serial, two products"), desktop(v.world, "one serial, two products", v.world.scheme_name("NAS"))
    for machine, model in ((first, "Mini PC 5"), (second, "Storage Server 2")):
        machine.makers, machine.models, machine.maker, machine.embedded = ("Shuttle Inc.",), (model,), "shuttle", ""
        machine.serial = Key(text := "SH" + first.serial.true[-8:], text)
        uuid = hardware.uuid(v.world.dice)
        machine.uuid = Key(uuid, uuid)
    if v.world.chance(50):
        second.family, second.system = LINUX, "Debian GNU/Linux 12"
        v.eset(first)
        v.five9s(second)
    else:
        for machine in (first, second):
            v.all(machine)


def replaced(v: Vendors) -> None:
    """A new laptop takes over name and user of the old one, whose records are stale or removed."""
    old = laptop(v.world, "replaced, same name")
    new = laptop(v.world, "replaced, same name", old.name, old.person)
    listed = REMOVED if v.world.chance(50) else frozenset({0, 1, 2})
    for make in v.of("eset", "opswat", "five9s"):
        make(old, contact=v.world.now - v.world.dice.randrange(6, 50) * DAY, listed=listed)
    v.all(new, listed=LATER)


def name_given_twice(v: Vendors) -> None:
    """By mistake: each machine is known to one vendor, or both to all."""
    first = laptop(v.world, "name given twice")
    second = laptop(v.world, "name given twice", first.name)
    if v.world.chance(60):
        v.eset(first)
        v.opswat(second)
        if v.world.chance(50):
            v.five9s(first)
    else:
        v.all(first)
        v.all(second)


def two_domains(v: Vendors) -> None:
    """One name in two domains."""
    first = laptop(v.world, "one name, two domains")
    second = laptop(v.world, "one name, two domains", replace(first.name, domain=OTHER_DOMAIN))
    for machine, domain in ((first, DOMAIN), (second, OTHER_DOMAIN)):
        v.eset(machine, shown=f"{machine.name.text.lower()}.{domain}")
        v.opswat(machine)
        if v.world.chance(70):
            v.five9s(machine)


def two_domains_two_accounts(v: Vendors) -> None:
    """One name without any key in two domains, each in an account of its own."""
    name = v.world.scheme_name("NB")
    for account, domain in (("eset-1", DOMAIN), ("eset-2", OTHER_DOMAIN)):
        machine = computer(v.world, "one name, two domains", LENOVO, replace(name, domain=domain), v.world.person())
        v.eset(machine, account=account, shown=f"{name.text}.{domain}", serial=NOTHING, uuid=NOTHING, macs=())


def passed_on(v: Vendors) -> None:
    """An adapter moved from one machine to the next: each lists it, at other times."""
    adapter = hardware.adapter_mac(v.world.dice)
    first, second = laptop(v.world, "adapter passed on"), laptop(v.world, "adapter passed on")
    v.eset(first, macs=(*first.macs, adapter))
    v.opswat(second, macs=(adapter, *second.macs))
    for machine in (first, second):
        v.five9s(machine)


def one_address(v: Vendors) -> None:
    """An IP address of a machine that is switched off now."""
    old, new = desktop(v.world, "one IP address"), desktop(v.world, "one IP address")
    old.away, new.address = timedelta(days=40), old.address
    for machine in (old, new):
        v.all(machine)


def one_person(v: Vendors) -> None:
    """One person at several machines."""
    first = laptop(v.world, "one person, several machines")
    machines: list[Machine] = [first, desktop(v.world, first.case, person=first.person), macbook(v.world, first.case, person=first.person)]
    for machine in machines:
        machine.vendors = v.world.dice.choice((("opswat", "five9s"), ("eset", "opswat", "five9s")))
        v.all(machine)


def one_beginning(v: Vendors) -> None:
    """Three machines of one NetBIOS name, with serials of their own."""
    stem = v.world.dice.choice(("MUENCHEN-NOTEBOOK", "FRANKFURT-LAPTOP", "PRODUKTION-STATION"))
    for _ in range(3):
        machine = laptop(v.world, "one NetBIOS name", HostName(f"{stem}-{v.world.number():04d}"))
        v.all(machine)
