"""A page is cut off in the middle, for real: no record is blamed, nothing is half stored, and the run goes on and completes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction

from devices.db.locks import lock_devices
from devices.jobs import engine as jobs
from devices.jobs.engine import Engine
from devices.models import JobState, Quarantine, Sighting, SyncRun
from devices.sync.handler import SyncHandler
from tests.devices import records as making
from tests.devices.db.test_locks import start, until
from tests.owner import owner_rights, owner_session
from vendors.base import DevicePage
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)
SLOW = "slow"
PAGES = ([f"a{number}" for number in range(20)], ["b0", "b1", SLOW, "b3"])


class Lists(SyncHandler):
    """Walks PAGES, as a vendor's adapter would."""

    def step(self, run: SyncRun) -> DevicePage:
        number = run.cursor["page"] if run.cursor else 0
        entries = tuple(making.entry(name, identifiers=(making.identifier(IdKind.SERIAL, name),)) for name in PAGES[number])
        return DevicePage(entries, cursor=None if number + 1 == len(PAGES) else {"page": number + 1})


PAUSE = "PERFORM pg_sleep(60);"
# Once another session waits for this one, wait for that one: the last to wait finds the circle.
CIRCLE = """WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted) LOOP PERFORM pg_sleep(0.05); END LOOP;
PERFORM pg_advisory_xact_lock(1);"""


def plant(body: str, *, table: str = "devices_sighting") -> None:
    """What is done when the record SLOW is stored. Identifiers are copied, sightings inserted."""
    column = {"devices_sighting": "external_id", "devices_identifier": "key"}[table]
    run(f"CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$")
    row = f"FOR EACH ROW WHEN (NEW.{column} = '{SLOW}')"
    run(f"CREATE TRIGGER planted BEFORE INSERT ON {table} {row} EXECUTE FUNCTION planted()")


def mend() -> None:
    run("DROP FUNCTION IF EXISTS planted() CASCADE")


@pytest.fixture(autouse=True)
def _mended() -> Iterator[None]:
    yield
    mend()


def run(sql: str) -> None:
    with owner_rights() as cursor:
        cursor.execute(sql)


def sleeping() -> list[int]:
    """Process ids of the sessions that are inside the pause."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction would see the same sessions for ever
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'")
        return [pid for (pid,) in cursor.fetchall()]


def sync(asked: SyncRun, raised: list[BaseException]) -> None:
    try:
        Engine(Lists()).advance(asked.pk)
    except BaseException as error:
        raised.append(error)


def nothing_is_half_stored(asked: SyncRun) -> None:
    asked.refresh_from_db()
    assert (asked.state, asked.cursor, asked.records, asked.quarantined) == (JobState.RUNNING, {"page": 1}, len(PAGES[0]), 0)
    assert set(Sighting.objects.values_list("external_id", flat=True)) == set(PAGES[0])
    assert not Quarantine.objects.exists()


def it_completes(asked: SyncRun) -> None:
    """As soon as the lease of the worker that was cut off is over."""
    later = jobs.database_clock() + timedelta(minutes=5)
    Engine(Lists(), clock=lambda: later).advance(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.records, asked.created, asked.quarantined) == (JobState.DONE, 24, 24, 0)
    assert set(Sighting.objects.values_list("external_id", flat=True)) == {*PAGES[0], *PAGES[1]}
    assert not Quarantine.objects.exists()


@pytest.mark.parametrize("table", ["devices_sighting", "devices_identifier"])
@pytest.mark.parametrize("how", ["pg_terminate_backend", "pg_cancel_backend"])
def test_the_session_is_ended_or_its_statement_cancelled(how: str, table: str) -> None:
    plant(PAUSE, table=table)
    asked = making.run(making.account())
    raised: list[BaseException] = []
    thread = start(lambda: sync(asked, raised))
    until(lambda: bool(sleeping()))
    run(f"SELECT {how}({sleeping()[0]})")
    thread.join(20)
    assert [type(error) for error in raised] in ([OperationalError], [InterfaceError])
    nothing_is_half_stored(asked)
    mend()
    it_completes(asked)


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout"])
def test_a_page_that_takes_too_long(setting: str) -> None:
    """The limits of a step, made short: a statement that sleeps, and one that waits for a table that another session holds."""
    asked = making.run(making.account())

    class Hurried(Lists):
        def keep(self, run: SyncRun, page: DevicePage, *rest: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL {setting} = '500ms'")
            super().keep(run, page, *rest)

    with owner_session() as other:
        if setting == "lock_timeout":
            other.execute("LOCK TABLE devices_issue IN ACCESS EXCLUSIVE MODE")
        else:
            plant(PAUSE)
        with pytest.raises(OperationalError, match=setting.replace("_", " ")):
            Engine(Hurried()).advance(asked.pk)
        other.rollback()
    assert not Quarantine.objects.exists()
    mend()
    it_completes(asked)


def test_the_time_limit_of_the_worker() -> None:
    """As Celery says it: a signal whose handler raises, here in the middle of a statement."""
    plant(PAUSE)
    asked = making.run(making.account())

    def limit(*_: Any) -> None:
        raise SoftTimeLimitExceeded

    def strike() -> None:
        until(lambda: bool(sleeping()))
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, limit)
    try:
        thread = start(strike)
        with pytest.raises(SoftTimeLimitExceeded):
            Engine(Lists()).advance(asked.pk)
        thread.join(20)
    finally:
        signal.signal(signal.SIGUSR1, before)
    for pid in sleeping():
        run(f"SELECT pg_terminate_backend({pid})")
    nothing_is_half_stored(asked)
    mend()
    it_completes(asked)


def test_a_worker_that_slept_through_its_lease() -> None:
    """Another one took the run over: what the first one brings is dropped as a whole."""
    asked = making.run(making.account())

    class Slept(Lists):
        def step(self, run: SyncRun) -> DevicePage:
            page = super().step(run)
            if run.cursor:
                SyncRun.objects.filter(pk=run.pk).update(fence=run.fence + 1)
            return page

    Engine(Slept()).advance(asked.pk)
    nothing_is_half_stored(asked)
    mend()
    it_completes(asked)


def test_a_deadlock() -> None:
    plant(CIRCLE)
    asked = making.run(making.account())
    raised: list[BaseException] = []
    with transaction.atomic():
        run("SELECT pg_advisory_xact_lock(1)")
        run("SET LOCAL deadlock_timeout = '1h'")
        run("SET LOCAL lock_timeout = '1min'")
        thread = start(lambda: sync(asked, raised))
        until(lambda: bool(sleeping()))
        lock_devices()
    thread.join(20)
    assert [type(error) for error in raised] == [OperationalError]
    assert "deadlock detected" in str(raised[0])
    nothing_is_half_stored(asked)
    mend()
    it_completes(asked)
