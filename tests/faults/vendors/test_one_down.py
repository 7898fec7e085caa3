"""One vendor is down and another one slow: the third stays current, and each account says its own state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from devices.account_status.status import statuses
from devices.models import Account, Health, JobState, Sighting, SyncRun
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import story

INTERVAL = 8  # seconds
SYNCS = 3


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=20, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.fault("F36")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_the_others_stay_current(sim: Simulation, processes: Processes, measured: Measured) -> None:
    """The goal for an age is the interval of the account and a minute, whatever the interval is."""
    eset, five9s = account_at(sim.url, "eset"), account_at(sim.url, "five9s")
    opswat = account_at(sim.url, "opswat", calls_per_minute="600")
    Account.objects.update(full_every=INTERVAL)
    processes.beat()
    processes.worker()
    wait_for(lambda: not Account.objects.filter(complete_at=None).exists(), seconds=60, why=lambda: story(processes))
    held = Sighting.objects.filter(account=eset).count()
    sim.fault("eset:503")
    sim.options.job_seconds = 2 * INTERVAL
    last = SyncRun.objects.latest("pk").pk
    later = SyncRun.objects.filter(pk__gt=last)
    ages = [0.0]

    def synced_again() -> bool:
        complete_at = Account.objects.values_list("complete_at", flat=True).get(pk=opswat.pk)
        ages.append((timezone.now() - complete_at).total_seconds() if complete_at else 0.0)
        failed = Account.objects.filter(pk=eset.pk, health=Health.FAILING).exists()
        slow = later.filter(account=five9s, state=JobState.DONE).exists()
        return failed and slow and later.filter(account=opswat, state=JobState.DONE).count() >= SYNCS

    wait_for(synced_again, seconds=120, why=lambda: story(processes))
    codes = {status.vendor: status.code.value for status in statuses(timezone.now())}
    assert codes == {"eset": "failing", "five9s": "healthy", "opswat": "healthy"}
    assert Sighting.objects.filter(account=eset).count() == held > 0
    measured(f"age of the data of a vendor that works, interval {INTERVAL} s", max(ages), at_most=INTERVAL + 60)
