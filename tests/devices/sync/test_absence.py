from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from devices.models import Account, Device, JobState, Life, Sighting, SyncRun
from devices.sync import absence
from devices.sync.page_writer import save_page
from tests.devices import records as making

pytestmark = pytest.mark.django_db
START = timezone.now()


def complete(account: Account, names: list[str], at: datetime, *, rejected: int = 0) -> SyncRun:
    run = making.run(account)
    save_page(run, [making.entry(name) for name in names], at)
    run.records, run.rejected, run.state = len(names), rejected, JobState.DONE
    absence.apply_absence(run, at)
    run.save()
    return run


def names(count: int) -> list[str]:
    return [f"d{n}" for n in range(count)]


def lives() -> dict[str, int]:
    counts: dict[str, int] = {}
    for life in Sighting.objects.values_list("life", flat=True):
        counts[life] = counts.get(life, 0) + 1
    return counts


def test_missing_after_one_complete_run_and_gone_after_two_a_day_apart() -> None:
    account = making.account()
    complete(account, names(20), START)
    assert complete(account, names(19), START + timedelta(hours=1)).missing == 1
    complete(account, names(19), START + timedelta(hours=2))
    assert lives() == {"seen": 19, "missing": 1}
    complete(account, names(19), START + timedelta(hours=26))
    assert lives() == {"seen": 19, "gone": 1}
    assert Device.objects.get(name="D19").life == Life.GONE


@pytest.mark.fault("F32")
@pytest.mark.parametrize(("left", "held"), [(0, True), (9, True), (89, True), (90, False), (91, False), (100, False)])
def test_many_at_once_wait_for_a_person(left: int, held: bool) -> None:
    account = making.account()
    complete(account, names(100), START)
    run = complete(account, names(left), START + timedelta(hours=1))
    assert (run.withheld > 0) is held
    assert lives().get("missing", 0) == (0 if held else 100 - left)


@pytest.mark.fault("F32")
def test_an_empty_list_after_a_small_one_is_held() -> None:
    account = making.account()
    complete(account, names(3), START)
    assert complete(account, [], START + timedelta(hours=1)).withheld == 3


@pytest.mark.fault("F32")
def test_all_ids_changing_is_held() -> None:
    account = making.account()
    complete(account, names(50), START)
    run = complete(account, [f"other{n}" for n in range(50)], START + timedelta(hours=1))
    assert run.withheld == 50


def test_a_record_without_a_name_may_have_been_any_of_them() -> None:
    account = making.account()
    complete(account, names(5), START)
    run = complete(account, names(4), START + timedelta(hours=1), rejected=1)
    assert (run.missing, run.withheld, lives()) == (0, 0, {"seen": 5})


@pytest.mark.parametrize(("name", "missing"), [("d1", 1), ("d1 enrolled again", 0)])
def test_an_unusable_record_under_an_unknown_id_may_be_any_of_them(name: str, missing: int) -> None:
    """Under a known id it is that device, and says nothing about others."""
    account = making.account()
    complete(account, names(3), START)
    run, later = making.run(account), START + timedelta(hours=1)
    run.quarantined = save_page(run, [making.entry(name, broken="a bad date", user="anna"), making.entry("d0")], later).quarantined
    run.records = 2
    absence.apply_absence(run, later)
    assert (run.quarantined, run.missing, run.withheld) == (1, missing, 0)
    assert set(Sighting.objects.filter(life=Life.MISSING).values_list("external_id", flat=True)) == ({"d2"} if missing else set())


def test_a_person_applies_what_was_held_but_not_what_was_seen_since() -> None:
    account = making.account()
    complete(account, names(40), START)
    run = complete(account, names(10), START + timedelta(hours=1))
    assert absence.proves_absence(run)
    later = making.run(Account.objects.create(name="unused", vendor="eset"))
    later.account = account
    save_page(later, [making.entry("d39")], START + timedelta(hours=2))
    assert absence.apply_withheld(run, START + timedelta(hours=2), most=100) == 29
    assert lives() == {"seen": 11, "missing": 29}


def test_a_newer_list_takes_the_place_of_a_held_one() -> None:
    account = making.account()
    complete(account, names(40), START)
    held = complete(account, names(10), START + timedelta(hours=1))
    complete(account, names(40), START + timedelta(hours=2))
    assert not absence.proves_absence(held)
    assert lives() == {"seen": 40}


def test_another_accounts_devices_are_never_touched() -> None:
    one, other = making.account("one"), making.account("other")
    complete(other, names(12), START)
    complete(one, ["x"], START + timedelta(hours=1))
    assert lives() == {"seen": 13}


def test_what_was_last_seen_long_ago_is_stale_and_not_counted() -> None:
    account = making.account()
    complete(account, ["old"], START)
    absence.mark_stale(account.pk, 3600, making.SEEN_AT + timedelta(hours=2))
    assert Sighting.objects.get().stale
    assert Device.objects.get().state == "unknown"
    absence.mark_stale(account.pk, 3600 * 24, making.SEEN_AT + timedelta(hours=2))
    assert Device.objects.get().state == "ok"
