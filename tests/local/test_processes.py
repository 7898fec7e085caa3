from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.data_dir import PROJECT
from local.errors import StackError
from local.processes import Child, Program, inherited, rotate
from local.waiting import wait_until
from tests.local.observing import alive, all_gone

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
signal.pause()
"""
WITH_A_CHILD = """
import signal, subprocess
print(subprocess.Popen(["sleep", "600"]).pid, flush=True)
signal.pause()
"""
PARENT = """
import os, sys, time, signal
from pathlib import Path
from local.processes import Child, Program
program = Program(name="c", command=["sleep", "600"], environment={}, folder=Path("/"))
child = Child(program, logs=Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
signal.pause()
"""


def python(script: str, **options: object) -> Program:
    return Program(
        name="child",
        command=[sys.executable, "-c", script],
        environment=dict(os.environ),
        folder=Path("/"),
        **options,  # type: ignore[arg-type]
    )


def started(program: Program, logs: Path, *, prints: str | None = None) -> Child:
    child = Child(program, logs=logs)
    child.start()
    if prints is not None:
        assert wait_until(lambda: prints in child.said(), seconds=10)
    return child


def test_a_child_that_ignores_the_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    child = started(python(STUBBORN, stop_signals=((signal.SIGTERM, 0.1),)), tmp_path, prints="up")
    pid = child.pid
    child.stop()
    assert pid is not None and not alive(pid)


def test_what_a_child_leaves_behind_is_swept(tmp_path: Path) -> None:
    child = started(python(WITH_A_CHILD), tmp_path, prints="\n")
    left = int(child.said())
    child.stop()
    assert all_gone([left], seconds=5)


def test_a_child_dies_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as output:
        pid = int(output.readline())
    assert alive(pid)
    parent.kill()
    parent.wait()
    assert all_gone([pid], seconds=5)


def test_a_program_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    program = Program(name="ghost", command=["/no/such/program"], environment={}, folder=Path("/"))
    with pytest.raises(StackError, match="ghost cannot be started"):
        Child(program, logs=tmp_path).start()


def test_a_log_that_has_grown_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * 20)
    rotate(log, limit=100)
    assert log.exists()
    rotate(log, limit=10)
    assert not log.exists()
    assert (tmp_path / "child.log.1").stat().st_size == 20


def test_a_service_inherits_programs_libraries_and_the_clock_and_nothing_else() -> None:
    kept = {
        "PATH": "/bin",
        "LD_LIBRARY_PATH": "/lib",
        "LD_PRELOAD": "/lib/faketime.so",
        "NO_FAKE_STAT": "1",
        "FAKETIME": "+60",
        "FAKETIME_SHARED": "/sem /shm",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    other = {"HOME": "/root", "PGPASSWORD": "x", "DATABASE_URL": "x", "ROLLCALL_SECRET_KEY": "x", "TZ": "Europe/Berlin", "LC_ALL": "de_DE"}
    assert inherited({**kept, **other}) == kept
