"""Several listed records of one account on one device: the newest contact counts, the others are superseded."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.account_status.status import statuses
from devices.coverage.queries import CoverageQuery
from devices.coverage.states import CoverageState
from devices.dashboard.queries import tiles
from devices.device_list.conditions import listed
from devices.issues.filters import ISSUES, IssueFilters
from devices.issues.muted import muted_issues
from devices.issues.queries import issue_page, matching
from devices.models import Account, Device, Life, Pulse, Sighting, User
from devices.reconciliation.summary import reordered, summarise
from devices.sync.handler import SyncHandler
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices import rows as shown
from vendors.states import IdKind, State

pytestmark = pytest.mark.django_db


def ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


@pytest.fixture
def eset(db: None) -> Account:
    return shown.account("eset-main", "eset")


def pair(account: Account, *, older: float = 30, newer: float = 1) -> tuple[Sighting, Sighting, Device]:
    """The record of before a reinstallation, and that of after it, with the hours since their contacts."""
    old = shown.sighting(
        account, "DESKTOP-A1B2C3D", user="setup", state="critical", serial="PF3XK2AB", seen_at=ago(older), ids=[(IdKind.USER, "setup")]
    )
    new = shown.sighting(account, "NB-0042", device=old.device, user="anna", seen_at=ago(newer), ids=[(IdKind.USER, "anna")])
    return old, new, old.device


def flags(*sightings: Sighting) -> list[bool | None]:
    found = dict(Sighting.objects.values_list("pk", "superseded"))
    return [found[each.pk] for each in sightings]


def now_of(device: Device) -> Device:
    return Device.objects.get(pk=device.pk)


def test_the_newer_contact_supplies_name_user_and_status(eset: Account) -> None:
    old, new, device = pair(eset)
    assert flags(old, new) == [True, False]
    found = now_of(device)
    assert (found.name, found.user, found.state, found.disagrees) == ("NB-0042", "anna", "ok", [])
    assert found.serial == "PF3XK2AB"  # which the newer record does not tell


def test_the_order_of_the_contacts_decides_not_that_of_the_records(eset: Account) -> None:
    first, second, device = pair(eset, older=1, newer=30)
    assert flags(first, second) == [False, True]
    assert (now_of(device).name, now_of(device).state) == ("DESKTOP-A1B2C3D", "critical")


def test_with_equal_contacts_the_later_record_counts(eset: Account) -> None:
    old, new, device = pair(eset)
    Pulse.objects.update(seen_at=ago(2))
    summarise([device.pk], timezone.now())
    assert flags(old, new) == [True, False]
    Pulse.objects.update(seen_at=None)
    summarise([device.pk], timezone.now())
    assert flags(old, new) == [True, False]


def test_a_contact_in_the_future_proves_nothing(eset: Account) -> None:
    old, new, device = pair(eset)
    Pulse.objects.filter(sighting=old).update(seen_at=ago(-48))
    summarise([device.pk], timezone.now())
    assert flags(old, new) == [True, False]


def test_records_of_other_accounts_and_removed_ones_supersede_nothing(eset: Account) -> None:
    other = shown.account("eset-second", "eset")
    one = shown.sighting(eset, "nb-1", seen_at=ago(1))
    two = shown.sighting(other, "nb-1", device=one.device, seen_at=ago(9))
    gone = shown.sighting(eset, "nb-1", device=one.device, seen_at=ago(0.5), life=Life.GONE, missing_since=ago(0.1))
    assert flags(one, two, gone) == [None, None, None]


def test_what_ends_leaves_the_other_record_alone(eset: Account) -> None:
    old, new, device = pair(eset)
    Sighting.objects.filter(pk=new.pk).update(life=Life.MISSING, missing_since=ago(0))
    summarise([device.pk], timezone.now())
    assert flags(old, new) == [None, None]
    assert now_of(device).name == "DESKTOP-A1B2C3D"


def test_of_three_records_one_counts(eset: Account) -> None:
    old, new, device = pair(eset)
    third = shown.sighting(eset, "NB-0043", device=device, seen_at=ago(0.2))
    assert flags(old, new, third) == [True, True, False]


def test_a_poll_that_turns_the_order_of_contacts_renews_the_summary(eset: Account) -> None:
    """The records themselves stay as they are, so that only their contacts are written."""
    entries = [
        making.entry(name, name=name.upper(), seen_at=ago(hours), identifiers=(making.identifier(IdKind.SERIAL, "pf3xk2ab"),))
        for name, hours in (("nb-1", 30), ("nb-2", 1))
    ]
    run = making.run(eset)
    save_page(run, entries, timezone.now())
    Sighting.objects.update(device=Sighting.objects.order_by("pk").values("device_id")[:1])
    device = Sighting.objects.order_by("pk").values_list("device_id", flat=True)[0]
    summarise([device], timezone.now())
    assert Device.objects.get(pk=device).name == "NB-2"
    assert reordered(eset.pk) == set()

    again = [
        making.entry("nb-1", name="NB-1", seen_at=ago(0.1), identifiers=(making.identifier(IdKind.SERIAL, "pf3xk2ab"),)), entries[1],
    ]  # fmt: skip
    save_page(run, again, timezone.now())
    assert reordered(eset.pk) == {device}
    run.started_at = ago(0.1)
    SyncHandler().finish(run, timezone.now())
    assert Device.objects.get(pk=device).name == "NB-1"
    assert reordered(eset.pk) == set()


def test_only_devices_with_several_records_of_the_account_are_looked_at(eset: Account) -> None:
    for number in range(3):
        shown.sighting(eset, f"nb-{number}")
    Pulse.objects.update(seen_at=ago(0.1))
    assert reordered(eset.pk) == set()
    assert not Sighting.objects.exclude(superseded=None).exists()


def test_dashboard_and_coverage_count_the_device_once(eset: Account) -> None:
    _, _, device = pair(eset)
    found = tiles(["eset"])
    assert (found.total.count, found.vendors[0].total.count, found.trouble.count) == (1, 1, 0)
    assert list(CoverageQuery(statuses(timezone.now())).rows()) == [(device.pk, eset.pk, CoverageState.FRESH)]


def test_the_page_names_the_superseded_record(client: Client, alice: User, eset: Account) -> None:
    _, _, device = pair(eset)
    client.force_login(alice)
    page = client.get(f"/devices/{device.pk}/").content.decode()
    assert page.count("Superseded</span>") == 1
    assert "The same account has a newer record of this device." in page
    assert "(superseded by a newer record)" in page


def test_a_muted_record_that_is_superseded_mutes_nothing(eset: Account) -> None:
    old, new, device = pair(eset)
    Sighting.objects.filter(pk=old.pk).update(silenced=True)
    summarise([device.pk], timezone.now())
    assert now_of(device).silenced is False
    Sighting.objects.filter(pk=new.pk).update(silenced=True)
    summarise([device.pk], timezone.now())
    assert now_of(device).silenced is True
    assert State(now_of(device).state) is State.OK


def test_coverage_takes_the_state_of_the_current_record_and_not_the_best(eset: Account) -> None:
    _, new, device = pair(eset)
    Sighting.objects.filter(pk=new.pk).update(enrolment="pending")
    assert list(CoverageQuery(statuses(timezone.now())).rows()) == [(device.pk, eset.pk, CoverageState.PENDING)]
    Sighting.objects.filter(pk=new.pk).update(life=Life.MISSING, missing_since=ago(0))
    summarise([device.pk], timezone.now())
    assert list(CoverageQuery(statuses(timezone.now())).rows()) == [(device.pk, eset.pk, CoverageState.FRESH)]


def test_issues_of_a_superseded_record_are_not_open(client: Client, alice: User, eset: Account) -> None:
    old = shown.sighting(eset, "nb-1", seen_at=ago(900), stale=True, issues=[("Protection outdated", "critical")])
    new = shown.sighting(eset, "nb-1", device=old.device, seen_at=ago(1), issues=[("Firewall is off", "attention")])
    found = matching(IssueFilters(), now=timezone.now())
    assert [row.title for row in issue_page(ISSUES.at_first, found).rows] == ["Firewall is off"]
    assert found.total.number == 1
    assert now_of(old.device).issue_count == 1
    assert not Device.objects.filter(listed(stale=True)).exists()
    client.force_login(alice)
    page = client.get(f"/devices/{old.device_id}/").content.decode()
    assert "1 from vendors" in page and "No recent contact" not in page
    past = page[page.index("1 issue of superseded or missing records") :]
    assert "Protection outdated" in past and "Firewall is off" not in past

    Sighting.objects.filter(pk=new.pk).update(life=Life.MISSING, missing_since=ago(0))
    summarise([old.device_id], timezone.now())
    titles = [row.title for row in issue_page(ISSUES.at_first, matching(IssueFilters(), now=timezone.now())).rows]
    assert titles == ["Protection outdated", f"No recent contact with ESET (eset-main, record {old.external_id})"]


def test_an_issue_of_a_removed_record_is_not_open_on_the_page(client: Client, alice: User, eset: Account) -> None:
    old = shown.sighting(eset, "nb-1", life=Life.GONE, missing_since=ago(900), issues=[("Protection outdated", "critical")])
    shown.sighting(eset, "nb-1", device=old.device)
    client.force_login(alice)
    page = client.get(f"/devices/{old.device_id}/").content.decode()
    assert "0 from vendors" in page and "1 issue of superseded or missing records" in page


def test_a_superseded_record_is_no_muted_device_that_is_critical(eset: Account) -> None:
    old, _, _ = pair(eset)
    other = shown.account("opswat-main", "opswat")
    muted = shown.sighting(other, "nb-1", device=old.device, seen_at=ago(30), silenced=True)
    shown.sighting(other, "nb-1", device=old.device, seen_at=ago(1), state="critical")
    found = muted_issues(now=timezone.now(), known=statuses(timezone.now()))
    assert (list(found.contradicted), list(found.devices)) == ([], [])
    assert Sighting.objects.get(pk=muted.pk).superseded
