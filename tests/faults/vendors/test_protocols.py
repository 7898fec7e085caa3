"""Protocols of the vendors that go wrong in every form, from the network to the sync: a defined end, no loop, and no device removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.jobs import engine as jobs
from devices.models import Account, JobState, Life, Sighting, SyncRun
from devices.sync.handler import SyncHandler, request_run
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import Follower, account_at
from tests.faults.report import Measured
from tests.faults.vendors.travelling import sync_in_time
from vendors.base import DevicePage, Scope

pytestmark = pytest.mark.django_db
DONE, FAILED = JobState.DONE, JobState.FAILED
LIST = "~/v1/devices"
DELAYED = {
    "202=0@1": DONE,
    "202=9@1": DONE,
    "202-forever": FAILED,
    "202-forever@1": DONE,
    "202-expired@1": DONE,
    "202-expired": FAILED,
    "202-missing-header@1": DONE,
    "202-missing-header": FAILED,
    "202-404=1@1": DONE,
    "202-404": FAILED,
    "202-504=0@1": DONE,
    "bad-response-id": FAILED,
}
JOBS = {
    "job-never-ends": FAILED,
    "job-failed": FAILED,
    "unknown-job-state": FAILED,
    "unknown-job-state=7@1": DONE,
    "404~GetJobStatus": FAILED,
    "job-lost@1": DONE,
    "job-lost": FAILED,
    "total-changes": FAILED,
    "page-repeats": FAILED,
}
# 413 in place of page 1, from a proxy, a count of whole pages, moving devices, another page size, a refused page, another shape.
LISTS = {
    "": DONE,
    "413-page-1": FAILED,
    "413-html~page=3": FAILED,
    "count-multiple-of-50": DONE,
    "rows-moving=dup": DONE,
    "rows-moving=skip": DONE,
    "limit-ignored": FAILED,
    "406~v2.3/devices": FAILED,
    "nested~page=3": FAILED,
}
MOST_CALLS = 120  # of one sync: ten minutes of 202 are some twenty-five, four times


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=360, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def removed() -> int:
    return Sighting.objects.filter(life=Life.GONE).count()


def after(sim: Simulation, account: Account, fault: str) -> tuple[SyncRun, float, int]:
    """A sync under this fault: how it ended, after how many minutes and calls."""
    if fault:
        sim.fault(f"{account.vendor}:{fault}")
    before = len(sim.calls(vendor=account.vendor))
    run, minutes = sync_in_time(Account.objects.get(pk=account.pk))
    sim.clear_faults()
    return run, minutes, len(sim.calls(vendor=account.vendor)) - before


def outcomes(sim: Simulation, vendor: str, cases: dict[str, JobState], *, place: str = "") -> tuple[list[str], float, int]:
    """Which cases ended otherwise than they must, the longest in minutes, the most calls."""
    account = account_at(sim.url, vendor)
    first, _, _ = after(sim, account, "")
    assert first.state == DONE
    wrong, longest, most = [], 0.0, 0
    for fault, end in cases.items():
        run, minutes, calls = after(sim, account, fault + place if fault else "")
        if run.state != end:
            wrong.append(f"{fault}: {run.state} {run.error}")
        assert (end == DONE) == (run.error == ""), fault
        longest, most = max(longest, minutes), max(most, calls)
        Account.objects.filter(pk=account.pk).update(try_after=None)
    return wrong, longest, most


@pytest.mark.fault("F29")
@pytest.mark.faults
def test_delayed_answers_of_eset_end_in_a_defined_state(sim: Simulation, measured: Measured) -> None:
    wrong, longest, most = outcomes(sim, "eset", DELAYED, place=LIST)
    assert not wrong, wrong
    measured(f"longest of {len(DELAYED)} syncs with delayed answers", longest, at_most=45, unit="min")
    measured("calls of one of them", most, at_most=MOST_CALLS, unit="calls")
    measured("devices removed", removed(), at_most=0, unit="devices")


@pytest.mark.fault("F29")
def test_an_answer_that_was_read_and_not_stored_is_requested_again(sim: Simulation) -> None:
    """The worker ends between both: ESET gives a prepared answer once, and says 404 to the second request."""

    class Ended(BaseException):
        """Of the process."""

    class EndsAfterReading(SyncHandler):
        def step(self, run: SyncRun) -> DevicePage:
            page = super().step(run)
            if page.entries:
                raise Ended
            return page

    account = account_at(sim.url, "eset")
    sim.fault(f"eset:202=1@1{LIST}")
    follower = Follower()
    run = request_run(account, Scope(), now=follower.now)
    with pytest.raises(Ended):
        while True:
            run.refresh_from_db()
            follower.now = max(follower.now, run.next_step_at)
            jobs.Engine(EndsAfterReading(), clock=follower).advance(run.pk)
    assert not Sighting.objects.exists()
    run.refresh_from_db()
    follower.now = run.lease_until or follower.now
    ended = follower.follow(run)
    assert (ended.state, ended.error, Sighting.objects.count()) == (DONE, "", sim.fleet.count("eset"))
    assert [call.status for call in sim.calls(vendor="eset", path="/v1/devices")][:4] == [202, 202, 200, 404]


@pytest.mark.fault("F30")
@pytest.mark.faults
def test_jobs_of_five9s_end_by_their_deadline(sim: Simulation, measured: Measured) -> None:
    wrong, longest, most = outcomes(sim, "five9s", JOBS)
    assert not wrong, wrong
    measured(f"longest of {len(JOBS)} syncs with such jobs, deadline 30 min", longest, at_most=32, unit="min")
    measured("calls of one of them", most, at_most=MOST_CALLS, unit="calls")
    measured("devices removed", removed(), at_most=0, unit="devices")


@pytest.mark.fault("F31")
def test_completeness_of_opswats_list_is_decided_correctly(sim: Simulation, measured: Measured) -> None:
    wrong, _, most = outcomes(sim, "opswat", LISTS)
    assert not wrong, wrong
    measured(f"wrong decisions on the completeness of {len(LISTS)} lists", len(wrong), at_most=0, unit="decisions")
    measured("calls of one sync", most, at_most=MOST_CALLS, unit="calls")
    measured("devices removed", removed(), at_most=0, unit="devices")
