"""PostgreSQL is restarted, or dies, in the middle of a run: the run goes on, and nothing is half applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from devices.accounts.services import refresh_account
from devices.models import Quarantine
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults import services
from tests.faults.processes import Processes, wait_for
from tests.faults.runs import assert_complete, half_applied, steps, story, wait_until_all_ended
from tests.owner import owner_rights

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
TIMES = 3


def killed() -> None:
    services.kill("postgres")


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Pages of a thousand, each long in coming: the blow falls into a call or into the writing of a page."""
    with running(devices=12_000, frozen=True, options=SandboxOptions(job_seconds=3)) as simulation:
        simulation.fault("eset:slow=0.3~/v1/devices")
        simulation.fault("five9s:slow=0.3~GetJobData")
        yield simulation


@pytest.mark.parametrize("ended", [services.stop_fast, killed])
def test_a_run_goes_on_after_the_database_was_away(sim: Simulation, processes: Processes, ended: Callable[[], None]) -> None:
    accounts = [account_at(sim.url, vendor) for vendor in ("eset", "five9s")]
    for account in accounts:
        refresh_account(account)
    processes.beat()
    processes.worker()
    for blow in range(TIMES):
        before = max(steps(account) for account in accounts)
        wait_for(
            lambda before=before: any(steps(account) > before for account in accounts),  # type: ignore[misc]
            seconds=60,
            why=lambda: story(processes),
        )
        ended()
        services.start_postgres()
        assert half_applied() == [], f"after blow {blow + 1}"
    wait_until_all_ended(processes, seconds=120)
    for account in accounts:
        assert_complete(sim, account)
    assert not Quarantine.objects.exists()


@pytest.mark.parametrize("ended", [services.stop_fast, killed])
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
        wait_for(somebody_sleeps, seconds=60, why=lambda: story(processes))
        before = steps(account)
        ended()
        services.start_postgres()
        assert (steps(account), half_applied(), Quarantine.objects.exists()) == (before, [], False)
    finally:
        execute("DROP FUNCTION planted() CASCADE")
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)
    assert not Quarantine.objects.exists()


def execute(sql: str) -> None:
    with owner_rights() as cursor:
        cursor.execute(sql)


def somebody_sleeps() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep')")
        return bool(cursor.fetchone()[0])
