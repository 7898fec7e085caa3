from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.console import Console
from local.processes import Child, Program
from local.restarts import Restarts, describe
from local.waiting import wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    child = Child(
        Program(name="sleeper", command=["sleep", "600"], environment=dict(os.environ), folder=Path("/")),
        logs=tmp_path,
    )
    child.start()
    yield child
    child.stop()


def crash(child: Child) -> None:
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    assert wait_until(lambda: not child.running, seconds=5)


def test_a_killed_child_starts_again_at_once_and_then_after_longer_waits(child: Child, tmp_path: Path) -> None:
    clock = Clock()
    restarts = Restarts(Console(tmp_path / "supervisor.log"), clock=clock)
    child.started_at = clock.now
    for wait in (0.0, 1.0, 2.0, 4.0):
        first = child.pid
        crash(child)
        child.started_at = clock.now
        if wait:
            restarts.look([child])
            clock.now += wait - 0.01
            restarts.look([child])
            assert not child.running
            clock.now += 0.02
        restarts.look([child])
        assert child.running and child.pid != first


def test_a_crash_is_told_once_with_its_reason(child: Child, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    restarts = Restarts(Console(tmp_path / "supervisor.log"), clock=Clock())
    crash(child)
    restarts.look([child])
    restarts.look([child])
    told = capsys.readouterr().out
    assert told.count("sleeper ended (killed by SIGKILL); it starts again now") == 1
    assert "killed by SIGKILL" in (tmp_path / "supervisor.log").read_text()


def test_exit_codes_are_said_in_words() -> None:
    assert [describe(3), describe(-9), describe(-200)] == [
        "exit code 3",
        "killed by SIGKILL",
        "killed by signal 200",
    ]
