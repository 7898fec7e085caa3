"""Restart a crashed child: at once the first time, then after increasing pauses."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from local.console import Console
from local.errors import StackError
from local.processes import Child

LONGEST_WAIT_SECONDS = 30.0
# A child that ran this long is healthy: its next crash starts with the shortest wait again.
HEALTHY_SECONDS = 60.0


@dataclass
class _Crash:
    count: int
    restart_at: float
    waiting: bool


class Restarts:
    def __init__(self, console: Console, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._crashes: dict[str, _Crash] = {}

    def look(self, children: Iterable[Child]) -> None:
        """Detect ended children and restart those whose pause is over. Call it often."""
        for child in children:
            code = child.exit_code()
            if code is not None:
                self._heal(child, code)

    def _heal(self, child: Child, code: int) -> None:
        now = self._clock()
        crash = self._crashes.get(child.program.name)
        if crash is None or not crash.waiting:
            child.sweep()
            healthy = now - child.started_at >= HEALTHY_SECONDS
            crash = self._noted(child, code, count=1 if crash is None or healthy else crash.count + 1)
        if now < crash.restart_at:
            return
        crash.waiting = False
        try:
            child.start()
        except StackError as error:
            self._console.say(str(error))

    def _noted(self, child: Child, code: int, *, count: int) -> _Crash:
        wait = 0.0 if count == 1 else min(LONGEST_WAIT_SECONDS, 2.0 ** (count - 2))
        crash = _Crash(count=count, restart_at=self._clock() + wait, waiting=True)
        self._crashes[child.program.name] = crash
        when = "now" if wait == 0 else f"in {wait:.0f} s"
        self._console.say(f"{child.program.name} ended ({describe(code)}); it starts again {when}. Log: {child.log}")
        return crash


def describe(code: int) -> str:
    """An exit code of subprocess in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
