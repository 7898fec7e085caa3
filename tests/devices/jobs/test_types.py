"""The table of job types: every job of every app is announced, planned and advanced by the same tasks."""

from __future__ import annotations

import pytest

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from config.schedule import BEAT_SCHEDULE
from devices import tasks
from devices.jobs.types import JOB_TYPES
from devices.models import SyncRun, VendorJob
from installers import tasks as installer_tasks
from installers.models import Stocktake
from patching import tasks as patching_tasks
from patching.models import PatchRun
from tests.devices import records as making

pytestmark = pytest.mark.django_db

Wakes = list[tuple[str, int, str]]


@pytest.fixture
def wakes(monkeypatch: pytest.MonkeyPatch) -> Wakes:
    """Messages that would be sent: job type, id, queue."""
    sent: Wakes = []
    monkeypatch.setattr(tasks.advance, "apply_async", lambda args, *, queue: sent.append((*args, queue)))
    return sent


def test_every_kind_of_job_is_in_the_table() -> None:
    assert {job_type.model for job_type in JOB_TYPES.values()} == set(VendorJob.__subclasses__())
    assert {entry["args"][0] for entry in BEAT_SCHEDULE.values() if entry["args"]} == {
        name for name, job_type in JOB_TYPES.items() if job_type.plan is not None
    }


def test_what_is_planned_is_announced_until_it_is_done(wakes: Wakes) -> None:
    account = making.account("eset-main", "eset")
    account.health = "ok"
    account.save()
    for name in JOB_TYPES:
        tasks.plan_jobs(name)
    planned = sorted(wakes)
    assert [(name, queue) for name, _, queue in planned] == [("installer_sync", "sync"), *[("patch_run", "sync")] * 3, ("sync", "sync")]
    wakes.clear()
    tasks.announce()
    assert sorted(wakes) == planned


def test_what_a_user_waits_for_comes_first(wakes: Wakes) -> None:
    making.account("eset-main", "eset")
    tasks.plan_jobs("sync")
    SyncRun.objects.update(interactive=True)
    wakes.clear()
    tasks.announce()
    assert [queue for name, _, queue in wakes if name == "sync"] == ["interactive"]


def test_messages_of_earlier_versions_still_work(wakes: Wakes) -> None:
    account = making.account("eset-main", "eset")
    account.health = "ok"
    account.save()
    tasks.plan()
    installer_tasks.plan()
    patching_tasks.plan()
    assert SyncRun.objects.exists() and Stocktake.objects.exists() and PatchRun.objects.exists()
    wakes.clear()
    installer_tasks.announce()
    patching_tasks.announce()
    assert {name for name, _, _ in wakes} == {"installer_sync", "patch_run"}
    for step in (tasks.step, installer_tasks.step, installer_tasks.take_stock, patching_tasks.step):
        step(0)  # no such row: nothing to do, and no error
