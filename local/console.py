"""Console output of the local stack, which is also logged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from local.processes import Child, rotate


class Console:
    def __init__(self, log: Path) -> None:
        self._log = log
        rotate(log)

    def say(self, text: str) -> None:
        self.note(text)
        self.show(text)

    def show(self, text: str) -> None:
        """On the terminal only, for passwords."""
        try:
            print(text, flush=True)
        except OSError:
            # The terminal was closed; stopping in order matters more than the output.
            self.note("(terminal closed)")

    def rotate_logs(self, children: Iterable[Child]) -> None:
        """That of the console and those of the programs, which go on writing. Call it often."""
        rotate(self._log)
        for child in children:
            child.rotate_log()

    def note(self, text: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._log.open("a") as file:
            file.write(f"{now} {text}\n")
