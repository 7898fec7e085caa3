"""The coverage matrix on the simulators' fleet: every number is its list, and only a complete list makes anything missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from devices.account_status.status import AccountStatus, statuses
from devices.coverage.filters import MATRIX, CoverageFilters
from devices.coverage.queries import AccountCoverage, CoverageQuery, device_coverage, matrix
from devices.coverage.rows import MatrixRow, matrix_page
from devices.coverage.states import CoverageState
from devices.lists.keyset import Page
from devices.lists.state import PAGE
from devices.models import Account, Device, JobState, Life, Sighting, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import rows as shown
from tests.devices.runs import account_at, sync
from vendors.base import Scope
from vendors.states import Enrolment

pytestmark = pytest.mark.django_db
VENDORS = ("eset", "opswat", "five9s")


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=120, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def synced(sim: Simulation, *vendors: str) -> dict[str, Account]:
    accounts = {vendor: account_at(sim.url, vendor) for vendor in vendors or VENDORS}
    for account in accounts.values():
        assert sync(account).state == JobState.DONE
    return accounts


def rows(*, later: timedelta = timedelta()) -> dict[str, AccountCoverage]:
    return {row.status.vendor: row for row in matrix(statuses(timezone.now() + later))}


def proof_of(vendor: str) -> AccountStatus:
    return next(each for each in statuses(timezone.now()) if each.vendor == vendor)


def page_of(status: AccountStatus, cover: CoverageState, **place: str) -> Page[MatrixRow]:
    listing = replace(MATRIX.at_first, filters=CoverageFilters(account=status.name, cover=cover))
    return matrix_page(listing, statuses(timezone.now()), now=timezone.now(), **place)


def names(status: AccountStatus, cover: CoverageState) -> list[str]:
    return [row.name for row in page_of(status, cover).rows]


def walked(status: AccountStatus, cover: CoverageState) -> list[int]:
    page = page_of(status, cover)
    ids = [row.id for row in page.rows]
    while page.older:
        page = page_of(status, cover, after=page.older)
        ids += [row.id for row in page.rows]
    return ids


def test_every_number_is_its_list_and_every_device_has_one_state_at_every_account(sim: Simulation) -> None:
    synced(sim)
    found = rows()
    assert set(found) == set(VENDORS)
    everyone = set(Device.objects.filter(life__in=[Life.SEEN, Life.MISSING]).values_list("pk", flat=True))
    for row in found.values():
        lists = {cover: walked(row.status, cover) for cover in row.cells}
        assert {cover: len(ids) for cover, ids in lists.items()} == {cover: cell.count for cover, cell in row.cells.items()}
        together = [pk for ids in lists.values() for pk in ids]
        assert len(together) == len(everyone) and set(together) == everyone
        for pk in lists[CoverageState.MISSING]:
            assert not Sighting.objects.filter(device=pk, account=row.status.pk, life=Life.SEEN).exists()
    assert {cover for row in found.values() for cover, cell in row.cells.items() if cell.count} >= set(CoverageState) - {
        CoverageState.UNKNOWN
    }
    pending = Sighting.objects.filter(enrolment=Enrolment.PENDING, vendor="eset").values("device").distinct().count()
    assert found["eset"].count(CoverageState.PENDING) == pending > 0


def test_the_device_page_and_the_matrix_never_disagree(sim: Simulation) -> None:
    synced(sim)
    known = statuses(timezone.now())
    placed = {(device, account): cover for device, account, cover in CoverageQuery(known).rows()}
    for device in Device.objects.all()[:20]:
        for status, cover in device_coverage(device.pk, known):
            assert placed[device.pk, status.pk] == cover


def test_a_list_that_broke_off_makes_nothing_missing(sim: Simulation) -> None:
    accounts = synced(sim, "opswat")
    eset = account_at(sim.url, "eset")
    sim.fault("eset:503~/v1/devices")
    assert sync(eset).state == JobState.FAILED
    row = rows()["eset"]
    assert (row.missing, row.unknown) == (0, row.total)
    assert row.status.doubt == "no full sync has completed yet"
    assert rows()["opswat"].status.pk == accounts["opswat"].pk


def test_the_second_page_failing_makes_nothing_missing(sim: Simulation) -> None:
    synced(sim, "eset")
    opswat = account_at(sim.url, "opswat")
    sim.fault("opswat:503~page=2")
    run = sync(opswat)
    assert (run.state, run.records) == (JobState.FAILED, 50)
    row = rows()["opswat"]
    assert row.missing == 0
    assert row.seen > 0
    assert row.unknown == row.total - row.seen - row.count(CoverageState.PENDING) > 0


def test_a_failing_run_after_a_complete_one_changes_nothing_until_the_list_is_old(sim: Simulation) -> None:
    accounts = synced(sim)
    before = {cover: cell.count for cover, cell in rows()["opswat"].cells.items()}
    sim.fault("opswat:503~page=2")
    assert sync(accounts["opswat"]).state == JobState.FAILED
    assert {cover: cell.count for cover, cell in rows()["opswat"].cells.items()} == before
    old = rows(later=timedelta(hours=3))["opswat"]
    assert (old.missing, old.count(CoverageState.FRESH)) == (0, 0)
    assert old.unknown == before[CoverageState.MISSING] + before[CoverageState.UNKNOWN]
    assert old.status.doubt == "its last full sync is older than two sync intervals"


def test_a_run_of_changes_makes_nothing_missing(sim: Simulation) -> None:
    accounts = synced(sim)
    before = {cover: cell.count for cover, cell in rows()["five9s"].cells.items()}
    run = sync(accounts["five9s"], Scope(since=timezone.now() - timedelta(minutes=1)))
    assert (run.kind, run.state) == ("changed", JobState.DONE)
    assert run.records < Sighting.objects.filter(account=accounts["five9s"]).count()
    assert {cover: cell.count for cover, cell in rows()["five9s"].cells.items()} == before
    SyncRun.objects.filter(account=accounts["five9s"], kind="everything").delete()
    assert rows()["five9s"].missing == 0


def test_what_vanished_at_once_is_neither_present_nor_missing_until_a_person_decides(sim: Simulation) -> None:
    accounts = synced(sim)
    sim.fault("eset:shrink=10")
    run = sync(accounts["eset"])
    assert run.withheld > 10
    row = rows()["eset"]
    assert row.missing == 0
    assert row.unknown >= run.withheld
    assert "must be reviewed" in row.status.doubt


def test_a_record_that_could_not_be_read_may_be_any_device(sim: Simulation) -> None:
    accounts = synced(sim)
    assert rows()["eset"].missing > 0
    SyncRun.objects.filter(account=accounts["eset"]).update(rejected=1)
    row = rows()["eset"]
    assert row.missing == 0
    assert row.status.doubt == "its last full sync had 1 invalid record"


def test_a_device_that_leaves_a_complete_list_is_missing_there() -> None:
    fleet = shown.small_fleet()
    ended(fleet["opswat"])
    assert "away-07" in names(proof_of("opswat"), CoverageState.MISSING)


def ended(account: Account, **columns: object) -> SyncRun:
    return shown.fetch(account, state=JobState.DONE, finished_at=timezone.now(), **columns)


def test_without_an_identifier_that_the_vendor_tells_nobody_can_tell() -> None:
    fleet = shown.small_fleet()
    for account in fleet.values():
        ended(account)
    nameless = shown.sighting(fleet["eset"], "tablet", serial="X9")
    nameless.identifiers.all().delete()
    Sighting.objects.filter(pk=nameless.pk).update(key_kinds=0)
    assert names(proof_of("opswat"), CoverageState.UNKNOWN) == ["tablet"]
    assert "tablet" not in names(proof_of("opswat"), CoverageState.MISSING)


def test_the_best_of_several_records_at_one_account_speaks() -> None:
    fleet = shown.small_fleet()
    first = shown.sighting(fleet["eset"], "twice", enrolment="pending")
    assert names(proof_of("eset"), CoverageState.PENDING) == ["twice"]
    shown.sighting(fleet["eset"], "twice", device=first.device, silenced=True)
    assert names(proof_of("eset"), CoverageState.SILENCED) == ["twice"]
    shown.sighting(fleet["eset"], "twice", device=first.device)
    assert "twice" in names(proof_of("eset"), CoverageState.FRESH)


def test_an_account_that_is_switched_off_proves_nothing() -> None:
    fleet = shown.small_fleet()
    ended(fleet["eset"])
    assert rows()["eset"].missing > 0
    Account.objects.filter(name="eset-main").update(enabled=False)
    row = rows()["eset"]
    assert (row.missing, row.count(CoverageState.FRESH)) == (0, 0)
    assert row.count(CoverageState.STALE) == 3
    assert row.status.doubt == "it is disabled"


def test_an_account_fetched_only_when_asked_is_measured_by_its_vendors_interval() -> None:
    fleet = shown.small_fleet()
    ended(fleet["eset"])
    Account.objects.filter(name="eset-main").update(full_every=0)
    assert rows()["eset"].missing > 0
    assert rows(later=timedelta(hours=1))["eset"].missing == 0


def test_percentages_leave_out_what_nobody_can_tell_and_never_round_up() -> None:
    fleet = shown.small_fleet()
    ended(fleet["eset"])
    row = rows()["eset"]
    assert (row.total, row.seen, row.measured, row.percent) == (6, 3, 6, 50)
    assert rows()["five9s"].missing == 0
    assert rows()["opswat"].percent == 100  # two of the two that could be measured


def test_pages_show_every_device_once_in_both_directions() -> None:
    account = shown.account("eset-main", "eset")
    now = timezone.now()
    Device.objects.bulk_create(Device(name=f"nb-{number // 3:03}", created_at=now) for number in range(2 * PAGE + 7))
    place = statuses(now)[0], CoverageState.UNKNOWN
    expected = list(Device.objects.order_by("name", "pk").values_list("pk", flat=True))
    assert place[0].pk == account.pk
    assert walked(*place) == expected
    first = page_of(*place)
    second = page_of(*place, after=first.older)
    last = page_of(*place, after=second.older)
    assert (len(last.rows), last.older) == (7, "")
    back = page_of(*place, before=last.newer)
    assert back == second and [row.id for row in back.rows] == expected[PAGE : 2 * PAGE]
    assert page_of(*place, before=back.newer) == first
