"""Nights in which clocks change, the leap day and New Year, in four time zones: no sync is missed or done twice, and local times are read right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from devices.models import Account, JobState, SyncRun
from devices.sync import handler as sync
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.report import Measured
from tests.faults.vendors.travelling import Traveller
from vendors.parsing.times import parse_time

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")  # Lord Howe's clocks change by half an hour
HOUR = timedelta(hours=1)
TICK = timedelta(minutes=5)
HOURS = 3  # before and after


def changes(name: str) -> list[datetime]:
    """The moments of the year 2027 at which the clocks of a zone change."""
    zone, found = ZoneInfo(name), []
    for number in range(365 * 48):
        at = datetime(2027, 1, 1, tzinfo=UTC) + number * timedelta(minutes=30)
        if at.astimezone(zone).utcoffset() != (at - timedelta(minutes=30)).astimezone(zone).utcoffset():
            found.append(at)
    return found


def nights(name: str) -> list[datetime]:
    """Also the beginnings of the leap day and of a year, by local clocks."""
    zone = ZoneInfo(name)
    days = (datetime(2028, 2, 29, tzinfo=zone), datetime(2028, 1, 1, tzinfo=zone))
    return [*changes(name), *(day.astimezone(UTC) for day in days)]


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=3, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.fault("F38")
@pytest.mark.faults
@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_an_hourly_sync_is_neither_missed_nor_done_twice(sim: Simulation, zone: str, measured: Measured) -> None:
    account = account_at(sim.url, "opswat")
    Account.objects.filter(pk=account.pk).update(full_every=HOUR.total_seconds())
    assert len(changes(zone)) >= 2
    wrong = 0
    for night in nights(zone):
        SyncRun.objects.all().delete()
        Account.objects.update(complete_at=None, changes_at=None)
        traveller = Traveller()
        traveller.now = night - HOURS * HOUR
        while traveller.now < night + HOURS * HOUR:
            with timezone.override(ZoneInfo(zone)):
                for run in sync.schedule_due_runs([Account.objects.get(pk=account.pk)], traveller.now):
                    assert traveller.follow(run).state == JobState.DONE
            traveller.now += TICK
        begun = list(SyncRun.objects.order_by("created_at").values_list("created_at", flat=True))
        gaps = [later - earlier for earlier, later in pairwise(begun)]
        assert 5 <= len(begun) <= 2 * HOURS, (night, begun)
        wrong += sum(not HOUR <= gap <= HOUR + 2 * TICK for gap in gaps)
    measured("syncs missed or done twice", wrong, at_most=0, unit="syncs")


@pytest.mark.fault("F38")
@pytest.mark.parametrize("name", ZONES)
def test_local_times_without_an_offset_are_read_right(name: str) -> None:
    """In the hour that comes twice the first one is meant: then the text does not say which."""
    zone = ZoneInfo(name)
    for night in nights(name):
        for minutes in range(-180, 181, 10):
            at = night + timedelta(minutes=minutes)
            local = at.astimezone(zone)
            earlier = local.replace(fold=0).astimezone(UTC)
            assert parse_time(f"{local:%Y-%m-%dT%H:%M:%S}", zone=zone) == (earlier if local.fold else at), (name, at)
