from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.installers.orders_followed import Hand


@pytest.fixture
def sim(settings: Settings) -> Iterator[Simulation]:
    settings.VENDOR_DEADLINE_SECONDS = 1
    with running(devices=5, frozen=True, options=SandboxOptions(rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def hand(sim: Simulation) -> Hand:
    return Hand(sim)
