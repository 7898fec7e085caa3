"""History entries that a sync writes: only changes, with their run."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.matching.apply import rematch_everything
from devices.matching.overrides import link
from devices.models import Account, Change, ChangeKind, Device, Life, Retirement, SyncRun, User
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices.sync.test_absence import complete, names
from vendors.records import Entry
from vendors.states import IdKind, State

pytestmark = pytest.mark.django_db
START = timezone.now()
LATER = START + timedelta(hours=1)


def told(account: Account, *entries: Entry, at: datetime = START) -> SyncRun:
    run = making.run(account)
    save_page(run, entries, at)
    run.state = "done"
    run.save()
    return run


def changes(kind: str | None = None) -> list[tuple[str, str, str, str, int | None]]:
    found = Change.objects.filter(kind=kind) if kind else Change.objects.all()
    return list(found.order_by("id").values_list("kind", "field", "before", "after", "run_id"))


def test_a_first_import_and_an_unchanged_poll_write_nothing() -> None:
    account = making.account()
    told(account, making.entry("a"), making.entry("b"))
    told(account, making.entry("a", seen_at=making.SEEN_AT + timedelta(hours=1)), making.entry("b"), at=LATER)
    assert changes() == []


def test_a_changed_answer_names_field_words_account_and_run() -> None:
    account = making.account()
    told(account, making.entry("a", user="ada", os_name="Windows 10"), making.entry("b"))
    run = told(account, making.entry("a", user="grace", os_name="Windows 11"), making.entry("b"), at=LATER)
    assert changes() == [("field", "user", "ada", "grace", run.pk), ("field", "os_name", "Windows 10", "Windows 11", run.pk)]
    assert set(Change.objects.values_list("account_id", "at", "device__name")) == {(account.pk, LATER, "A")}


def test_a_verdict_that_turns_stands_beside_the_vendors_word() -> None:
    account = making.account()
    told(account, making.entry("a"))
    run = told(account, making.entry("a", state=State.CRITICAL), at=LATER)
    assert sorted(changes()) == [("field", "state", "ok", "critical", run.pk), ("state", "", "ok", "critical", run.pk)]


def test_missing_gone_and_listed_again_are_told_once_each() -> None:
    account = making.account()
    complete(account, names(20), START)
    first = complete(account, names(19), START + timedelta(hours=1))
    complete(account, names(19), START + timedelta(hours=2))
    second = complete(account, names(19), START + timedelta(hours=26))
    back = complete(account, names(20), START + timedelta(hours=27))
    assert [(kind, run) for kind, _, _, _, run in changes() if kind != "state"] == [
        ("missing", first.pk),
        ("gone", second.pk),
        ("returned", back.pk),
    ]


def test_long_words_are_cut_and_odd_ones_kept() -> None:
    account = making.account()
    told(account, making.entry("a", user="x" * 300))
    told(account, making.entry("a", user="'; DROP TABLE %s {}"), at=LATER)
    assert changes() == [("field", "user", "x" * 255, "'; DROP TABLE %s {}", Change.objects.get().run_id)]


def retired(at: datetime = START) -> Device:
    device = Device.objects.get()
    Retirement.objects.create(device=device, at=at, by_name="ivan", reason="scrapped")
    return device


def test_a_retired_device_stays_so_while_nobody_hears_from_it() -> None:
    account = making.account()
    told(account, making.entry("a", seen_at=START - timedelta(days=3)))
    device = retired()
    told(account, making.entry("a", seen_at=START - timedelta(days=2), user="ada"), at=LATER)
    device.refresh_from_db()
    assert (device.life, Retirement.objects.count(), changes(ChangeKind.WOKEN)) == (Life.RETIRED, 1, [])


@pytest.mark.parametrize("user", ["", "ada"])
def test_a_retired_device_wakes_when_a_vendor_hears_from_it(user: str) -> None:
    account = making.account()
    told(account, making.entry("a", seen_at=START - timedelta(days=3)))
    device = retired()
    run = told(account, making.entry("a", seen_at=START + timedelta(minutes=5), user=user), at=LATER)
    device.refresh_from_db()
    assert (device.life, Retirement.objects.count()) == (Life.SEEN, 0)
    assert changes(ChangeKind.WOKEN) == [("woken", "", "", "", run.pk)]


def test_a_time_that_cannot_be_true_wakes_nobody() -> None:
    account = making.account()
    told(account, making.entry("a"))
    retired()
    told(account, making.entry("a", seen_at=START + timedelta(days=900)), at=LATER)
    assert Retirement.objects.count() == 1


def test_a_new_enrolment_without_a_time_wakes_its_retired_device() -> None:
    told(making.account("one"), making.entry("a", identifiers=(making.identifier(IdKind.SERIAL, "s1"),)))
    retired()
    again = making.entry("b", seen_at=None, identifiers=(making.identifier(IdKind.SERIAL, "s1"),))  # type: ignore[arg-type]
    told(making.account("two"), again, at=LATER)
    assert (Device.objects.get().life, Retirement.objects.count()) == (Life.SEEN, 0)


def test_devices_that_become_one_remember_it_and_keep_both_histories(ivan: User) -> None:
    account = making.account()
    told(account, making.entry("a", user="ada"), making.entry("b", user="bea"))
    told(account, making.entry("a", user="cleo"), making.entry("b", user="dora"), at=LATER)
    one, two = Device.objects.order_by("pk").values_list("pk", flat=True)
    link(one, two, reason="same sticker", act=AuditContext.of(ivan, now=LATER))
    assert set(Change.objects.values_list("device_id", flat=True)) == {one}
    assert {after for _, _, _, after, _ in changes(ChangeKind.FIELD)} == {"cleo", "dora"}
    assert [(kind, before) for kind, _, before, _, _ in changes(ChangeKind.MERGED)] == [("merged", str(two))]


def test_matching_again_without_a_new_rule_writes_nothing() -> None:
    told(making.account("one"), making.entry("a", identifiers=(making.identifier(IdKind.SERIAL, "s1"),)))
    told(making.account("two"), making.entry("b", identifiers=(making.identifier(IdKind.SERIAL, "s1"),)))
    rematch_everything(LATER)
    assert changes() == []


def test_an_answer_whose_serial_changes_leaves_and_both_devices_remember() -> None:
    one, two = making.account("one"), making.account("two")
    told(one, making.entry("a", identifiers=(making.identifier(IdKind.SERIAL, "s1"),)))
    told(two, making.entry("b", identifiers=(making.identifier(IdKind.SERIAL, "s1"),)))
    told(two, making.entry("b", identifiers=(making.identifier(IdKind.SERIAL, "s2"),)), at=LATER)
    old, new = Device.objects.order_by("pk").values_list("pk", flat=True)
    moves = Change.objects.filter(kind=ChangeKind.MOVED).values_list("device_id", "before", "after")
    assert set(moves) == {(old, "", str(new)), (new, str(old), "")}
