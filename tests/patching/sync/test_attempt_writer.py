"""No order of the two lists of attempts, no repetition and no overlap counts an attempt twice or loses one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from pytest_django.fixtures import Settings

from devices.models import Account
from patching.models import Attempt, PatchRun, Title
from patching.sync.attempt_writer import save_attempts
from tests.devices import rows as shown
from tests.patching.tallies import assert_tallies_are_true, last_on_their_devices
from vendors import records
from vendors.patch_states import PatchKind, PatchReason, PatchStatus
from vendors.patching_api import Source
from vendors.records import Version

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIREFOX = records.Title("fx", "Firefox", PatchKind.APPLICATION, "Mozilla")


def tried(device: str = "", *, at: datetime | None = NOON, status: PatchStatus = PatchStatus.INSTALLED, **more: object) -> records.Attempt:
    values: dict[str, object] = {
        "title": FIREFOX,
        "status": status,
        "raw": f"PATCHING_STATUS_{status}",
        "reason": PatchReason.RUNNING if status is PatchStatus.FAILED else PatchReason.NONE,
        "device_id": device,
        "before": Version(127 << 48, "127.0"),
        "after": Version(2**64 - 1, "128.0"),
        "started_at": at,
        "ended_at": at + timedelta(minutes=1) if at else None,
    }
    return records.Attempt(**{**values, **more})  # type: ignore[arg-type]


@pytest.fixture
def run() -> PatchRun:
    account = shown.account("eset-main", "eset")
    return PatchRun.objects.create(account=account, source=Source.ATTEMPTS, created_at=NOW, next_step_at=NOW)


def save(run: PatchRun, *told: records.Attempt, now: datetime = NOW) -> tuple[int, int]:
    outcome = save_attempts(run, told, now)
    return outcome.created, outcome.changed


def held(account: Account | None = None) -> Counter[str]:
    rows = Attempt.objects.filter(account=account) if account else Attempt.objects.all()
    return Counter(rows.values_list("device_ref", flat=True))


def test_alike_rows_without_a_device_are_counted_once_however_often_they_are_told(run: PatchRun) -> None:
    assert save(run, tried(), tried(), tried()) == (3, 0)
    assert save(run, tried(), tried(), tried()) == (0, 0)
    assert save(run, tried()) == (0, 0)  # the vendor begins to forget
    assert save(run, *[tried()] * 4) == (1, 0)
    assert held() == {"": 4}


def test_an_attempt_told_with_its_device_takes_over_one_without(run: PatchRun) -> None:
    save(run, tried(), tried())
    assert save(run, tried("a")) == (0, 1)
    assert save(run, tried("a"), tried("b"), tried("c")) == (1, 1)
    assert held() == {"a": 1, "b": 1, "c": 1}


def test_an_attempt_without_a_device_is_known_again_by_one_with(run: PatchRun) -> None:
    save(run, tried("a"), tried("b"))
    assert save(run, tried(), tried()) == (0, 0)
    assert save(run, tried(), tried(), tried()) == (1, 0)
    assert held() == {"a": 1, "b": 1, "": 1}


def test_another_outcome_is_another_attempt(run: PatchRun) -> None:
    save(run, tried(), tried(status=PatchStatus.FAILED))
    save(run, tried("a", status=PatchStatus.FAILED))
    assert sorted(Attempt.objects.values_list("device_ref", "status")) == [("", "installed"), ("a", "failed")]


def test_what_is_told_of_a_device_changes_in_place(run: PatchRun) -> None:
    save(run, tried("a", status=PatchStatus.SCHEDULED, ended_at=None))
    first = Attempt.objects.get()
    assert save(run, tried("a"), now=NOW + timedelta(hours=1)) == (0, 1)
    row = Attempt.objects.get()
    assert (row.pk, row.status, row.raw, row.ended_at) == (first.pk, "installed", "PATCHING_STATUS_installed", NOON + timedelta(minutes=1))
    assert (row.first_at, row.at) == (NOW, row.ended_at)


def test_one_answer_with_a_row_twice_is_one_attempt(run: PatchRun) -> None:
    assert save(run, tried("a"), tried("a", status=PatchStatus.RESTART)) == (1, 0)
    assert Attempt.objects.get().status == "restart"


def last() -> list[tuple[str, str]]:
    assert_tallies_are_true()
    marked = Attempt.objects.filter(last=True)
    assert set(marked.values_list("pk", flat=True)) == last_on_their_devices()
    return sorted(marked.values_list("device_ref", "status"))


def test_the_last_attempt_on_a_device_is_known_in_whatever_order_they_are_told(run: PatchRun) -> None:
    failed = tried("a", status=PatchStatus.FAILED)
    save(run, failed)
    assert last() == [("a", "failed")]
    save(run, tried("a", at=NOON + timedelta(hours=1)))
    assert last() == [("a", "installed")]
    save(run, tried("a", at=NOON - timedelta(days=3), status=PatchStatus.RESTART), failed)
    assert last() == [("a", "installed")]
    save(run, tried("a", at=NOON + timedelta(hours=2), title=replace(FIREFOX, key="tb", name="Thunderbird"), status=PatchStatus.RESTART))
    save(run, tried("b", status=PatchStatus.FAILED))
    assert last() == [("a", "installed"), ("a", "restart"), ("b", "failed")]


def test_an_attempt_whose_end_is_told_later_may_become_the_last(run: PatchRun) -> None:
    save(run, tried("a", at=NOON - timedelta(hours=1), ended_at=None, status=PatchStatus.SCHEDULED), tried("a", status=PatchStatus.FAILED))
    assert last() == [("a", "failed")]
    save(run, tried("a", at=NOON - timedelta(hours=1), ended_at=NOON + timedelta(hours=1)))
    assert last() == [("a", "installed")]


def test_which_is_the_last_without_a_device_nobody_knows(run: PatchRun) -> None:
    save(run, tried(status=PatchStatus.FAILED), tried(at=NOON + timedelta(hours=1)))
    assert last() == []
    save(run, tried("a", status=PatchStatus.FAILED))
    assert last() == [("a", "failed")]


def test_the_day_is_that_of_this_installation(run: PatchRun, settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    save(run, tried("a"), tried("b", at=None))
    days = dict(Attempt.objects.values_list("device_ref", "day"))
    assert (str(days["a"]), str(days["b"])) == ("2026-11-21", "2026-11-22")


def test_a_clock_that_is_far_ahead_does_not_date_an_attempt(run: PatchRun) -> None:
    save(run, tried("a", at=NOW + timedelta(days=900)))
    assert Attempt.objects.get().at == NOW


def test_versions_keep_their_uint64(run: PatchRun) -> None:
    save(run, tried("a"))
    row = Attempt.objects.get()
    assert (row.before, row.after_number) == ("127.0", Decimal(2**64 - 1))


def test_what_is_older_than_is_remembered_is_not_taken_in_again(run: PatchRun, settings: Settings) -> None:
    settings.KEEP_ATTEMPTS_DAYS = 7
    assert save(run, tried("a", at=NOW - timedelta(days=8)), tried("b")) == (1, 0)


def test_a_title_has_one_row_and_its_newest_name(run: PatchRun) -> None:
    save(run, tried("a"), tried("b", title=records.Title("fx", "Mozilla Firefox", PatchKind.APPLICATION, "Mozilla")))
    assert list(Title.objects.values_list("vendor", "key", "name")) == [("eset", "fx", "Mozilla Firefox")]


def test_two_accounts_of_a_vendor_do_not_share_attempts(run: PatchRun) -> None:
    other = shown.account("eset-other", "eset")
    save(run, tried("a"))
    second = PatchRun.objects.create(account=other, source=Source.RECENT, created_at=NOW, next_step_at=NOW)
    assert save(second, tried()) == (1, 0)
    assert (held(run.account), held(other)) == ({"a": 1}, {"": 1})


@pytest.mark.parametrize("seed", range(30))
def test_any_mixture_of_both_lists_ends_with_every_attempt_once(run: PatchRun, seed: int) -> None:
    """Each attempt is told late or early, is on each list for a while, and is then forgotten by it."""
    dice = Random(seed)
    wave = [NOON, NOON, NOON + timedelta(seconds=1)]
    made = [tried(f"d{nth}", at=dice.choice(wave), status=dice.choice((PatchStatus.INSTALLED, PatchStatus.FAILED))) for nth in range(12)]
    known: set[int] = set()
    for _ in range(12):
        known |= {nth for nth in range(12) if dice.random() < 0.25}
        for source in dice.sample(("recent", "attempts"), k=dice.choice((1, 2))):
            told = [made[nth] for nth in sorted(known, key=lambda _: dice.random())]
            if source == "recent":
                told = [replace(each, device_id="") for each in told]
            save(run, *told)
    save(run, *made)
    assert held() == {f"d{nth}": 1 for nth in range(12)}
