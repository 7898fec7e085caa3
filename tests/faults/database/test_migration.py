"""The schema of a next version comes while web and workers of this one run: no answer is an error, and no sync ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from devices.models import Account, JobState, SyncRun, User
from devices.models.job import ACTIVE
from local.data_dir import PROJECT
from sandbox.server import running
from tests.devices import rows as shown
from tests.devices.runs import account_at
from tests.faults.database.load import load
from tests.faults.database.next_version import NEWEST
from tests.faults.processes import Processes, settings_url, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_every_device_once, steps, story
from tests.faults.serving import Server, serving
from tests.owner import owner_session

pytestmark = [pytest.mark.faults, pytest.mark.fault("F41"), pytest.mark.django_db(transaction=True)]
AGAIN = 20  # tries: under a sync a table is free between two pages
LONG_TRANSACTION = "A table is used by a long transaction: run migrate again."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"]) as server:
        yield server


def migrate(*target: str) -> subprocess.CompletedProcess[str]:
    owner = os.environ["ROLLCALL_OWNER_DATABASE_URL"].replace("/rollcall?", f"/{connection.settings_dict['NAME']}?")
    environment = os.environ | {
        "DATABASE_URL": settings_url(),
        "ROLLCALL_OWNER_DATABASE_URL": owner,
        "DJANGO_SETTINGS_MODULE": "tests.faults.database.next_settings",
    }
    command = [sys.executable, "manage.py", "migrate", *target]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False, capture_output=True, text=True, timeout=120)


def migrated(*target: str) -> int:
    """Repeat it until it is done, as its message says; returns the number of tries."""
    for number in range(1, AGAIN + 1):
        answer = migrate(*target)
        if answer.returncode == 0:
            return number
        assert LONG_TRANSACTION in answer.stderr, answer.stderr[-2000:]
    raise AssertionError(f"not migrated in {AGAIN} tries")


@pytest.fixture
def former_schema() -> Iterator[None]:
    yield
    migrated("devices", NEWEST)


@pytest.mark.usefixtures("former_schema")
def test_the_next_schema_comes_under_load(server: Server, processes: Processes, alice: User, measured: Measured) -> None:
    shown.sighting(shown.account("old", "opswat"), "nb-berlin-01")
    with running(devices=1_000, frozen=True) as sim, load(server, alice, ["/devices/", "/", "/d/?q=berlin", "/issues/"]) as users:
        sim.fault("eset:slow=0.5~/v1/devices")
        account = account_at(sim.url, "eset")
        Account.objects.filter(pk=account.pk).update(full_every=1)  # one sync after the other
        processes.beat()
        processes.worker()
        with owner_session() as long:
            long.execute("SELECT FROM devices_device LIMIT 1")
            refused = migrate()
            assert refused.returncode == 1 and LONG_TRANSACTION in refused.stderr and "Traceback" not in refused.stderr
        wait_for(lambda: steps(account) >= 1, seconds=60, why=lambda: story(processes))
        tries = migrated()
        newest = SyncRun.objects.latest("pk").pk
        wait_for(
            lambda: SyncRun.objects.filter(pk__gt=newest, state=JobState.DONE).exists(), seconds=120, why=lambda: story(processes)
        )  # all of it on the newer schema
        assert set(SyncRun.objects.exclude(state__in=ACTIVE).values_list("state", "error")) == {(JobState.DONE, "")}
        assert_every_device_once(sim, account)
    measured("answers other than 200", len(users.answers) - users.count(200), at_most=0, unit="answers")
    measured("slowest page", users.slowest(), at_most=5)
    measured("tries of migrate during a sync", tries, at_most=AGAIN, unit="tries")
