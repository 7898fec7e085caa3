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


NO_WORKER, OLD_DATA = "so nothing is synced", "Data as of"
ON_ACCOUNTS = 'data-account-status="failing"'  # instead of OLD_DATA: that list has the age in a column


def lacking(client: Client, words: str) -> list[str]:
    """The pages that do not say so."""
    accounts = reverse("devices:accounts")
    said = {page: ON_ACCOUNTS if (page, words) == (accounts, OLD_DATA) else words for page in pages()}
    return [page for page in pages() if said[page] not in client.get(page).text]


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
    assert lacking(client, NO_WORKER) == pages()
    held = Device.objects.count()

    sim.fault("eset:503")
    Account.objects.filter(pk=account.pk).update(full_every=1)
    wait_for(lambda: not lacking(client, OLD_DATA), seconds=90, why=lambda: str(lacking(client, OLD_DATA)))
    assert Device.objects.count() == held > 0

    processes.kill(worker)
    limit = heartbeat.LATE_SECONDS + 10
    wait_for(lambda: not lacking(client, NO_WORKER), seconds=limit, why=lambda: str(lacking(client, NO_WORKER)))
    assert Device.objects.count() == held
