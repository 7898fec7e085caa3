"""The state machines, in many sequences of rules: a few in `make test`, more with CASES (`make fuzz`)."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as profile
from hypothesis.stateful import run_state_machine_as_test
from pytest_django.fixtures import Settings

from tests.fuzz.machines.accounts import AccountMachine
from tests.fuzz.machines.base import DatabaseMachine
from tests.fuzz.machines.installers import InstallerMachine
from tests.fuzz.machines.jobs import JobMachine
from tests.fuzz.report import RecordProperty
from tests.fuzz.test_parsers import CASES, SEED

pytestmark = pytest.mark.django_db
FEWEST, PART = 8, 200  # sequences; of CASES, because each has dozens of rules
STEPS = 30
MACHINES: tuple[type[DatabaseMachine], ...] = (JobMachine, InstallerMachine, AccountMachine)


@pytest.fixture(autouse=True)
def _short_deadline(settings: Settings) -> None:
    """A vendor that does not answer is waited for in real time."""
    settings.VENDOR_DEADLINE_SECONDS = 1


@pytest.mark.parametrize("machine", MACHINES, ids=[each.__name__ for each in MACHINES])
def test_rules_in_any_order(machine: type[DatabaseMachine], record_property: RecordProperty) -> None:
    sequences = max(FEWEST, CASES // PART)
    begun = time.process_time()
    try:
        run_state_machine_as_test(
            seed(SEED)(machine),
            settings=profile(
                max_examples=sequences,
                stateful_step_count=STEPS,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        record_property("fuzzed", [machine.__name__, sequences, round(time.process_time() - begun, 1)])
