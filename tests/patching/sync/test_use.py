"""Patches count while their device is in use: from the moment on when a person, a vendor or a list says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.device_detail import retirement
from devices.matching import overrides
from devices.models import Account, Device, JobState, Life, Sighting, SyncRun, User
from devices.sync import absence
from devices.sync.page_writer import save_page
from patching.lists.counts import number
from patching.lists.filters import PatchDeviceFilters, PatchFilters
from patching.models import Patch
from patching.sync.assignment import assign_account
from tests.devices import records as making
from tests.patching import rows as made
from tests.patching.tallies import assert_tallies_are_true
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def told_of(*names: str) -> dict[str, Device]:
    """Devices that an account lists, each with one open patch."""
    account = making.account()
    run = making.run(account)
    save_page(run, [making.entry(name, seen_at=NOW - timedelta(hours=2)) for name in names], NOW)
    SyncRun.objects.filter(pk=run.pk).update(state=JobState.DONE)
    for sighting in Sighting.objects.all():
        made.patch(sighting, "Firefox", "failed", reason="running")
    return {device.name.lower(): device for device in Device.objects.all()}


def counted() -> list[str]:
    assert_tallies_are_true()
    found = list(Patch.objects.filter(counted=True).values_list("sighting__name", "sighting__device").order_by("sighting__name"))
    assert number(PatchFilters(), now=NOW).count == len(found)
    assert number(PatchDeviceFilters(), now=NOW).count == len({device for _, device in found})
    return [name for name, _ in found]


def retire(device: Device, by: User) -> None:
    retirement.retire(device.pk, reason="Sold", act=AuditContext.of(by, now=NOW))


def test_a_device_takes_its_patches_along_when_it_is_retired_and_when_it_is_brought_back(ivan: User) -> None:
    devices = told_of("one", "two")
    retire(devices["one"], ivan)
    assert counted() == ["TWO"]
    retirement.bring_back(devices["one"].pk, act=AuditContext.of(ivan, now=NOW))
    assert counted() == ["ONE", "TWO"]


def test_a_device_that_no_vendor_lists_brings_nothing_back(ivan: User) -> None:
    devices = told_of("one", "two")
    retire(devices["one"], ivan)
    Sighting.objects.filter(device=devices["one"]).update(life=Life.GONE)
    retirement.bring_back(devices["one"].pk, act=AuditContext.of(ivan, now=NOW))
    assert counted() == ["TWO"]


def test_a_device_that_a_vendor_wakes_counts_what_all_vendors_told_of_it(ivan: User) -> None:
    devices = told_of("one", "two")
    other = Sighting.objects.get(device=devices["two"])
    Sighting.objects.filter(pk=other.pk).update(device=devices["one"], account=making.account("other"))
    retire(devices["one"], ivan)
    assert counted() == []
    eset = Account.objects.get(name="eset-main")
    save_page(making.run(eset), [making.entry("one", seen_at=NOW + timedelta(minutes=1))], NOW + timedelta(minutes=2))
    assert counted() == ["ONE", "TWO"]


def test_a_device_that_is_listed_again_counts_from_then_on() -> None:
    devices = told_of("one", "two")
    Sighting.objects.filter(device=devices["one"]).update(life=Life.MISSING, missing_since=NOW)
    Patch.objects.filter(sighting__device=devices["one"]).update(counted=False)
    save_page(making.run(Account.objects.get()), [making.entry("one")], NOW)
    assert counted() == ["ONE", "TWO"]


@pytest.mark.parametrize(("sold", "after"), [("one", []), ("two", ["TWO"])])
def test_what_a_person_links_counts_as_the_device_that_both_are_now(ivan: User, sold: str, after: list[str]) -> None:
    devices = told_of("one", "two")
    retire(devices[sold], ivan)
    overrides.link(devices["one"].pk, devices["two"].pk, reason="one sticker", act=AuditContext.of(ivan, now=NOW))
    assert Device.objects.get().life == (Life.SEEN if after else Life.RETIRED)
    assert counted() == after


def test_patches_of_a_superseded_record_do_not_count() -> None:
    """Enrolled anew under another name: the old record is still listed with what was missing then."""
    account = making.account()
    keys = (making.identifier(IdKind.SERIAL, "pf3xk2ab"), making.identifier(IdKind.MAC, "8c8caa000001"))
    run = making.run(account)
    save_page(run, [making.entry("old", seen_at=NOW - timedelta(days=9), identifiers=keys)], NOW)
    SyncRun.objects.filter(pk=run.pk).update(state=JobState.DONE)
    made.patch(Sighting.objects.get(), "Firefox", "failed", reason="running")
    assert counted() == ["OLD"]
    save_page(making.run(account), [making.entry("new", seen_at=NOW, identifiers=keys)], NOW)
    assert Device.objects.count() == 1
    assign_account(account.pk)
    assert counted() == []


def test_what_a_person_marks_as_missing_stops_counting_at_once() -> None:
    names = [f"d{number:02}" for number in range(30)]
    told_of(*names)
    account = Account.objects.get()
    run = making.run(account)
    save_page(run, [making.entry("d00")], NOW + timedelta(hours=1))
    run.records, run.state = 1, JobState.DONE
    absence.apply_absence(run, NOW + timedelta(hours=1))
    run.save()
    assert run.withheld == 29 and len(counted()) == 30
    absence.apply_withheld(run, NOW + timedelta(hours=2), most=100)
    assert counted() == ["D00"]
