"""Machines that were enrolled again, reinstalled or repaired. One function for each case."""

from __future__ import annotations

from dataclasses import replace

from tests.identity import hardware
from tests.identity.cases import COVERAGE, DAY, new_uuid
from tests.identity.hardware import Key
from tests.identity.machine import Machine, desktop, laptop
from tests.identity.record import LATER, REMOVED
from tests.identity.vendor_json import Vendors
from tests.identity.world import HostName


def enrolled_again(v: Vendors) -> None:
    """The agent was installed again: two records at one vendor under one name."""
    machine = v.world.dice.choice((laptop, desktop))(v.world, "enrolled again")
    v.all(machine)
    _old(v, v.world.dice.choice(machine.vendors), machine, name=machine.name)


def reimaged_same_name(v: Vendors) -> None:
    machine = laptop(v.world, "reimaged, same name")
    machine.vendors = v.world.dice.choice(COVERAGE[:90])
    for vendor in machine.vendors:
        _old(v, vendor, machine, name=machine.name)
    v.all(machine, listed=LATER)


def reimaged_new_name(v: Vendors) -> None:
    """The next enrolment has another name."""
    machine = laptop(v.world, "reimaged, new name")
    machine.vendors = v.world.dice.choice(COVERAGE[:83])
    old_name = v.world.random_name()
    for vendor in machine.vendors:
        _old(v, vendor, machine, name=old_name)
    v.all(machine, listed=LATER)


def _old(v: Vendors, vendor: str, machine: Machine, *, name: HostName) -> None:
    """The record of the enrolment before: still listed, or removed from the list."""
    days = v.world.dice.randrange(4, 60)
    listed = REMOVED if v.world.chance(50) else frozenset({0, 1, 2})
    (write,) = v.of(vendor)
    write(machine, name=name, contact=v.world.now - days * DAY, listed=listed)


def new_mainboard(v: Vendors) -> None:
    """ESET reports the new board already, five(9)s another scan later; the WLAN card stayed. Half of them have a board without serial."""
    machine = laptop(v.world, "new mainboard")
    machine.macs = machine.macs if len(machine.macs) > 1 else hardware.own_macs(v.world.dice, "other", 2)
    new = hardware.own_macs(v.world.dice, "other", 1)
    nameless = v.world.chance(50)
    serial = Key("INVALID") if nameless else Key(text := hardware.lenovo_serial(v.world.dice), text)
    changed = replace(machine, serial=serial, uuid=new_uuid(v), embedded="", macs=(*new, machine.macs[1]))
    v.eset(changed, macs=changed.macs)
    v.opswat(changed, macs=changed.macs)
    v.five9s(machine if v.world.chance(60) else changed)
