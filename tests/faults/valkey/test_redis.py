"""Valkey killed, emptied, full or without its scripts in the middle of syncs: it costs delay, never a device and never a call too many."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from devices.accounts.services import refresh_account
from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from devices.models import Account, SyncRun, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import accounts_at, assert_complete, assert_limits_kept, steps, story, wait_until_all_ended
from tests.faults.services import kill, start_valkey
from tests.faults.serving import serving

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

KILLS = 10
AWAY_SECONDS = 5.0


class Kept:
    """Beat and a worker under a process manager: what ended is started again, and counted."""

    def __init__(self, processes: Processes) -> None:
        self._start: dict[str, Callable[[], subprocess.Popen[bytes]]] = {"beat": processes.beat, "worker": processes.worker}
        self._running = {name: start() for name, start in self._start.items()}
        self.ended = 0

    def keep(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                self.ended += 1
                self._running[name] = self._start[name]()


def seconds_until(what: Callable[[], object], processes: Processes, *, within: float = 60) -> float:
    started = time.monotonic()
    wait_for(lambda: bool(what()), seconds=within, why=lambda: story(processes))
    return time.monotonic() - started


def forget_beat() -> None:
    worker_client().delete("rollcall:beat")
    heartbeat.forget()


def wait_for_steps(account: Account, number: int, processes: Processes) -> None:
    wait_for(lambda: steps(account) >= number, seconds=200, why=lambda: story(processes))


@pytest.mark.fault("F7")
def test_valkey_is_killed_ten_times(sim: Simulation, processes: Processes, measured: Measured) -> None:
    """Each time beat and worker go on by themselves, or end and are started again; it is away for some seconds, or comes back at once."""
    accounts = accounts_at(sim)
    kept = Kept(processes)

    def beats() -> bool:
        kept.keep()
        return heartbeat.age() is not None

    slowest = 0.0
    seconds_until(beats, processes)
    for number in range(KILLS):
        kill("valkey")
        killed = time.monotonic()
        wait_for(lambda: number % 3 > 0 or time.monotonic() - killed >= AWAY_SECONDS, seconds=30)  # noqa: B023
        start_valkey()
        forget_beat()
        slowest = max(slowest, seconds_until(beats, processes))
    wait_until_all_ended(processes, seconds=300)
    for account in accounts.values():
        assert_complete(sim, account)
    assert_limits_kept(sim)
    measured("beat and worker work again after Valkey is back", slowest, at_most=15)
    measured("processes that ended and were started again", kept.ended, at_most=2, unit="of 20")


@pytest.mark.fault("F8")
def test_valkey_is_emptied_in_the_middle_of_syncs(sim: Simulation, processes: Processes, measured: Measured) -> None:
    accounts = accounts_at(sim)
    processes.beat()
    processes.worker()
    for number in (2, 4):
        wait_for_steps(accounts["eset"], number, processes)
        run = refresh_account(account_at(sim.url, "five9s", name=f"due-{number}"))
        worker_client().flushall()
        seconds = seconds_until(lambda: SyncRun.objects.get(pk=run.pk).fence > 0, processes)  # noqa: B023
        measured("job announced again", seconds, at_most=5)
    wait_until_all_ended(processes, seconds=300)
    for account in accounts.values():
        assert_complete(sim, account)
    assert_limits_kept(sim)


@pytest.mark.fault("F10")
def test_valkey_is_full_in_the_middle_of_syncs(processes: Processes, alice: User, tmp_path: Path, measured: Measured) -> None:
    with (
        running(devices=100, frozen=True, options=SandboxOptions(job_seconds=6)) as sim,
        serving(tmp_path, redis_url=settings.REDIS_URL) as server,
        server.browser() as browser,
    ):
        accounts = [account_at(sim.url, vendor) for vendor in ("eset", "five9s")]
        processes.beat()
        worker = processes.worker()
        wait_for_steps(accounts[1], 1, processes)
        account_at(sim.url, "five9s", name="clicked")
        worker_client().config_set("maxmemory", "1")
        try:
            assert browser.sign_in(alice).status_code == 302
            health = browser.get("/healthz")
            assert (health.status_code, health.json()["broker"]) == (503, "refuses writes")
            alert = seconds_until(lambda: "No worker has reported for" in browser.get("/devices/").text, processes)
            assert browser.post("/vendors/clicked/refresh/", what="everything").status_code == 302
        finally:
            worker_client().config_set("maxmemory", "0")
        well = seconds_until(lambda: browser.get("/healthz").status_code == 200, processes)
        wait_until_all_ended(processes, seconds=120)
        for account in [*accounts, Account.objects.get(name="clicked")]:
            assert_complete(sim, account)
    assert worker.poll() is None, processes.logs()
    measured("alert shown on every page", alert, at_most=heartbeat.LATE_SECONDS + 5)
    measured("well after there is room again", well, at_most=15)


@pytest.mark.fault("F11")
def test_valkey_loses_its_scripts_all_the_time(processes: Processes, measured: Measured) -> None:
    with running(devices=100, frozen=True) as sim:
        account = account_at(sim.url, "eset")
        processes.beat()
        processes.worker()

        def done_without_scripts() -> bool:
            worker_client().script_flush()
            return SyncRun.objects.filter(account=account, state="done").exists()

        wait_for(done_without_scripts, seconds=60, why=lambda: story(processes))
        assert_complete(sim, account)
        assert "Traceback" not in processes.logs(), processes.logs()
        measured("calls of ESET within a second", sim.busiest(1.0, vendor="eset"), at_most=10, unit="calls")
