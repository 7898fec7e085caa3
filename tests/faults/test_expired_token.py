"""A token that expires under eight workers at once: one of them exchanges it, and no page fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from devices.connections.connection import connect
from devices.models import Account
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.faults.report import Measured
from vendors.base import DevicePage, Scope

WORKERS = 8


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=600, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.fault("F27")
@pytest.mark.django_db(transaction=True)
def test_eight_workers_see_401_together(sim: Simulation, measured: Measured) -> None:
    account = account_at(sim.url, "eset", calls_per_second="100")
    ready = threading.Barrier(WORKERS + 1, timeout=60)
    expired = threading.Barrier(WORKERS + 1, timeout=60)

    def walk(_number: int) -> list[DevicePage]:
        link = connect(Account.objects.get(pk=account.pk))
        try:
            first = link.reader.walk(Scope(), None)
            ready.wait()
            expired.wait()
            return [first, link.reader.walk(Scope(), first.cursor)]
        finally:
            link.gateway.close()
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        walks = [pool.submit(walk, number) for number in range(WORKERS)]
        ready.wait()
        signed_in = len(sim.calls(vendor="eset", path="/oauth/token"))
        sim.clock.forward(2 * sim.options.eset_token_seconds)
        expired.wait()
        pages = [walk.result() for walk in walks]
    assert signed_in == 1
    measured("renewals of the token", len(sim.calls(vendor="eset", path="/oauth/token")) - signed_in, at_most=1, unit="calls")
    refused = [call for call in sim.calls(vendor="eset", path="/v1/") if call.status == 401]
    assert len(refused) >= 2, "they did not see 401 together"
    assert all(page.entries or page.groups for each in pages for page in each)
    assert len({len(each[1].entries) for each in pages}) == 1
