"""Finished syncs are deleted after their time, but for the newest of each kind and outcome, on which schedules and pages rely."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as loaded
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.schedule import BEAT_SCHEDULE
from devices import tasks
from devices.account_status.status import statuses
from devices.jobs import retention
from devices.models import Account, JobState, Quarantine, SyncRun
from devices.sync.cancellation import CODE, cancelled
from patching import tasks as patching
from patching.models import Listed, PatchRun
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ended(account: Account, days: float, kind: str = "everything", state: JobState = JobState.DONE, **columns: object) -> SyncRun:
    at = NOW - timedelta(days=days)
    values = {"created_at": at, "next_step_at": at, "started_at": at, "finished_at": at, **columns}
    return SyncRun.objects.create(account=account, kind=kind, state=state, **values)


def test_old_syncs_go_and_the_newest_of_each_kind_and_outcome_stay(settings: Settings) -> None:
    settings.KEEP_SYNCS_DAYS = 30
    eset, other = shown.account("eset-main", "eset"), shown.account("opswat-main", "opswat")
    gone = [ended(eset, 400), ended(eset, 31), ended(eset, 90, "changed"), ended(eset, 80, state=JobState.FAILED)]
    kept = [
        ended(eset, 29),
        ended(eset, 60, "changed"),
        ended(eset, 70, state=JobState.FAILED),
        ended(eset, 65, state=JobState.CANCELLED, error_code=CODE),
        ended(eset, 50, state=JobState.CANCELLED, error_code="disabled"),
        ended(other, 300),
        ended(eset, 200, state=JobState.RUNNING, finished_at=None),
    ]
    broken = Quarantine.objects.create(
        account=eset, external_id="x", reason="r", sample="{}", run=gone[0], first_at=NOW - timedelta(days=400), last_at=NOW
    )
    before = [(each.name, each.code, each.account.complete_at) for each in statuses(NOW)]
    tasks.tidy()
    assert set(SyncRun.objects.values_list("pk", flat=True)) == {run.pk for run in kept}
    broken.refresh_from_db()
    assert broken.run is None
    assert [(each.name, each.code, each.account.complete_at) for each in statuses(NOW)] == before
    assert set(cancelled([eset])[eset.pk]) == {"everything"}


def test_they_are_deleted_in_small_batches() -> None:
    account = shown.account("eset-main", "eset")
    for days in range(100, 125):
        ended(account, days)
    newest = ended(account, 95)
    assert retention.forget_finished(SyncRun, series="kind", now=NOW, batch=10) == 25
    assert retention.forget_finished(SyncRun, series="kind", now=NOW, batch=10) == 0
    assert SyncRun.objects.get() == newest


def test_syncs_of_patches_too_each_source_apart(settings: Settings) -> None:
    settings.KEEP_SYNCS_DAYS = 30
    account = shown.account("eset-main", "eset")

    def patch_run(days: float, source: str) -> PatchRun:
        at = NOW - timedelta(days=days)
        return PatchRun.objects.create(account=account, source=source, state=JobState.DONE, created_at=at, next_step_at=at, finished_at=at)

    old = patch_run(50, "patches")
    Listed.objects.create(run=old, patches=[1])
    kept = [patch_run(40, "patches"), patch_run(60, "attempts"), patch_run(1, "recent")]
    patching.tidy()
    assert set(PatchRun.objects.values_list("pk", flat=True)) == {run.pk for run in kept}
    assert not Listed.objects.exists()


def test_a_quarter_of_a_year_is_kept_by_default_and_the_tasks_run_every_hour() -> None:
    assert (loaded.KEEP_SYNCS_DAYS, loaded.KEEP_HANDOUTS_DAYS) == (90, 400)
    hourly = {entry["task"] for entry in BEAT_SCHEDULE.values() if entry["schedule"] == 3600.0}
    assert hourly == {"devices.tasks.tidy", "patching.tasks.tidy", "installers.tasks.tidy"}
