"""Generated history of a small fleet: what happens to machines day by day, and what each account lists after it.

A day is 25 hours, so that two days without a record remove it. On each day the accounts are synced one after the other; until an account is
synced the product knows its list of the day before, and the judge is given the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from tests.identity import hardware
from tests.identity.hardware import Key
from tests.identity.machine import Machine, laptop, macbook, virtual
from tests.identity.provable import Judge, Pair
from tests.identity.record import ALWAYS, BETWEEN, ESET, FIVE9S, OPSWAT, REMOVED, Name, Record
from tests.identity.vendor_json import Vendors
from tests.identity.world import World

ACCOUNTS = {"eset-1": ESET, "opswat-1": OPSWAT, "epm-1": FIVE9S}
QUIET = 2  # days without an event at the end: what is missing becomes removed


class History:
    """`today` holds what each account would list now, `known` what it listed when it was last synced."""

    def __init__(self, seed: int, start: datetime, *, machines: int = 12) -> None:
        self.world = World(seed, start)
        self.dice = Random(seed)
        self.machines = [laptop(self.world, "laptop") for _ in range(machines - 5)]
        self.machines += [macbook(self.world, "Mac") for _ in range(2)]
        self.machines += [virtual(self.world, "virtual machine", platform) for platform in ("vmware", "vmware", "ec2")]
        self.ids: dict[tuple[int, str], str] = {}  # machine, account → the id of its record
        self.away: dict[tuple[int, str], int] = {}  # machine, account → days for which the record is not listed
        self.left: dict[Name, Record] = {}  # of earlier enrolments, still listed
        self.known: dict[str, dict[Name, Record]] = {account: {} for account in ACCOUNTS}
        self.unlisted: dict[Name, Record] = {}
        self.dock = hardware.adapter_mac(self.world.dice)
        self.docked = 0
        self.rebuilt: set[int] = set()  # machines that got another mainboard
        self.what = "start"

    def days(self, count: int) -> Iterator[datetime]:
        """The time of each day's syncs, after its events."""
        for day in range(count + QUIET):
            self.world.now = self.world.now + BETWEEN
            self.away = {key: left - 1 for key, left in self.away.items() if left > 1}
            if 0 < day < count:
                self._happens()
            yield self.world.now

    def order(self) -> list[str]:
        return self.dice.sample(sorted(ACCOUNTS), len(ACCOUNTS))

    def listed(self, account: str) -> list[Record]:
        """What the account lists today, in an order that differs from day to day."""
        vendors = Vendors(self.world)
        (write,) = vendors.of(ACCOUNTS[account])
        for machine in self.machines:
            if ACCOUNTS[account] in machine.vendors and (machine.number, account) not in self.away:
                docked: dict[str, Any] = (
                    {"macs": (*machine.macs, self.dock)} if machine.number == self.docked and account != "epm-1" else {}
                )
                made = write(machine, external=self.ids.get((machine.number, account), ""), **docked)
                self.ids[machine.number, account] = made.external_id
        found = [*vendors.records, *(each for each in self.left.values() if each.account == account)]
        self.dice.shuffle(found)
        return found

    def synced(self, account: str, records: list[Record]) -> None:
        now = {each.name: each for each in records}
        for name, each in self.known[account].items():
            if name not in now:
                self.unlisted[name] = replace(each, listed=REMOVED)
        self.unlisted = {name: each for name, each in self.unlisted.items() if name not in now}
        self.known[account] = now

    def records(self) -> list[Record]:
        """All that the product knows."""
        return [*self.unlisted.values(), *(each for known in self.known.values() for each in known.values())]

    def provable(self) -> dict[Pair, str]:
        return Judge(self.records(), live_at=lambda record: self.world.now - record.contact).pairs()

    def _happens(self) -> None:
        event = self.dice.choice(EVENTS)
        self.what = f"{self.what}, {event.__name__.lstrip('_')}"
        event(self)

    def _some(self, *, virtual_one: bool = False) -> Machine:
        return self.dice.choice([each for each in self.machines if each.virtual is virtual_one and not each.case.startswith("clone")])

    # -- events -------------------------------------------------------------------------------------------------------

    def _rename(self) -> None:
        self._some().name = self.world.scheme_name("NB")

    def _reimage_same_name(self) -> None:
        self._enrol_again(self._some())

    def _reimage_new_name(self) -> None:
        machine = self._some()
        self._enrol_again(machine)
        machine.name = self.world.scheme_name("NB")

    def _enrol_again(self, machine: Machine) -> None:
        """New ids at every vendor; the old records are deleted by someone, or stay and are not heard of again."""
        stays = self.dice.random() < 0.5
        for account in ACCOUNTS:
            old = self.ids.pop((machine.number, account), "")
            record = self.known[account].get((account, old))
            if record is not None and stays:
                self.left[record.name] = record

    def _mainboard(self) -> None:
        """Same records, other serial, UUID and LAN address."""
        machine = self._some()
        self.rebuilt.add(machine.number)
        text = hardware.uuid(self.world.dice)
        machine.serial = Key(serial := hardware.lenovo_serial(self.world.dice), serial)
        machine.uuid, machine.embedded = Key(text, text), ""
        if len(machine.macs) > 1:
            machine.macs = (*hardware.own_macs(self.world.dice, "lenovo", 1), machine.macs[1])

    def _dock(self) -> None:
        self.docked = self._some().number

    def _user(self) -> None:
        self._some().person = self.world.person()

    def _clone(self) -> None:
        """One more with the template's UUID, serial and name, and a MAC of its own."""
        template = self._some(virtual_one=True)
        copy = replace(template, number=self.world.machine(), case=f"clone of {template.number}", person=self.world.person())
        copy.macs = hardware.own_macs(self.world.dice, "vmware", 1)
        copy.vendors = self.dice.choice(((ESET,), (ESET, OPSWAT)))
        self.machines.append(copy)

    def _clone_leaves(self) -> None:
        self.machines = [each for each in self.machines if not each.case.startswith("clone")]

    def _gone_and_back(self) -> None:
        machine, account = self._some(), self.dice.choice(sorted(ACCOUNTS))
        self.away[machine.number, account] = self.dice.randrange(1, 4)


EVENTS: tuple[Callable[[History], None], ...] = (
    History._rename,
    History._reimage_same_name,
    History._reimage_new_name,
    History._mainboard,
    History._dock,
    History._user,
    History._clone,
    History._clone_leaves,
    History._gone_and_back,
)


def replayed(history: History) -> list[Record]:
    """The final records for a fresh database: what is listed in each sync, and what is removed."""
    return [replace(each, listed=ALWAYS if each.present else REMOVED) for each in history.records()]
