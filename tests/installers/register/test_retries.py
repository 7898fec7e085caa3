"""Retries of a failed installer sync."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from installers.models import Stocktake
from installers.register import scheduling as stocktakes
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.jobs.retries import strike
from tests.devices.runs import account_at
from tests.installers.orders_followed import Hand as InstallerHand

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.mark.parametrize("fault", ["302", "403-html", "404"])
def test_one_odd_answer_to_the_list_of_installers_heals(sim: Simulation, fault: str) -> None:
    account, hand = account_at(sim.url, "eset"), InstallerHand(sim)
    strike(sim, "eset", fault, "/v1/installers", times=1)
    assert hand.take_stock(account).failures == 1
    assert stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now + timedelta(minutes=4)) == []
    hand.go(301)
    assert len(stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now)) == 1
    assert hand.take_stock(account).failures == 0 and Stocktake.objects.get().error == ""
    assert stocktakes.schedule_installer_syncs(stocktakes.offering(), hand.now + timedelta(minutes=30)) == []
