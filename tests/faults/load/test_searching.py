"""Fifty helpdesk users search while all three vendors are synced: no error, fast answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from config.env import ROOT
from devices.models import Account, Device, JobState, SyncRun, User
from devices.web.roles import HELPDESK
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.load.process_tree import below, cpu_seconds, machine_seconds
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import story
from tests.faults.serving import serving
from tests.stack import STACK

USERS = 50
SECONDS = 18


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=2000, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


def session_keys() -> list[str]:
    """Of fifty users who have signed in."""
    keys = []
    for number in range(USERS):
        user = User.objects.create(username=f"helpdesk-{number}")
        user.groups.add(Group.objects.get(name=HELPDESK))
        client = Client()
        client.force_login(user)
        keys.append(client.cookies[settings.SESSION_COOKIE_NAME].value)
    return keys


def search(url: str) -> list[tuple[int, float]]:
    names = list(Device.objects.exclude(name="").order_by("pk").values_list("name", flat=True)[:400])
    users = list(Device.objects.exclude(user="").order_by("pk").values_list("user", flat=True)[:100])
    told = {"cookie": settings.SESSION_COOKIE_NAME, "keys": session_keys(), "terms": [*names, *users, "no-such-pc", "ber"]}
    command = [sys.executable, "-m", "tests.faults.load.searchers", url, str(SECONDS)]
    ended = subprocess.run(command, cwd=ROOT, input=json.dumps(told), capture_output=True, text=True, timeout=3 * SECONDS + 60, check=True)
    return [(status, milliseconds) for status, milliseconds in json.loads(ended.stdout)]


@pytest.mark.fault("F44")
@pytest.mark.faults
@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_fifty_users_search_during_syncs(sim: Simulation, processes: Processes, tmp_path: Path, measured: Measured) -> None:
    """Each searches every six seconds and reads the device that was found; syncs follow each other without a pause. The share of the machine that other programs used
    belongs to the figure: on a busy one it says little."""
    for vendor in ("eset", "opswat", "five9s"):
        account_at(sim.url, vendor)
    processes.beat()
    processes.worker()
    fast = Account.objects.exclude(vendor="opswat")  # whose own limit makes its first list take minutes
    wait_for(lambda: not fast.filter(complete_at=None).exists(), seconds=120, why=lambda: story(processes))
    Account.objects.update(full_every=1)
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"]) as server:
        ended = SyncRun.objects.filter(state=JobState.DONE).count()
        began, ours, machine = time.monotonic(), _ours(), machine_seconds()
        found = search(server.url)
        others = machine_seconds() - machine - (_ours() - ours)
        share = 100 * max(0.0, others) / (time.monotonic() - began) / (os.cpu_count() or 1)
        assert SyncRun.objects.filter(state=JobState.DONE).count() > ended, "nothing was synced meanwhile"
    times = sorted(milliseconds for _status, milliseconds in found)
    measured("share of the machine that other programs used", share, at_most=100, unit="%")
    measured("errors", sum(status != 200 for status, _milliseconds in found), at_most=0, unit="errors")
    measured(
        f"95th percentile of {len(times) // 100 * 100} searches of {USERS} users", times[len(times) * 95 // 100], at_most=300, unit="ms"
    )


def _ours() -> float:
    """CPU seconds of this test, its processes and its services."""
    pids = {pid for parent in (os.getpid(), *(child.pid for child in STACK.children if child.pid)) for pid in below(parent)}
    return cpu_seconds(sorted(pids))
