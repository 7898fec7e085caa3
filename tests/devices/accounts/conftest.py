"""Fixtures of the account form: simulated vendors, a worker that has reported, and an administrator's browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from devices.jobs import heartbeat
from devices.models import User
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices.account_pages import signed_in


@pytest.fixture(scope="module")
def simulation() -> Iterator[Simulation]:
    with running(devices=5, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as simulation:
        yield simulation


@pytest.fixture
def sim(simulation: Simulation) -> Iterator[Simulation]:
    yield simulation
    simulation.clear_faults()


@pytest.fixture
def worker() -> None:
    heartbeat.beat()


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)
