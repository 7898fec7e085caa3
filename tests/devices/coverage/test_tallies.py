"""The tally of a large fleet: counted by a worker, shown with its time, and right about an account whose data got old since."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.account_status.status import statuses
from devices.coverage import tallies
from devices.coverage.queries import all_gaps, matrix
from devices.dashboard import views as dashboard
from devices.models import Account, CoverageTally, Device, JobState, Life, User
from tests.devices import rows as shown
from tests.devices.coverage.test_views import placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Account]:
    accounts = shown.small_fleet()
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(tallies, "LIVE", 0)
    monkeypatch.setattr(dashboard, "COUNTED_AT_ONCE", 0)
    return accounts


def text_of(client: Client, user: User, address: str) -> str:
    client.force_login(user)
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def test_the_page_and_the_dashboard_show_what_was_counted_and_when(client: Client, bob: User, large: dict[str, Account]) -> None:
    assert "The percentages are being counted." in text_of(client, bob, "/coverage/")
    assert tallies.renew(timezone.now() - timedelta(minutes=10))
    gaps = all_gaps(matrix(statuses(timezone.now())))
    shown.sighting(large["eset"], "later")
    page = text_of(client, bob, "/coverage/")
    assert f"{gaps} coverage gaps in all vendor accounts. 6 devices checked." in page and "Counted 10 min ago" in page
    assert f"Coverage gaps {gaps} Counted 10 min ago" in text_of(client, bob, "/")


def test_a_tally_is_renewed_after_a_sync_and_once_an_hour(large: dict[str, Account]) -> None:
    now = timezone.now()
    assert tallies.renew(now) and not tallies.renew(now + tallies.PAUSE * 2)
    assert tallies.renew(now + tallies.ROUND + timedelta(seconds=1))
    shown.fetch(large["eset"], state=JobState.DONE, finished_at=now + tallies.ROUND + timedelta(seconds=2))
    assert not tallies.renew(now + tallies.ROUND + timedelta(seconds=3))
    assert tallies.renew(now + tallies.ROUND + tallies.PAUSE * 2)
    assert CoverageTally.objects.count() == 1


def test_a_small_fleet_has_no_tally(large: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "LIVE", 100)
    assert not tallies.renew(timezone.now()) and not CoverageTally.objects.exists()


def test_an_account_that_was_disabled_since_proves_nothing(large: dict[str, Account]) -> None:
    tallies.renew(timezone.now())
    before = tallies.stored_gaps(statuses(timezone.now()))
    Account.objects.filter(pk=large["five9s"].pk).update(enabled=False)
    known = statuses(timezone.now())
    after = tallies.stored_gaps(known)
    assert before and after and after.number == all_gaps(matrix(known)) < before.number


def test_the_groups_with_the_most_gaps_are_kept(large: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "MOST_PARTS", 1)
    for number in range(3):
        shown.sighting(large["eset"], f"many-{number}", group_name="Many")
    shown.sighting(large["eset"], "one", group_name="One")
    tallies.renew(timezone.now())
    assert list(CoverageTally.objects.get().counts["group"]) == ["Many"]


def test_the_locations_with_the_most_gaps_are_kept_after_all_slices(large: dict[str, Account], monkeypatch: pytest.MonkeyPatch) -> None:
    """No slice of one device knows that Many has the most."""
    monkeypatch.setattr(tallies, "MOST_PARTS", 1)
    monkeypatch.setattr(tallies, "SLICE", 1)
    for number, place in enumerate(("many", "Many", "MANY", "One", "Other", "Other")):
        placed(large["eset"], f"placed-{number}", place)
    tallies.renew(timezone.now())
    kept = CoverageTally.objects.get().counts["location"]
    assert list(kept) == ["MANY"] and sum(kept["MANY"][str(large["eset"].pk)]) == 3


def test_a_tally_of_an_earlier_version_has_no_panel_of_locations(client: Client, bob: User, large: dict[str, Account]) -> None:
    tallies.renew(timezone.now())
    assert "By location" in text_of(client, bob, "/coverage/")
    kept = CoverageTally.objects.get()
    del kept.counts["location"]
    kept.save()
    page = text_of(client, bob, "/coverage/")
    assert "By group" in page and "By location" not in page


def test_devices_out_of_use_are_not_counted(large: dict[str, Account]) -> None:
    Device.objects.filter(name="phone-04").update(life=Life.RETIRED)
    assert tallies.count(statuses(timezone.now())).devices() == 5
