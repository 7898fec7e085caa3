"""Sixty clicks of one helpdesk user, with the real web process, worker and beat: at most ten calls reach the vendors."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.models import Account, Device, JobState, SyncRun, User
from devices.models.job import ACTIVE
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at, sync
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.serving import Browser, serving

CLICKS = 60
LIMIT = "The limit of vendor requests per user is reached."


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=70, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def accounts(sim: Simulation) -> list[Account]:
    """All three vendors, synced; nothing is due by schedule while users click."""
    made = [account_at(sim.url, vendor) for vendor in ("eset", "opswat", "five9s")]
    for account in made:
        assert sync(account).state == JobState.DONE
        Account.objects.filter(pk=account.pk).update(full_every=0, changes_every=0)
    return made


def vendor_calls(sim: Simulation, since: int) -> list[str]:
    """Those about devices: beat also reads patches and installers meanwhile."""
    return [call.path for call in sim.calls()[since:] if not any(part in call.path for part in ("token", "patch-management", "installers"))]


def refresh(browser: Browser, devices: list[int], number: int) -> str:
    return browser.post(f"/devices/{devices[number % len(devices)]}/ask/", fragment=True).text


def look_up(browser: Browser, devices: list[int], number: int) -> str:
    """Live, at the vendor that answers about names."""
    return browser.post("/d/ask/", fragment=True, account="five9s-demo", q=f"no-such-pc-{number}").text


@pytest.fixture
def browser(accounts: list[Account], processes: Processes, tmp_path: Path, bob: User) -> Iterator[Browser]:
    """Of a helpdesk user."""
    processes.worker()
    processes.beat()
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"]) as server, server.browser() as browser:
        assert browser.sign_in(bob).status_code == 302
        assert browser.get("/devices/").status_code == 200
        yield browser


@pytest.mark.fault("F26")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_sixty_clicks_of_the_helpdesk_make_at_most_ten_vendor_calls(sim: Simulation, browser: Browser, measured: Measured) -> None:
    """Two of three are refreshes, the others live lookups, which this role may not do: they reach no vendor at all."""
    devices = on_all_accounts()[:CLICKS]
    sim.options.job_seconds = 20
    known, since = SyncRun.objects.latest("pk").pk, len(sim.calls())
    answers = [(look_up if number % 3 == 2 else refresh)(browser, devices, number) for number in range(CLICKS)]
    named = SyncRun.objects.filter(pk__gt=known)
    wait_for(lambda: not named.filter(state__in=ACTIVE).exists(), seconds=90)
    assert LIMIT not in answers[0] and LIMIT in answers[-2]
    assert set(named.values_list("kind", "state")) == {("named", JobState.DONE)}
    assert set(named.values_list("account__vendor", flat=True)) == {"eset", "five9s"}, "OPSWAT has no call for one device"
    calls = vendor_calls(sim, since)
    assert calls
    measured(f"vendor calls of {CLICKS} clicks", len(calls), at_most=10, unit="calls")


def on_all_accounts() -> list[int]:
    """Devices, those that most accounts list first."""
    found = Counter(Device.objects.filter(sightings__isnull=False).values_list("pk", flat=True))
    return [pk for pk, _times in found.most_common()]
