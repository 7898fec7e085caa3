"""Base of the state machines: rules in any order against the real database, and what must hold after each of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import transaction
from hypothesis.stateful import RuleBasedStateMachine

from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.clock import Clock

T = TypeVar("T")
SECONDS = (1.0, 20.0, 60.0, 400.0, 4000.0)


class DatabaseMachine(RuleBasedStateMachine):
    """Each sequence of rules is one transaction that is rolled back: the steps of the product are savepoints in it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self._rolled_back = transaction.atomic()
        self._rolled_back.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._rolled_back.__exit__(None, None, None)


class VendorMachine(DatabaseMachine):
    """With simulated vendors of its own, so that a replayed sequence meets them as they were."""

    def __init__(self) -> None:
        super().__init__()
        self._vendors = running(devices=5, frozen=True, options=SandboxOptions(rate_limits=False, job_seconds=0))
        self.sim: Simulation = self._vendors.__enter__()

    def teardown(self) -> None:
        self._vendors.__exit__(None, None, None)
        super().teardown()


class Killed(BaseException):
    """The process ends here: no handler runs."""


def one_of(found: Sequence[T], number: int) -> T | None:
    """None where there is none."""
    return found[number % len(found)] if found else None
