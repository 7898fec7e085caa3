from __future__ import annotations

from collections.abc import Iterator

import pytest

from devices.models import Account
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.runs import account_at
from tests.patching.runs import Hand


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def hand(sim: Simulation) -> Hand:
    return Hand(sim)


@pytest.fixture
def eset(db: None, sim: Simulation) -> Account:
    return account_at(sim.url, "eset")
