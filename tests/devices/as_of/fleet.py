"""A small fleet that changes from day to day: machines, what four accounts of three vendors report of them, and their syncs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from devices.models import Account, JobState, SyncRun
from devices.sync.handler import SyncHandler
from devices.sync.page_writer import save_page
from tests.devices import records as making
from vendors.records import Entry
from vendors.states import Enrolment, Family, IdKind, State

SYSTEMS = {
    "Windows 10 Pro": (Family.WINDOWS, "Windows 10"),
    "Windows 11 Pro": (Family.WINDOWS, "Windows 11"),
    "Debian 13": (Family.LINUX, "Debian 13"),
}
ISSUES = ("encryption", "firewall", "updates", "malware")


@dataclass
class Listing:
    """What one account reports of a machine. `extra`: values in which it differs from the machine."""

    external_id: str
    listed: bool = True
    broken: bool = False
    silenced: bool = False
    enrolment: Enrolment = Enrolment.MANAGED
    state: State = State.OK
    issues: set[str] = field(default_factory=set)
    extra: dict[str, str] = field(default_factory=dict)
    seen_at: datetime | None = None
    former: list[str] = field(default_factory=list)


@dataclass
class Machine:
    number: int
    name: str
    serial: str
    user: str
    system: str = "Windows 10 Pro"
    model: str = "ThinkPad T14"
    group: str = "Berlin"
    on: bool = True
    listings: dict[str, Listing] = field(default_factory=dict)


class Fleet:
    def __init__(self, random: Random, accounts: list[Account]) -> None:
        self.random = random
        self.accounts = accounts
        self.machines: list[Machine] = []
        self.next_id = 0

    def add(self, *, accounts: int = 3) -> Machine:
        number = len(self.machines)
        machine = Machine(number, f"nb-{number:03}", f"PF{number:03}XK", f"user{number:03}")
        for account in self.random.sample(self.accounts, min(accounts, len(self.accounts))):
            machine.listings[account.name] = self.listing()
        self.machines.append(machine)
        return machine

    def listing(self) -> Listing:
        self.next_id += 1
        return Listing(f"id-{self.next_id}")

    def entries(self, account: Account, now: datetime) -> list[Entry]:
        found = []
        for machine in self.machines:
            listing = machine.listings.get(account.name)
            if listing is None or not listing.listed:
                continue
            if machine.on or listing.seen_at is None:
                listing.seen_at = now - timedelta(minutes=self.random.randint(1, 50))
            found.append(_entry(machine, listing, listing.external_id, listing.seen_at, account))
            # An agent that was installed again: the vendor keeps the old record.
            found += [_entry(machine, listing, each, listing.seen_at - timedelta(days=9), account) for each in listing.former]
        return found


def _entry(machine: Machine, listing: Listing, external_id: str, seen_at: datetime, account: Account) -> Entry:
    family, release = SYSTEMS[machine.system]
    values = {
        "name": machine.name,
        "serial": machine.serial,
        "user": machine.user,
        "os_name": machine.system,
        "os_family": family,
        "os_release": release,
        "model": machine.model,
        "manufacturer": "LENOVO",
        "group_name": f"{machine.group} {account.vendor}",
        **listing.extra,
    }
    kinds = ((IdKind.SERIAL, values["serial"]), (IdKind.HOSTNAME, values["name"]), (IdKind.USER, values["user"]))
    identifiers = tuple(found for kind, text in kinds if (found := making.normalised(kind, str(text))))
    return making.entry(
        external_id,
        broken="a bad date" if listing.broken else "",
        seen_at=seen_at,
        state=listing.state,
        state_raw=listing.state.value,
        silenced=listing.silenced,
        enrolment=listing.enrolment,
        identifiers=identifiers,
        issues=tuple(making.issue(each, State.CRITICAL if each == "malware" else State.ATTENTION) for each in sorted(listing.issues)),
        **values,
    )


def sync(account: Account, entries: list[Entry], tick: Callable[[], datetime], *, rejected: int = 0) -> SyncRun:
    """A full sync as the engine does it, in two pages and its end; each at another time."""
    now = tick()
    run = making.run(account)
    run.account, run.started_at = Account.objects.get(pk=account.pk), now
    half = len(entries) // 2
    for part in (entries[:half], entries[half:]):
        outcome = save_page(run, part, now)
        run.quarantined += outcome.quarantined
        now = tick()
    run.records, run.rejected = len(entries), rejected
    SyncHandler().finish(run, now)
    run.state, run.finished_at = JobState.DONE, now
    run.save()
    return run
