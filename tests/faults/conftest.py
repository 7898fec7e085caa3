from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.faults.runs")

from sandbox.server import Simulation, running  # noqa: E402
from sandbox.world import SandboxOptions  # noqa: E402
from tests.faults.processes import Processes  # noqa: E402


@pytest.fixture
def sim() -> Iterator[Simulation]:
    """Vendors that take their time, so that there is a middle to be hit in."""
    options = SandboxOptions(job_seconds=6, eset_202_every=1, eset_202_polls=2)
    with running(devices=600, frozen=True, options=options) as simulation:
        yield simulation


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(tmp_path)
    yield started
    started.stop()
