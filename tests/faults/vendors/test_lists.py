"""Lists that shrink, grow, repeat rows or hold unreadable records, from the network to the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.models import Account, JobState, Life, Quarantine, Sighting, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from tests.faults.report import Measured

pytestmark = pytest.mark.django_db
VENDORS = ("eset", "opswat", "five9s")
LIST = {"eset": "/v1/devices", "opswat": "/v2.3/devices", "five9s": "GetJobData"}
MANY = 5800  # machines, of which ESET lists more than five thousand, on six pages
# NUL, a number of 64 bits, ten megabytes of text, an impossible date; and one of which nothing can be used, not even its id.
UNREADABLE = ("nul", "huge-integer", "long-string", "bad-date", "array")


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=130, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def again(account: Account) -> SyncRun:
    return sync(Account.objects.get(pk=account.pk))


def lives() -> dict[str, int]:
    found = list(Sighting.objects.values_list("life", flat=True))
    return {life: found.count(life) for life in set(found)}


@pytest.mark.fault("F32")
@pytest.mark.parametrize(("left", "withheld"), [(0.0, True), (0.09, True), (0.85, True), (0.95, False), (1.0, False)])
def test_a_list_that_shrinks_removes_nothing_on_the_first_day(sim: Simulation, left: float, withheld: bool, measured: Measured) -> None:
    """Missing is not removed: that takes a second complete list, a day later."""
    account = account_at(sim.url, "five9s")
    listed = sync(account).records
    sim.fleet.shrink(int(left * listed), vendor="five9s")
    runs = [again(account) for _ in range(3)]
    assert [bool(run.withheld) for run in runs] == [withheld] * 3
    assert lives().get(Life.MISSING, 0) == (0 if withheld else listed - int(left * listed))
    measured("devices removed on the first day", lives().get(Life.GONE, 0), at_most=0, unit="devices")


@pytest.mark.fault("F32")
@pytest.mark.parametrize("change", [pytest.param("ten times as many", marks=pytest.mark.faults), "other ids"])
def test_a_list_that_grows_or_changes_all_ids_removes_nothing(sim: Simulation, change: str, measured: Measured) -> None:
    account = account_at(sim.url, "eset")
    known = sync(account).records
    if change == "other ids":
        sim.fleet.seed += 1
    else:
        sim.fleet.size *= 10
    run = again(account)
    assert run.state == JobState.DONE and run.created > 0.9 * known
    assert (run.missing, run.withheld) == (0, known if change == "other ids" else 0)
    measured("devices removed on the first day", lives().get(Life.GONE, 0), at_most=0, unit="devices")


@pytest.mark.fault("F33")
@pytest.mark.parametrize("fault", ["duplicate-rows", "duplicate-rows=pages"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_rows_that_are_listed_twice_are_stored_once(sim: Simulation, vendor: str, fault: str) -> None:
    account = account_at(sim.url, vendor)
    sim.fault(f"{vendor}:{fault}~{LIST[vendor]}")
    run = sync(account)
    counted_by_vendor = vendor == "five9s"  # whose total then contradicts its rows: the list is refused instead
    assert run.state == (JobState.FAILED if counted_by_vendor and fault == "duplicate-rows" else JobState.DONE), run.error
    ids = list(Sighting.objects.filter(account=account).values_list("external_id", flat=True))
    assert len(ids) == len(set(ids)) and set(ids) <= set(sim.fleet.ids(vendor))
    if run.state == JobState.DONE:
        assert set(ids) == set(sim.fleet.ids(vendor)) and run.created == len(ids)


@pytest.mark.fault("F35")
@pytest.mark.faults
def test_unreadable_records_among_five_thousand_cost_only_themselves(measured: Measured) -> None:
    options = SandboxOptions(job_seconds=0, rate_limits=False)
    with running(devices=MANY, frozen=True, options=options) as sim:
        account = account_at(sim.url, "eset")
        for variant in UNREADABLE:  # one page after the other
            sim.fault(f"eset:poison={variant}:7", path=LIST["eset"], times=1)
        run = sync(account)
        listed = sim.fleet.count("eset")
    assert listed > 5000
    assert (run.state, run.error, run.rejected) == (JobState.DONE, "", 1)
    kept = Quarantine.objects.get()
    assert kept.reason and len(kept.sample) <= 2000
    assert Sighting.objects.filter(repairs__isnull=False).count() >= len(UNREADABLE) - 2, "what was repaired is recorded"
    measured(f"records lost of {listed}, without the one in quarantine", listed - 1 - Sighting.objects.count(), at_most=0, unit="records")
