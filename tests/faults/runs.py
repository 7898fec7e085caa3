"""What every fault test asks of runs: did they end, complete, with every device once?"""

from __future__ import annotations

from django.db import OperationalError, connection

from devices.models import Account, JobState, Sighting, SyncRun
from devices.models.job import ACTIVE
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for

VENDORS = ("five9s", "eset", "opswat")


def accounts_at(sim: Simulation) -> dict[str, Account]:
    return {vendor: account_at(sim.url, vendor) for vendor in VENDORS}


def latest(account: Account) -> SyncRun | None:
    return SyncRun.objects.filter(account=account).order_by("id").last()


def steps(account: Account) -> int:
    run = latest(account)
    return run.steps if run else 0


def all_ended() -> bool:
    """False, too, while the database does not answer."""
    try:
        return SyncRun.objects.exists() and not SyncRun.objects.filter(state__in=ACTIVE).exists()
    except OperationalError:
        connection.close()
        return False


def wait_until_all_ended(processes: Processes, *, seconds: float) -> None:
    wait_for(all_ended, seconds=seconds, why=lambda: story(processes))


def story(processes: Processes) -> str:
    columns = ("account__vendor", "state", "steps", "attempts", "lease_until", "next_step_at", "waiting_for", "error")
    return f"{list(SyncRun.objects.values(*columns))}\n{processes.logs()[-4000:]}"


def assert_complete(sim: Simulation, account: Account) -> None:
    """One run, complete, and every device of the vendor once."""
    run = SyncRun.objects.get(account=account)
    assert (run.state, run.error) == (JobState.DONE, ""), account.vendor
    assert_every_device_once(sim, account)
    assert run.created == Sighting.objects.filter(account=account).count()


def assert_every_device_once(sim: Simulation, account: Account) -> None:
    listed = [str(name) for name in sim.fleet.ids(account.vendor)]
    assert sorted(Sighting.objects.filter(account=account).values_list("external_id", flat=True)) == sorted(listed)


def half_applied() -> list[tuple[object, ...]]:
    """Runs of a first fetch whose count of new devices is not what is stored: read in one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT r.account_id, r.created, r.steps, count(s.id) FROM devices_syncrun r
               LEFT JOIN devices_sighting s ON s.account_id = r.account_id GROUP BY r.id HAVING r.created <> count(s.id)"""
        )
        return list(cursor.fetchall())


def assert_limits_kept(sim: Simulation) -> None:
    assert sim.busiest(60.0, vendor="opswat") <= 10
    assert sim.busiest(1.0, vendor="eset") <= 10
