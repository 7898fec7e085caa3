"""Two imports at once, on two real connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.utils import timezone

from devices.jobs import engine as jobs
from devices.models import Device, JobState, Pulse, Sighting, SyncRun
from devices.models.job import ACTIVE
from devices.reconciliation.summary import summarise
from devices.sync import absence
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices.jobs.test_engine import Script
from vendors.base import DevicePage, Scope
from vendors.records import Entry
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)


def start(work: Callable[[], None]) -> threading.Thread:
    def whole() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=whole)
    thread.start()
    return thread


def until(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends, "it did not come to pass"
        threading.Event().wait(0.01)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def store(run: SyncRun, *entries: Entry) -> None:
    with transaction.atomic():
        save_page(run, entries, timezone.now())


def one_device_of_two_vendors() -> Device:
    serial = (making.identifier(IdKind.SERIAL, "pf2abcd"),)
    for name, vendor in (("eset-main", "eset"), ("epm", "five9s")):
        store(making.run(making.account(name, vendor)), making.entry(vendor, identifiers=serial))
    return Device.objects.get()


def test_a_summary_never_overwrites_what_another_import_just_said() -> None:
    device = one_device_of_two_vendors()

    def other_import() -> None:
        with transaction.atomic():
            Sighting.objects.filter(vendor="five9s").update(user="anna")
            summarise({device.pk}, timezone.now())

    with transaction.atomic():
        Sighting.objects.filter(vendor="eset").update(state="critical")
        summarise({device.pk}, timezone.now())
        thread = start(other_import)
        until(somebody_waits)
    thread.join(20)
    device.refresh_from_db()
    assert (device.state, device.user) == ("critical", "anna")


def test_a_summary_of_very_many_devices_is_made_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    run = making.run(making.account())
    store(run, *(making.entry(f"d{n}") for n in range(5)))
    Sighting.objects.update(state="attention")
    monkeypatch.setattr("devices.reconciliation.summary.AT_ONCE", 2)
    summarise(list(Device.objects.values_list("pk", flat=True)), timezone.now())
    assert set(Device.objects.values_list("state", flat=True)) == {"attention"}


def test_the_hourly_look_at_stale_sightings_leaves_out_what_an_import_holds() -> None:
    run = making.run(making.account())
    store(run, making.entry("held"), making.entry("free"))
    Pulse.objects.update(seen_at=timezone.now() - timedelta(days=30))
    with transaction.atomic():
        Sighting.objects.select_for_update().get(external_id="held")
        start(lambda: absence.mark_stale(run.account_id, 86400, timezone.now())).join(20)
    assert dict(Sighting.objects.values_list("external_id", "stale")) == {"held": False, "free": True}
    assert Device.objects.get(name="FREE").state == "unknown"


def test_an_older_run_does_not_take_back_that_a_newer_one_saw_a_device() -> None:
    account = making.account()
    older, newer = making.run(account), making.run(account, scope=Scope(ids=("one",)))
    for run in (newer, older):
        store(run, making.entry("one"))
    assert Pulse.objects.get().run_id == newer.pk


def test_a_commit_waits_longer_for_a_lock_than_a_page_does() -> None:
    run = making.run(making.account())
    told: list[str] = []

    class Asks(Script):
        def keep(self, run: SyncRun, page: DevicePage, now: datetime) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                told.append(cursor.fetchone()[0])

    jobs.Engine(Asks(DevicePage())).advance(run.pk)
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert (told, cursor.fetchone()[0]) == (["30s"], "1500ms")


def test_a_step_cut_off_by_the_time_limit_is_done_again_and_does_not_fail_the_run() -> None:
    run = making.run(making.account())
    with pytest.raises(SoftTimeLimitExceeded):
        jobs.Engine(Script(SoftTimeLimitExceeded())).advance(run.pk)
    run.refresh_from_db()
    assert run.state == JobState.RUNNING
    assert run.lease_until is not None


def test_asking_while_the_run_in_the_way_ends_makes_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    account = making.account()
    before = making.run(account)
    insert = SyncRun.objects.bulk_create

    def insert_and_end(*args: Any, **options: Any) -> Any:
        made = insert(*args, **options)
        SyncRun.objects.filter(pk=before.pk, state__in=ACTIVE).update(state=JobState.DONE)
        return made

    monkeypatch.setattr(SyncRun.objects, "bulk_create", insert_and_end)
    assert making.run(account).pk > before.pk
