"""What people see when the machinery breaks: real workers, killed; a real vendor, failing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from devices.jobs import heartbeat
from devices.models import Account, Device, User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.processes import Processes, wait_for
from tests.faults.runs import story


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=20, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


def pages() -> list[str]:
    pk = Device.objects.order_by("pk").values_list("pk", flat=True)[0]
    names = ("dashboard", "list", "coverage", "accounts")
    return [reverse(f"devices:{name}") for name in names] + [reverse("devices:detail", args=[pk]), reverse("devices:lookup") + "?q=nobody"]


@pytest.mark.fault("F36")
@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_killed_workers_and_a_failing_vendor_show_everywhere_within_an_interval(
    sim: Simulation, processes: Processes, client: Client, alice: User
) -> None:
    client.force_login(alice)
    account = account_at(sim.url, "eset")
    worker = processes.worker()
    processes.beat()
    wait_for(lambda: Account.objects.get().complete_at is not None, seconds=60, why=lambda: story(processes))
    assert all("so nothing is synced" not in client.get(page).text for page in pages())
    held = Device.objects.count()

    sim.fault("eset:503")
    Account.objects.filter(pk=account.pk).update(full_every=1)
    wait_for(lambda: all("Data as of" in client.get(page).text for page in pages()), seconds=90)
    assert Device.objects.count() == held > 0

    processes.kill(worker)
    limit = heartbeat.LATE_SECONDS + 10
    wait_for(lambda: all("so nothing is synced" in client.get(page).text for page in pages()), seconds=limit)
    assert Device.objects.count() == held
