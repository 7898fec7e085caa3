"""Installers with real workers that are killed, stopped and woken twice: the vendor makes at most one per click, and no row stays in doubt."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from django.db import connection, transaction

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from installers import tasks
from installers.models import UNDECIDED, Installer, Standing
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.installers.orders_followed import account, created, order

pytestmark = [pytest.mark.fault("F34"), pytest.mark.django_db(transaction=True)]
MAKE = "~/v1/installers"
SETTLE = 8
DECIDED_WITHIN = 60  # seconds: a lease, the settling time, and a slow machine


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=5, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def workers(processes: Processes) -> Processes:
    processes.environment["ROLLCALL_INSTALLER_SETTLE_SECONDS"] = str(SETTLE)
    return processes


def posts(sim: Simulation) -> int:
    return len([call for call in sim.calls(path="/v1/installers") if call.method == "POST"])


def phase(installer: Installer) -> str:
    cursor = Installer.objects.values_list("cursor", flat=True).get(pk=installer.pk) or {}
    return str(cursor.get("phase"))


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])


def story(workers: Processes) -> str:
    return f"{list(Installer.objects.values('standing', 'state', 'cursor', 'error', 'remark', 'next_step_at'))}\n{workers.logs()[-3000:]}"


def decided(installer: Installer, workers: Processes) -> Installer:
    wait_for(
        lambda: not Installer.objects.filter(pk=installer.pk, standing__in=UNDECIDED).exists(),
        seconds=DECIDED_WITHIN,
        why=lambda: story(workers),
    )
    return Installer.objects.get(pk=installer.pk)


class Moment:
    """`fault` makes the moment long enough, `reached` tells when it is there, `end` is what the order becomes."""

    def __init__(self, fault: str, reached: Callable[[Simulation, Installer], bool], end: Standing, *, locked: bool = False) -> None:
        self.fault, self.reached, self.end, self.locked = fault, reached, end, locked


MOMENTS = {
    "signing in": Moment("slow=30@1~/oauth/token", lambda sim, _: bool(sim.calls(path="/oauth/token")), Standing.FAILED),
    "on its way": Moment(f"stall=30@1{MAKE}", lambda sim, _: posts(sim) == 1, Standing.FAILED),
    "made": Moment(f"slow=30@1{MAKE}", lambda sim, _: created(sim) == 1, Standing.READY),
    "being prepared": Moment(f"202=3@1{MAKE}", lambda _, row: phase(row) == "poll", Standing.READY),
    "looking": Moment(f"after=500@1{MAKE}", lambda sim, row: phase(row) == "look", Standing.READY),
    "being written": Moment(f"slow=2@1{MAKE}", lambda sim, _: created(sim) == 1, Standing.READY, locked=True),
}
FAST = ("made",)


@pytest.mark.parametrize("name", [pytest.param(name, marks=() if name in FAST else pytest.mark.faults) for name in MOMENTS])
def test_a_worker_killed_while_it_is(name: str, sim: Simulation, workers: Processes, measured: Measured) -> None:
    moment = MOMENTS[name]
    sim.fault(f"eset:{moment.fault}")
    installer = order(account(sim))
    workers.beat()
    worker = workers.worker()
    wait_for(lambda: moment.reached(sim, installer), seconds=40, why=lambda: story(workers))
    with transaction.atomic() if moment.locked else nullcontext():
        if moment.locked:
            Installer.objects.select_for_update().get(pk=installer.pk)
            wait_for(somebody_waits_for_a_lock, seconds=20, why=lambda: story(workers))
        workers.kill(worker)
    sim.clear_faults()
    workers.worker()
    assert decided(installer, workers).standing == moment.end, story(workers)
    measured("installers made of one order", created(sim), at_most=1, unit="installers")
    assert created(sim) == (1 if moment.end == Standing.READY else 0)


@pytest.mark.faults
def test_a_worker_that_slept_through_its_lease_writes_nothing(sim: Simulation, workers: Processes) -> None:
    sim.fault(f"eset:slow=2@1{MAKE}")
    installer = order(account(sim))
    workers.beat()
    sleeper = workers.worker()
    wait_for(lambda: created(sim) == 1, seconds=40, why=lambda: story(workers))
    os.killpg(sleeper.pid, signal.SIGSTOP)
    workers.worker()
    ready = decided(installer, workers)
    os.killpg(sleeper.pid, signal.SIGCONT)
    wait_for(lambda: "owned by another worker" in workers.logs(), seconds=30, why=lambda: story(workers))
    again = Installer.objects.get()
    assert (again.standing, again.fence, created(sim)) == (Standing.READY, ready.fence, 1)


def test_ten_orders_each_announced_to_two_workers_many_times(sim: Simulation, workers: Processes) -> None:
    at = account(sim)
    workers.worker()
    workers.worker()
    orders = [order(at) for _ in range(10)]
    for _ in range(5):
        for each in orders:
            tasks.step.apply_async((each.pk,), queue="interactive")
    workers.beat()
    for each in orders:
        assert decided(each, workers).standing == Standing.READY, story(workers)
    assert sim.eset.installers.tally()["names"] == {each.name: 1 for each in orders}
