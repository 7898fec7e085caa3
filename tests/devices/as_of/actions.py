"""What happens on a simulated day: changes at vendors, and actions of users and workers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from devices.accounts.services import switch_account
from devices.audit.context import AuditContext
from devices.conflicts.services import override_field, remove_override
from devices.coverage import gaps
from devices.device_detail.retirement import bring_back, retire
from devices.errors import ActionRefused
from devices.issues import decisions
from devices.issues.decisions import IssueDecision
from devices.issues.sources import IssueKey
from devices.jobs import retention
from devices.matching import overrides
from devices.models import Account, Device, Issue, Life, Ruling, Settlement, Sighting, Standing, SyncRun, Triage, User
from devices.sync import withheld
from devices.sync.handler import mark_stale_sightings
from tests.devices.as_of import clock
from tests.devices.as_of.fleet import ISSUES, SYSTEMS, Fleet, Machine
from vendors.states import Enrolment, State


@dataclass
class Days:
    """The simulation. `now` only grows; `shift` is called with every new time."""

    random: Random
    fleet: Fleet
    user: User
    now: datetime

    def tick(self) -> datetime:
        self.now += timedelta(seconds=self.random.randint(1, 20), microseconds=self.random.randint(0, 999_999))
        clock.set_clock(self.now)
        return self.now

    @property
    def act(self) -> AuditContext:
        return AuditContext.of(self.user, now=self.tick())

    def machine(self) -> Machine:
        return self.random.choice(self.fleet.machines)

    def device(self, **conditions: object) -> int | None:
        found = list(Device.objects.filter(**conditions).order_by("pk").values_list("pk", flat=True))
        return self.random.choice(found) if found else None


# -- at the machines and their vendors ------------------------------------------------------------------------------------


def change_machine(days: Days) -> None:
    machine, random = days.machine(), days.random
    what = random.choice(["name", "user", "system", "model", "group", "on"])
    if what == "on":
        machine.on = not machine.on
    elif what == "system":
        machine.system = random.choice(list(SYSTEMS))
    elif what == "model":
        machine.model = random.choice(["20XW0012GE", "ThinkPad T14", "Latitude 5420"])
    elif what == "group":
        machine.group = random.choice(["Berlin", "Hamburg"])
    else:
        setattr(machine, what, f"{getattr(machine, what).split('x')[0]}x{random.randint(1, 99)}")


def change_listing(days: Days) -> None:
    machine, random = days.machine(), days.random
    if not machine.listings:
        return
    listing = random.choice(list(machine.listings.values()))
    what = random.choice(["listed", "broken", "silenced", "enrolment", "state", "issues", "issues", "extra", "moved", "installed again"])
    if what in ("listed", "broken", "silenced"):
        setattr(listing, what, not getattr(listing, what))
    elif what == "enrolment":
        listing.enrolment = random.choice([Enrolment.MANAGED, Enrolment.PENDING, Enrolment.FAILED])
    elif what == "state":
        listing.state = random.choice(list(State))
    elif what == "issues":
        listing.issues ^= {random.choice(ISSUES)}
    elif what == "extra":
        listing.extra = {} if listing.extra else {"os_name": "Debian 13", "user": "someone"}
    elif what == "moved":  # the record describes another machine now
        listing.extra = {} if listing.extra else {"serial": days.machine().serial, "name": days.machine().name}
    else:
        listing.former.append(listing.external_id)
        listing.external_id = days.fleet.listing().external_id
        del listing.former[:-1]


def new_machine(days: Days) -> None:
    if len(days.fleet.machines) < 24:
        days.fleet.add(accounts=days.random.randint(1, 4))


# -- users ----------------------------------------------------------------------------------------------------------------


def link(days: Days) -> None:
    one, other = days.device(), days.device()
    if one and other and one != other:
        with suppress(ActionRefused):
            overrides.link(one, other, reason="the same", act=days.act)


def split(days: Days) -> None:
    for device in Device.objects.order_by("pk").values_list("pk", flat=True):
        records = list(Sighting.objects.filter(device=device).order_by("pk").values_list("pk", flat=True))
        if len(records) > 1 and days.random.random() < 0.5:
            with suppress(ActionRefused):
                overrides.take_apart(days.random.choice(records), device=device, reason="not the same", act=days.act)
            return


def end_ruling(days: Days) -> None:
    found = list(Ruling.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True))
    if found:
        with suppress(ActionRefused):
            overrides.end_ruling(days.random.choice(found), reason="wrong", act=days.act)


def retire_device(days: Days) -> None:
    if device := days.device():
        with suppress(ActionRefused):
            retire(device, reason="scrapped", act=days.act)


def restore_device(days: Days) -> None:
    if device := days.device(life=Life.RETIRED):
        bring_back(device, act=days.act)


def settle(days: Days) -> None:
    for device in Device.objects.exclude(disagrees=[]).order_by("pk"):
        record = Sighting.objects.filter(device=device, life=Life.SEEN).order_by("-pk").first()
        if record is not None:
            with suppress(ActionRefused):
                override_field(device.pk, field=device.disagrees[0], sighting=record.pk, reason="it knows", act=days.act)


def unsettle(days: Days) -> None:
    found = Settlement.objects.filter(ended_at=None).order_by("pk").first()
    if found is not None:
        remove_override(found.pk, device=found.device_id, act=days.act)


def decide(days: Days) -> None:
    found = list(Issue.objects.order_by("sighting_id", "key").values_list("sighting_id", "key"))
    if not found:
        return
    standing = days.random.choice(list(Standing))
    until = timezone.localdate(days.now) + timedelta(days=days.random.randint(1, 4)) if standing == Standing.SNOOZED else None
    ref, key = days.random.choice(found)
    with suppress(ActionRefused):
        decisions.decide([IssueKey("issue", ref, key)], IssueDecision(standing, until, "known"), act=days.act)


def reopen(days: Days) -> None:
    found = list(Triage.objects.filter(kind="issue").order_by("pk").values_list("ref", "key"))
    if found:
        with suppress(ActionRefused):
            decisions.reopen_issues([IssueKey("issue", *days.random.choice(found))], act=days.act)


def switch(days: Days) -> None:
    account = Account.objects.get(pk=days.random.choice(days.fleet.accounts).pk)
    switch_account(account, enabled=not account.enabled, act=days.act)


def switch_to(days: Days, name: str, *, enabled: bool) -> None:
    switch_account(Account.objects.get(name=name), enabled=enabled, act=days.act)


# -- workers --------------------------------------------------------------------------------------------------------------


def tidy(days: Days) -> None:
    now = days.tick()
    mark_stale_sightings(now)
    decisions.tidy(now)
    gaps.renew(now)
    retention.forget_finished(SyncRun, series="kind", now=now)


def review(days: Days) -> None:
    """A user has the missing devices of a full sync marked; a worker does it in two parts."""
    for run in SyncRun.objects.filter(withheld__gt=0, applied_at=None).order_by("-pk"):
        if withheld.decide_withheld(run, reason="they are gone", act=days.act):
            while withheld.advance(run.pk, now=days.tick()):
                pass
            return


COMMON = [change_machine, change_listing, change_listing, new_machine, decide, reopen, tidy, retire_device, restore_device]
SELDOM = [link, split, end_ruling, settle, unsettle, switch, review]
