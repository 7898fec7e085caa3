"""Start and stop one child process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import StackError
from local.unprivileged import Identity, die_with_parent, ourselves

LOG_LIMIT_BYTES = 2 * 1024 * 1024
OLDER_LOGS = 3  # files beside the current one
INHERITED = ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "NO_FAKE_STAT")


@dataclass(frozen=True)
class Program:
    """A program to run, and the signal that stops it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    identity: Identity = field(default_factory=ourselves)
    # Sent one after the other, each with the seconds it is given; SIGKILL to the whole group comes last.
    stop_signals: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),)
    orphan_signal: signal.Signals = signal.SIGTERM


class Child:
    """A running program: its own session, its output in `<logs>/<name>.log`, ended with the parent."""

    def __init__(self, program: Program, *, logs: Path, lock: int | None = None, capture: bool = False) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self._lock = lock
        self._capture = capture
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self.started_at = 0.0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Raises StackError when the program cannot be executed."""
        self.rotate_log()
        parent = os.getpid()
        identity, orphan_signal = self.program.identity, self.program.orphan_signal

        def become() -> None:
            identity.enter()
            die_with_parent(orphan_signal, parent)

        with self.log.open("ab") as output:
            self._log_start = output.tell()
            try:
                self._process = subprocess.Popen(  # nosec B603 # the programs of the stack
                    list(self.program.command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE if self._capture else output,
                    stderr=output,
                    cwd=self.program.folder,
                    env=dict(self.program.environment),
                    preexec_fn=become,  # noqa: PLW1509 (no threads here, and nothing else can do this before exec)
                    start_new_session=True,
                    pass_fds=() if self._lock is None else (self._lock,),
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise StackError(f"{self.program.name} cannot be started: {error}.") from None
        self.started_at = time.monotonic()

    def rotate_log(self) -> None:
        """Put what it wrote aside when that is over the limit; also while it runs."""
        if rotate(self.log):
            self._log_start = 0

    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Signal, wait, kill; then kill its process group. No error if it has ended."""
        process = self._process
        if process is None:
            return
        for number, seconds in self.program.stop_signals:
            if process.poll() is not None:
                break
            process.send_signal(number)
            try:
                process.wait(timeout=seconds)
            except subprocess.TimeoutExpired:
                continue
        self.sweep()
        process.wait()
        self._process = None

    def sweep(self) -> None:
        """Kill what is left of the process group (a worker's pool outlives its killed master)."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return

    def answer(self) -> str:
        """Standard output of a captured child that has ended: a few lines, as a pipe holds."""
        if self._process is None or self._process.stdout is None:
            return ""
        with self._process.stdout as output:
            return output.read().decode("utf-8", "replace")

    def said(self, limit: int = 8000) -> str:
        """The end of its output since it was started."""
        with self.log.open("rb") as output:
            size = output.seek(0, os.SEEK_END)
            output.seek(max(self._log_start, size - limit))
            return output.read().decode("utf-8", "replace")


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Variables that a service with an environment of its own inherits: programs, libraries, and the clock of faketime."""
    return {name: value for name, value in environ.items() if name in INHERITED or name.startswith("FAKETIME")}


def rotate(log: Path, *, limit: int = LOG_LIMIT_BYTES, older: int = OLDER_LOGS) -> bool:
    """Copy a log over the limit to `NAME.log.1` and empty it; earlier copies move on to `.2` and so on. True: it did.

    The file stays the same, because a running program keeps it open. It appends, so its next line is the first of the emptied file; a
    line that it writes between copying and emptying is lost. On a full disk the log stays until there is space.
    """
    if not log.exists() or log.stat().st_size <= limit:
        return False
    copy = log.with_suffix(".log.new")
    try:
        shutil.copyfile(log, copy)
    except OSError:
        copy.unlink(missing_ok=True)
        return False
    os.truncate(log, 0)
    for number in range(older, 1, -1):
        former = log.with_suffix(f".log.{number - 1}")
        if former.exists():
            former.replace(log.with_suffix(f".log.{number}"))
    copy.replace(log.with_suffix(".log.1"))
    return True
