"""Thirty days of a fleet: what the queries for earlier times find is what the pages showed on each day, but for what is listed as not recorded.

Every day is compared after all of them, when devices were merged, split, retired and restored, records moved, and accounts were disabled.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.as_of.moments import read_moment
from devices.models import Account, AuditEvent, Change, User
from tests.devices import records as making
from tests.devices.as_of import actions, clock
from tests.devices.as_of.actions import COMMON, SELDOM, Days
from tests.devices.as_of.fleet import Fleet, sync
from tests.devices.as_of.snapshots import Snapshot, differences, earlier, live

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
ACCOUNTS = (("eset-main", "eset"), ("eset-second", "eset"), ("opswat-main", "opswat"), ("five9s-main", "five9s"))
NUMBER = 30
# Both have a day on which the clock changes in Berlin.
SPRING, AUTUMN = date(2026, 3, 14), date(2025, 10, 10)
# Every simulation has these days, whatever else its seed brings.
# The list of an account is empty on two days: it is back on the next, and a user has its devices marked as missing.
VANISH, REVIEW, MERGE, SPLIT, RETIRE, WAKE, OFF, ON = 9, 14, 5, 19, 7, 17, 21, 23
LOST = range(2, 6)  # no account lists the first machine; then all do again


def noon(day: date) -> datetime:
    return datetime.combine(day, time(7), BERLIN)


def one_day(days: Days, number: int) -> None:
    accounts = {each.name: each for each in days.fleet.accounts}
    vanishing = "eset-main" if number in (VANISH, REVIEW) else ""
    if vanishing and not Account.objects.get(name=vanishing).enabled:
        actions.switch_to(days, vanishing, enabled=True)
    if number <= LOST.stop:
        for listing in days.fleet.machines[0].listings.values():
            listing.listed = number not in LOST
    for _ in range(2):
        for account in accounts.values():
            account.refresh_from_db()
            days.now += timedelta(minutes=days.random.randint(5, 60))
            if account.name == vanishing:
                sync(account, [], days.tick)
            elif account.enabled and days.random.random() < 0.9:
                sync(account, days.fleet.entries(account, days.now), days.tick, rejected=days.random.random() < 0.05)
        for action in days.random.choices(COMMON, k=7) + ([] if vanishing else days.random.choices(SELDOM, k=1)):
            action(days)
    planned = {
        MERGE: actions.link,
        SPLIT: actions.split,
        RETIRE: actions.retire_device,
        WAKE: actions.restore_device,
        REVIEW: actions.review,
    }
    if number in planned:
        planned[number](days)
    if number in (OFF, ON):
        actions.switch_to(days, "opswat-main", enabled=number == ON)


def simulate(seed: int, first: date, user: User) -> dict[date, Snapshot]:
    """The snapshot of the end of each day."""
    with clock.at(noon(first)):
        accounts = [making.account(*each) for each in ACCOUNTS]
    random = Random(seed)
    fleet = Fleet(random, accounts)
    for _ in range(16):
        fleet.add(accounts=random.randint(1, 4))
    days = Days(random, fleet, user, noon(first))
    snapshots = {}
    for number in range(NUMBER):
        day = first + timedelta(days=number)
        days.now = max(days.now, noon(day))
        with clock.at(days.now):
            one_day(days, number)
        end = end_of(day)
        assert days.now < end
        with clock.at(end):
            snapshots[day] = live(end)
    return snapshots


def end_of(day: date) -> datetime:
    """As the pages read it."""
    return read_moment({"date": day.isoformat()}, now=timezone.now() + timedelta(days=9999)).at


def problems(snapshots: dict[date, Snapshot]) -> list[str]:
    ever = {pk for each in snapshots.values() for pk in each["devices"]}
    return [f"{day}: {line}" for day, each in snapshots.items() for line in differences(each, earlier(end_of(day), ever))]


@pytest.mark.parametrize(("seed", "first"), [(1, SPRING)])
def test_every_earlier_day_is_as_the_pages_showed_it(seed: int, first: date, ivan: User, settings: Settings) -> None:
    settings.KEEP_SYNCS_DAYS = 6  # so that syncs are deleted within the month
    with timezone.override(BERLIN):
        snapshots = simulate(seed, first, ivan)
        assert problems(snapshots) == []
    happened = Counter(Change.objects.values_list("kind", flat=True))
    assert {"field", "state", "missing", "gone", "returned", "linked", "parted", "merged", "moved", "retired", "triaged"} <= happened.keys()
    assert VANISH in [number for number, each in enumerate(snapshots.values()) if each["held"]]
    assert AuditEvent.objects.filter(action="disappearance applied").exists()
