"""The daily roll-up equals a recount, changes nothing when it is repeated, and never invents a day."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from devices.device_list import daily_counts as of_devices
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.issues.filters import IssueFilters
from devices.issues.queries import matching
from devices.models import Account, CountedDay, DailyCount, Device, Life, Sighting
from devices.trends import rollup
from devices.trends.days import day_of
from devices.trends.rollup import count_today, forget_old, is_due
from tests.devices import rows as shown
from tests.devices.trends.fleets import changes_of, random_fleet, recounted, stored

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("seed", range(8))
def test_the_numbers_of_a_day_equal_a_recount(seed: int) -> None:
    random_fleet(seed)
    now = timezone.now()
    assert count_today(now)
    assert stored(day_of(now)) == recounted(now)


@pytest.mark.parametrize("seed", [20, 21])
def test_every_number_equals_its_list(seed: int) -> None:
    random_fleet(seed)
    now = timezone.now()
    count_today(now)
    seen = 0
    for row in DailyCount.objects.filter(day=day_of(now)):
        if row.measure == "status":
            filters = DeviceFilters(state=row.status, vendor=row.vendor, group=row.group)
            assert list_page(filters, now=now).total == row.number, row.__dict__
        elif row.measure == "critical":
            issues = IssueFilters(severity="critical", age=row.status, vendor=row.vendor)
            assert matching(issues, now=now).total.number == row.number, row.__dict__
        else:
            continue
        seen += 1
    assert seen > 30


def test_counting_again_replaces_the_numbers_of_the_day() -> None:
    random_fleet(30)
    now = timezone.now()
    count_today(now)
    before = dict(DailyCount.objects.values_list("pk", "number"))
    count_today(now, at_once=True)
    assert dict(DailyCount.objects.values_list("pk", "number")) == before
    Device.objects.filter(life=Life.SEEN).update(state="ok")
    Sighting.objects.filter(group_name="Group 1").update(group_name="")
    count_today(now, at_once=True)
    assert stored(day_of(now)) == recounted(now)
    assert CountedDay.objects.count() == 1


def test_a_day_without_a_count_stays_a_gap_but_its_changes_are_known() -> None:
    random_fleet(31)
    now = timezone.now()
    CountedDay.objects.create(day=day_of(now) - timedelta(days=3), counted_at=now, seconds=0)
    DailyCount.objects.create(day=day_of(now) - timedelta(days=3), measure="changes", status="new", number=1)
    count_today(now)
    assert set(CountedDay.objects.values_list("day", flat=True)) == {day_of(now), day_of(now) - timedelta(days=3)}
    for back in range(4):
        day = day_of(now) - timedelta(days=back)
        changes = {key: number for key, number in stored(day).items() if key[0] == "changes"}
        assert changes == changes_of(day)
    assert not DailyCount.objects.filter(day=day_of(now) - timedelta(days=1)).exclude(measure="changes").exists()


def test_the_first_count_knows_the_changes_of_the_last_90_days() -> None:
    random_fleet(32)
    now = timezone.now()
    count_today(now)
    for back in (1, 2, 3):
        assert stored(day_of(now) - timedelta(days=back)) == changes_of(day_of(now) - timedelta(days=back))


def test_only_the_largest_groups_have_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_devices, "MOST_GROUPS", 1)
    eset = shown.account("eset-main", "eset")
    for name, group in (("a", "Small"), ("b", "Large"), ("c", "Large")):
        shown.sighting(eset, name, group_name=group)
    count_today(timezone.now())
    assert set(DailyCount.objects.filter(measure="status").values_list("group", flat=True)) == {"", "Large"}


def test_nothing_is_counted_without_a_vendor_account() -> None:
    assert not count_today(timezone.now())
    assert not CountedDay.objects.exists() and not DailyCount.objects.exists()


def test_when_it_is_due() -> None:
    now = timezone.now().replace(hour=12)
    account = shown.account("eset-main", "eset")
    Account.objects.update(complete_at=now - timedelta(hours=1))
    assert is_due(now)
    count_today(now)
    CountedDay.objects.update(seconds=0.1)
    assert not is_due(now + timedelta(minutes=9)) and is_due(now + timedelta(minutes=10))
    Account.objects.filter(pk=account.pk).update(complete_at=now + timedelta(seconds=5))
    assert not is_due(now + timedelta(seconds=59)) and is_due(now + timedelta(minutes=1))
    CountedDay.objects.update(seconds=60)  # a large fleet is counted less often
    assert not is_due(now + timedelta(minutes=19)) and is_due(now + timedelta(minutes=20))
    assert is_due(now + timedelta(days=1))


def test_counts_are_kept_two_years() -> None:
    now = timezone.now()
    for days in (0, 730, 731, 800):
        day = day_of(now) - timedelta(days=days)
        CountedDay.objects.create(day=day, counted_at=now, seconds=0)
        DailyCount.objects.create(day=day, measure="status", status="ok", number=1)
    assert forget_old(now, batch=1) == 2
    kept = [day_of(now) - timedelta(days=days) for days in (730, 0)]
    assert list(DailyCount.objects.order_by("day").values_list("day", flat=True)) == kept
    assert list(CountedDay.objects.order_by("day").values_list("day", flat=True)) == kept


def test_the_numbers_of_a_deleted_account_are_deleted() -> None:
    shown.small_fleet()
    count_today(timezone.now())
    account = Account.objects.get(name="eset-main")
    assert DailyCount.objects.filter(account=account).exists()
    Sighting.objects.filter(account=account).delete()
    pk = account.pk
    account.delete()
    assert not DailyCount.objects.filter(account=pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_counts() -> None:
    shown.small_fleet()
    now, answers = timezone.now(), []

    def other() -> None:
        try:
            answers.append(count_today(now))
        finally:
            connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [rollup._LOCK])
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(30)
    assert answers == [False]
    assert count_today(now) and not count_today(now)
