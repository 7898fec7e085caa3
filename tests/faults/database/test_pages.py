"""PostgreSQL restarted, killed or down under the requests of users: 503 with a text, never 500, and no vendor is called without it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.models import Device, User
from sandbox.server import Simulation, running
from tests.devices import rows as shown
from tests.devices.runs import account_at
from tests.faults import services
from tests.faults.database.load import Load, load
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, steps, story, wait_until_all_ended
from tests.faults.serving import Server, serving

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
NORMAL = 10  # answers of every page before and after
TRIES = 4  # periodic tasks that must have failed while the database is down


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"]) as server:
        yield server


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Some pages, each long in coming; fewer than the rate limit of a minute."""
    with running(devices=300, frozen=True) as simulation:
        simulation.fault("opswat:slow=0.5")
        yield simulation


@pytest.fixture
def paths() -> list[str]:
    shown.small_fleet()
    device = Device.objects.get(name="nb-berlin-01")
    return ["/devices/", "/", f"/devices/{device.pk}/", "/d/?q=berlin"]


def go_on(users: Load) -> None:
    """Until so many answers of every page have come, one after the other, without an error."""
    began, pages = time.monotonic(), {each.path for each in users.answers}

    def well() -> bool:
        after = users.since(began)
        return all(sum(each.path == page and each.status == 200 for each in after) >= NORMAL for page in pages)

    wait_for(well, seconds=60, why=lambda: str(users))


@pytest.mark.fault("F12")
def test_a_restart_under_load(server: Server, alice: User, paths: list[str], measured: Measured) -> None:
    with load(server, alice, paths) as users:
        go_on(users)
        services.stop_fast()
        services.start_postgres()
        go_on(users)
    assert users.count(200) + users.count(503) == len(users.answers), users
    measured("answers 500", users.count(500), at_most=0, unit="answers")
    measured("time with answers 503", users.unavailable_seconds(), at_most=2)


@pytest.mark.fault("F13")
def test_a_crash_under_load(server: Server, alice: User, paths: list[str], measured: Measured) -> None:
    """kill -9, and a server that first recovers from its log."""
    with load(server, alice, paths) as users:
        go_on(users)
        killed_at = time.monotonic()
        services.kill("postgres")
        services.start_postgres()
        go_on(users)
    assert users.count(200) + users.count(503) == len(users.answers), users
    last = max((each.at for each in users.answers if each.status == 503), default=killed_at)
    measured("answers 500", users.count(500), at_most=0, unit="answers")
    measured("recovered", last - killed_at, at_most=60)


@pytest.mark.fault("F14")
def test_no_vendor_is_called_while_it_is_down(
    server: Server, sim: Simulation, processes: Processes, alice: User, measured: Measured
) -> None:
    """Counted at the vendors, from the first periodic task that failed. The pages say it; afterwards the sync completes."""
    account = account_at(sim.url, "opswat")
    processes.beat()
    processes.worker()
    wait_for(lambda: steps(account) >= 2, seconds=60, why=lambda: story(processes))
    with server.browser() as browser:
        assert browser.sign_in(alice).status_code == 302
        services.stop_fast()
        try:
            failed(processes, more=1)
            before = len(sim.calls())
            failed(processes, more=TRIES)
            measured("vendor calls while it is down", len(sim.calls()) - before, at_most=0, unit="calls")
            answer = browser.get("/devices/")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "Database not reachable" in answer.text and "Try again in a minute." in answer.text
        finally:
            services.start_postgres()
        assert browser.get("/devices/").status_code == 200
    wait_until_all_ended(processes, seconds=120)
    assert_complete(sim, account)


def failed(processes: Processes, *, more: int) -> None:
    """Wait for further failures of the task that announces due jobs: workers are alive, try, and give up."""
    before = failures(processes)
    wait_for(lambda: failures(processes) >= before + more, seconds=60, why=processes.logs)


def failures(processes: Processes) -> int:
    """Failures of periodic tasks so far."""
    return processes.logs().count("django.db.utils.OperationalError")
