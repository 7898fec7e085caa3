"""Since when a device is missing at an account: kept by a worker, renewed by what coverage says, never by a page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.account_status.status import statuses
from devices.coverage import gaps
from devices.coverage.queries import CoverageQuery
from devices.coverage.states import CoverageState
from devices.models import Account, Device, Gap, JobState, Life, MatchUpgrade, Sighting
from devices.sync.upgrade import VERSION
from devices.tasks import plan
from tests.devices import rows as shown
from tests.devices.alerts import complete, fleet, named

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> dict[str, Account]:
    return fleet()


def kept() -> set[tuple[str, str]]:
    return set(Gap.objects.values_list("device__name", "account__name"))


def test_what_is_kept_is_what_coverage_says(accounts: dict[str, Account]) -> None:
    shown.sighting(accounts["opswat"], "only-opswat")
    gaps.renew(timezone.now() + gaps.ROUND + timedelta(seconds=1))
    known = statuses(timezone.now())
    names = {each.pk: each.name for each in known}
    devices = dict(Device.objects.values_list("pk", "name"))
    placed = {(devices[device], names[account]) for device, account, cover in CoverageQuery(known).rows() if cover is CoverageState.MISSING}
    assert kept() == placed == {("nb-3", "five9s-main"), ("only-opswat", "eset-main"), ("only-opswat", "five9s-main")}


def test_a_gap_keeps_its_age_until_it_closes(accounts: dict[str, Account]) -> None:
    since, later = Gap.objects.get().since, timezone.now() + gaps.ROUND * 2
    gaps.renew(later)
    assert Gap.objects.get().since == since
    shown.sighting(accounts["five9s"], "nb-3", device=named("nb-3"))
    gaps.renew(later + gaps.ROUND * 2)
    assert kept() == set()


def test_only_who_has_news_is_asked_again_and_everybody_once_an_hour(accounts: dict[str, Account]) -> None:
    now = timezone.now()
    assert gaps.renew(now) == []
    complete(accounts["opswat"], at=now + timedelta(seconds=1))
    assert gaps.renew(now + timedelta(seconds=2)) == ["opswat-main"]
    assert gaps.renew(now + gaps.ROUND * 1.5) == ["eset-main", "five9s-main", "opswat-main"]


def test_a_list_that_proves_nothing_now_leaves_the_gaps_as_they_were(accounts: dict[str, Account]) -> None:
    now = timezone.now()
    shown.fetch(accounts["five9s"], state=JobState.DONE, finished_at=now, started_at=now, rejected=1)
    Sighting.objects.filter(account=accounts["five9s"]).update(life=Life.MISSING)
    before = kept()
    assert "five9s-main" not in gaps.renew(now + gaps.ROUND * 1.5)
    assert kept() == before


def test_devices_that_are_out_of_use_have_no_gap(accounts: dict[str, Account]) -> None:
    Device.objects.filter(name="nb-3").update(life=Life.RETIRED)
    gaps.renew(timezone.now() + gaps.ROUND * 1.5)
    assert kept() == set()


def test_the_workers_round_renews_them(accounts: dict[str, Account]) -> None:
    Gap.objects.all().delete()
    Account.objects.update(gaps_at=None, changes_every=0)
    MatchUpgrade.objects.create(version=VERSION, done_at=timezone.now())  # these rows hold no record that could be read again
    plan()
    assert kept() == {("nb-3", "five9s-main")}
