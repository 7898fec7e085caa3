from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.data_dir import PROJECT
from local.errors import StackError
from local.processes import LOG_LIMIT_BYTES, Child, Program, inherited, rotate
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
TALKATIVE = """
import signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
line = "x" * 1000 + "\\n"
for _ in range(3000):
    sys.stdout.write(line)
sys.stdout.flush()
signal.sigwait([signal.SIGUSR1])
print("last", flush=True)
signal.pause()
"""
WRITTEN = 3000 * 1001  # bytes
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


def test_a_log_that_has_grown_is_put_aside_and_three_older_ones_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * 20)
    assert not rotate(log, limit=100)
    for number in range(1, 6):
        log.write_bytes(b"%d" % number * 20)
        assert rotate(log, limit=10)
        assert log.stat().st_size == 0
    assert {path.name: path.read_text()[0] for path in tmp_path.iterdir() if path != log} == {
        "child.log.1": "5",
        "child.log.2": "4",
        "child.log.3": "3",
    }


def test_a_program_goes_on_writing_while_its_log_is_rotated(tmp_path: Path) -> None:
    """What it wrote before is put aside, and what it writes afterwards is found."""
    child = started(python(TALKATIVE), tmp_path)
    assert wait_until(lambda: child.log.stat().st_size == WRITTEN > LOG_LIMIT_BYTES, seconds=30)
    child.rotate_log()
    assert child.log.stat().st_size == 0
    assert child.pid
    os.kill(child.pid, signal.SIGUSR1)
    assert wait_until(lambda: child.said() == "last\n", seconds=30), child.said()[-100:]
    child.stop()
    assert (tmp_path / "child.log.1").stat().st_size == WRITTEN
    assert child.log.read_bytes() == b"last\n", "it appends"


def test_a_full_disk_leaves_the_log_as_it_is(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    log.write_bytes(b"x" * 20)
    (tmp_path / "child.log.new").symlink_to("/dev/full")
    assert not rotate(log, limit=10)
    assert log.stat().st_size == 20


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
