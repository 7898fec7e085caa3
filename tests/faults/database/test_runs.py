"""PostgreSQL is restarted, or dies, in the middle of a run: the run goes on, and nothing is half applied."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError, connection

from devices.accounts.services import refresh_account
from devices.models import Account, Quarantine
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults import services
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, half_applied, latest, story, wait_until_all_ended
from tests.owner import owner_rights

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TIMES = 2
WITHIN = 60 - 39  # seconds: a lease is 6 s here, and 39 s longer by default


def killed() -> None:
    services.kill("postgres")


ENDINGS = [pytest.param(services.stop_fast, marks=pytest.mark.fault("F12")), pytest.param(killed, marks=pytest.mark.fault("F13"))]


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Pages that are long in coming: the blow falls into a call or into the writing of a page."""
    with running(devices=3_000, frozen=True, options=SandboxOptions(job_seconds=1)) as simulation:
        simulation.fault("eset:slow=0.3~/v1/devices")
        simulation.fault("five9s:slow=0.3~GetJobData")
        yield simulation


@pytest.mark.parametrize("ended", ENDINGS)
def test_a_run_goes_on_after_the_database_was_away(
    sim: Simulation, processes: Processes, measured: Measured, ended: Callable[[], None]
) -> None:
    accounts = [account_at(sim.url, vendor) for vendor in ("eset", "five9s")]
    for account in accounts:
        refresh_account(account)
    processes.beat()
    processes.worker()
    seen = places(accounts)
    for blow in range(TIMES):
        wait_for(moved_on(accounts, seen), seconds=60, why=lambda: story(processes))
        seen, struck_at = places(accounts), time.monotonic()
        ended()
        services.start_postgres()
        assert half_applied() == [], f"after blow {blow + 1}"
        wait_for(moved_on(accounts, seen), seconds=60, why=lambda: story(processes))
        measured("every sync continued", time.monotonic() - struck_at, at_most=WITHIN)
        seen = places(accounts)
    wait_until_all_ended(processes, seconds=120)
    for account in accounts:
        assert_complete(sim, account)
    assert not Quarantine.objects.exists()


def places(accounts: list[Account]) -> list[tuple[int, bool]]:
    """Of each account's sync: how many steps are stored, and whether it is under way."""
    runs = [latest(account) for account in accounts]
    return [(run.steps, run.active) if run else (0, True) for run in runs]


def moved_on(accounts: list[Account], seen: list[tuple[int, bool]]) -> Callable[[], bool]:
    """Whether every sync has stored a step since, or had ended."""

    def check() -> bool:
        try:
            now = places(accounts)
        except OperationalError:
            connection.close()
            return False
        return all(place != before or not before[1] for place, before in zip(now, seen, strict=True))

    return check


@pytest.mark.parametrize("ended", ENDINGS)
def test_no_record_is_blamed_for_a_database_that_ends_while_it_is_stored(
    sim: Simulation, processes: Processes, ended: Callable[[], None]
) -> None:
    """Storing one record sleeps, and the server goes away under it."""
    account = account_at(sim.url, "eset")
    record = sorted(str(name) for name in sim.fleet.ids("eset"))[-1]
    execute("CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(50); RETURN NEW; END $$")
    row = f"FOR EACH ROW WHEN (NEW.external_id = '{record}')"
    execute(f"CREATE TRIGGER planted BEFORE INSERT ON devices_sighting {row} EXECUTE FUNCTION planted()")
    try:
        refresh_account(account)
        processes.beat()
        processes.worker()
        wait_for(a_record_sleeps, seconds=60, why=lambda: story(processes))
        before = places([account])
        ended()
        services.start_postgres()
        assert (places([account])[0][0], half_applied(), Quarantine.objects.exists()) == (before[0][0], [], False)
    finally:
        services.start_postgres()
        execute("DROP FUNCTION planted() CASCADE")
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)
    assert not Quarantine.objects.exists()


def execute(sql: str) -> None:
    with owner_rights() as cursor:
        cursor.execute(sql)


def a_record_sleeps() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')")
        return bool(cursor.fetchone()[0])
