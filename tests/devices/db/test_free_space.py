"""The share of free space that is measured, and the syncs that wait while it is too small."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.db import free_space
from devices.jobs import engine as jobs
from devices.models import Account, JobState, SyncRun
from devices.sync.handler import SyncHandler, request_run
from installers.models import Stocktake
from installers.register.scheduling import request_stocktake
from installers.register.sync import StocktakeHandler
from patching.models import PatchRun
from patching.sync.job import PatchRunHandler
from patching.sync.scheduling import request_run as request_patch_run
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from vendors.base import Scope
from vendors.patching_api import Source


def test_the_share_is_that_of_df(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_FOLDERS = [str(tmp_path)]
    disk = shutil.disk_usage(tmp_path)
    free = free_space.lowest_free_percent()
    assert free is not None and abs(free - 100 * disk.free / (disk.used + disk.free)) < 1


def test_the_fullest_of_several_disks_counts_and_those_of_other_hosts_do_not(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_FOLDERS = [str(tmp_path)]
    alone = free_space.lowest_free_percent()
    settings.DATA_FOLDERS = ["/nowhere", str(tmp_path), "/proc"]
    assert free_space.lowest_free_percent() == pytest.approx(alone, abs=1)
    settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/nowhere"], 101
    assert free_space.lowest_free_percent() is None and not free_space.is_low()


def test_zero_switches_the_limit_off(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = [str(tmp_path)], 0
    assert not free_space.is_low()
    settings.MIN_FREE_PERCENT = 101
    assert free_space.is_low()


@pytest.mark.fault("F24")
@pytest.mark.django_db
def test_a_sync_in_the_middle_waits_without_a_call_and_continues_at_its_cursor(settings: Settings) -> None:
    with running(devices=200, frozen=True, options=SandboxOptions(rate_limits=False)) as sim:
        account, now = account_at(sim.url, "opswat"), timezone.now()
        run = request_run(account, Scope(), now=now)
        step(run)
        step(run)
        place, calls = run.cursor, len(sim.calls())
        settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/"], 101
        step(run)
        assert (run.state, run.cursor, run.waiting_for) == (JobState.RUNNING, place, "free disk space")
        assert len(sim.calls()) == calls > 0
        settings.MIN_FREE_PERCENT = 0
        while run.active:
            step(run)
        assert (run.state, run.created) == (JobState.DONE, len(list(sim.fleet.ids("opswat"))))


def step(run: SyncRun) -> None:
    """The next one, whenever it is due."""
    SyncRun.objects.filter(pk=run.pk).update(next_step_at=timezone.now())
    jobs.Engine(SyncHandler()).advance(run.pk, slice_seconds=0)
    run.refresh_from_db()


@pytest.mark.fault("F24")
@pytest.mark.django_db
def test_syncs_that_have_not_begun_wait_too_whatever_their_type(settings: Settings) -> None:
    settings.DATA_FOLDERS, settings.MIN_FREE_PERCENT = ["/"], 101
    with running(devices=20, frozen=True) as sim:
        account, now = account_at(sim.url, "eset"), timezone.now()
        waiting = [
            (SyncHandler(), request_run(account, Scope(), now=now)),
            (PatchRunHandler(), request_patch_run(account, Source.PATCHES, reading=None, now=now)),
            (StocktakeHandler(), request_stocktake(account, now=now)),
        ]
        for handler, job in waiting:
            jobs.Engine(handler).advance(job.pk)  # type: ignore[arg-type]
        assert sim.calls() == []
        for model in (SyncRun, PatchRun, Stocktake):
            job = model._default_manager.get()
            assert (job.active, job.waiting_for, job.error) == (True, "free disk space", "")
            assert job.next_step_at - now < timedelta(seconds=40)
        assert Account.objects.get().failures == 0
