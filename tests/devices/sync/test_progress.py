"""The time that a sync still takes: from its rate limit and its pace, followed through whole syncs whose clock is moved, not waited for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from devices.connections import rate_limit
from devices.db.redis_client import worker_client
from devices.jobs import engine as jobs
from devices.models import Account, JobState, SyncRun
from devices.models.job import RATE_LIMIT
from devices.sync.handler import SyncHandler, request_run
from devices.sync.progress import SyncProgress, progress
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from vendors.base import Scope
from vendors.budget import Quota, Rate

pytestmark = pytest.mark.django_db
OPSWAT = Rate(10, 61.0, 2)
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


# -- whole syncs ----------------------------------------------------------------------------------------------------------


@dataclass
class Moved:
    """The clock of the engine, the simulated vendor and the budget, moved together."""

    sim: Simulation
    account: Account
    now: datetime = field(default_factory=timezone.now)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.sim.clock.forward(seconds)
        log, block, _ = rate_limit._keys(self.account.pk)
        client = worker_client()
        calls: list[tuple[bytes, float]] = client.zrange(log, 0, -1, withscores=True)  # type: ignore[assignment]
        if calls:
            client.zadd(log, {member: at - seconds * 1e6 for member, at in calls})
        left = client.pttl(block)
        if left > 0:
            client.pexpire(block, max(1, int(left - seconds * 1000)))


@dataclass
class Seen:
    """What was told at one moment, with the seconds since the sync began."""

    at: float
    told: SyncProgress


def followed(run: SyncRun, clock: Moved, *, call_seconds: float) -> tuple[list[Seen], float]:
    """What would have been told after every step, and in the middle of every wait; and how long the sync took."""
    began, seen = clock.now, []

    def look() -> None:
        current = SyncRun.objects.select_related("account").get(pk=run.pk)
        rate = current.account.about.rate(current.account.settings)
        told = progress(current, rate, rate_limit.quota(current.account_id, rate, shared=worker_client()), now=clock.now)
        seen.append(Seen((clock.now - began).total_seconds(), told))

    for _ in range(3000):
        with closing(SyncHandler()) as handler:
            clock.forward(call_seconds)
            jobs.Engine(handler, clock=clock, roll=lambda: 0.5).advance(run.pk, slice_seconds=0)
        current = SyncRun.objects.get(pk=run.pk)
        if not current.active:
            assert current.state == JobState.DONE, current.error
            return seen, (clock.now - began).total_seconds()
        look()
        wait = (current.next_step_at - clock.now).total_seconds()
        if wait > 0:
            clock.forward(wait / 2)
            look()
            clock.forward(wait / 2 + 0.001)
    raise AssertionError(f"{current.records} of {current.expected} after 3000 steps")


@pytest.mark.parametrize(("interactive", "call_seconds"), [(True, 0.2), (False, 3.0), (True, 12.0)])
def test_the_estimate_is_right_from_ten_percent_on_at_ten_calls_a_minute(interactive: bool, call_seconds: float) -> None:
    with running(devices=3700, frozen=True) as sim:
        account = account_at(sim.url, "opswat")
        clock = Moved(sim, account)
        run = request_run(account, Scope(), now=clock.now, interactive=interactive)
        seen, took = followed(run, clock, call_seconds=call_seconds)
        run.refresh_from_db()
    assert run.records == run.expected and run.records > 2500
    late = [each for each in seen if each.told.percent is not None and each.told.percent >= 10 and each.told.done < run.records]
    assert len(late) > 40
    for each in late:
        left, really = each.told.seconds_left, took - each.at
        assert left is not None
        assert took / 1.5 <= each.at + left <= took * 1.5
        # Of what is left too, but for the last few calls and the pause between two: where in the minute the sync began decides about that.
        slack = 3 * call_seconds + 60 / 10
        assert really / 1.5 - slack <= left <= really * 1.5 + slack, (each, took)


def test_the_time_that_a_job_gathers_is_no_pace_of_its_pages() -> None:
    with running(devices=1800, frozen=True, options=SandboxOptions(job_seconds=600.0)) as sim:
        account = account_at(sim.url, "five9s")
        clock = Moved(sim, account)
        seen, took = followed(request_run(account, Scope(), now=clock.now), clock, call_seconds=4.0)
    late = [each for each in seen if each.told.percent is not None and each.told.percent >= 10 and each.told.seconds_left is not None]
    assert len(late) > 5
    for each in late:
        assert each.told.seconds_left is not None
        assert (took - each.at) / 1.5 - 1 <= each.told.seconds_left <= (took - each.at) * 1.5 + 1


def test_without_a_total_nothing_is_promised() -> None:
    with running(devices=300, frozen=True) as sim:
        account = account_at(sim.url, "eset")
        clock = Moved(sim, account)
        seen, _ = followed(request_run(account, Scope(), now=clock.now), clock, call_seconds=1.0)
    assert seen
    assert {(each.told.total, each.told.seconds_left) for each in seen} == {(None, None)}


# -- single moments -------------------------------------------------------------------------------------------------------


def moment(**columns: object) -> SyncRun:
    values: dict[str, object] = {"state": JobState.RUNNING, "next_step_at": NOW, "progressed_at": NOW, "pages": 9, "records": 450}
    return SyncRun(**{**values, "expected": 6129, "page_seconds": 4.0, "interactive": True, **columns})


def test_450_of_6129_devices_at_500_a_minute_is_eleven_minutes() -> None:
    for quota in (None, Quota(1, (55.0,) * 9)):
        left = progress(moment(), OPSWAT, quota, now=NOW).seconds_left
        assert left is not None and 10.5 * 60 <= left <= 12.5 * 60


def test_a_sync_that_keeps_calls_for_people_takes_longer() -> None:
    left = progress(moment(interactive=False), OPSWAT, Quota(2, (55.0,) * 8), now=NOW).seconds_left
    assert left is not None and 14 * 60 <= left <= 15.5 * 60


def test_a_sync_that_waits_says_when_it_goes_on() -> None:
    waiting = moment(waiting_for=RATE_LIMIT, next_step_at=NOW + timedelta(seconds=40))
    assert progress(waiting, OPSWAT, Quota(5, (9.0,) * 5), now=NOW).continues_in == 40
    assert progress(moment(waiting_for="five(9)s job is queued"), OPSWAT, None, now=NOW).continues_in is None


def test_pages_that_arrive_slower_than_the_limit_allows_count_as_they_arrive() -> None:
    """The vendor allows half of what is set: forty pages took eight minutes."""
    slow = moment(pages=40, records=2000, first_page_at=NOW - timedelta(seconds=39 * 12.2))
    left = progress(slow, OPSWAT, Quota(0, (30.0,) * 10), now=NOW).seconds_left
    assert left == pytest.approx(83 * 12.2, rel=0.01)


@pytest.mark.parametrize(
    "columns", [{"expected": None}, {"pages": 0, "records": 0}, {"records": 6129}, {"state": JobState.REQUESTED}, {"expected": 0}]
)
def test_where_nothing_is_known_nothing_is_said(columns: dict[str, object]) -> None:
    assert progress(moment(**columns), OPSWAT, None, now=NOW).seconds_left is None


def test_a_vendor_that_is_not_known_has_no_estimate() -> None:
    assert progress(moment(), None, None, now=NOW).seconds_left is None
