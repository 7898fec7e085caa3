"""Places where a secret could come to rest or be shown while real processes work: each as (name, text) that `leaks` searches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from local.binaries import find_postgres
from tests.devices import sinks
from tests.devices.shell import start
from tests.faults.broker import Broker
from tests.faults.processes import settings_url
from tests.stack import STACK

Found = Iterator[tuple[str, str]]


@dataclass
class Places:
    """`folder`: of the processes' logs. `answers`: what browsers and commands were given, by kind."""

    folder: Path
    broker: Broker
    answers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    commands: set[str] = field(default_factory=set)
    _logged: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._logged = {path: path.stat().st_size for path in STACK.home.logs.glob("*.log")}
        self.broker.client.config_set("rdbcompression", "no")  # or a file would hold letters out of order

    def answered(self, kind: str, place: str, text: str) -> None:
        self.answers.setdefault(kind, []).append((place, text))

    def look_at_processes(self) -> None:
        """The command lines of all processes of this test, as every user of the machine may read them."""
        self.commands |= set(command_lines(os.getpid()))

    def ran(self, *arguments: str, **variables: str) -> int:
        """The exit code of manage.py."""
        process = start(*arguments, **variables)
        self.look_at_processes()
        out, err = process.communicate(timeout=60)
        self.answered("output of commands", " ".join(arguments), out + err)
        return process.returncode

    def forget(self) -> None:
        """What was found so far, but not what is stored."""
        self.answers.clear()
        self.commands.clear()

    def columns(self) -> Found:
        return sinks.tables()

    def dump(self) -> Found:
        url = settings_url()
        dumped = subprocess.run([find_postgres().folder / "pg_dump", url], capture_output=True, text=True, check=False)
        assert dumped.returncode == 0, dumped.stderr
        yield "pg_dump", dumped.stdout

    def keys(self) -> Found:
        return sinks.broker(self.broker.client)

    def messages(self) -> Found:
        return ((f"message in {queue}", str(body)) for queue, body in sinks.messages(self.broker.client))

    def files_of_the_broker(self) -> Found:
        """Its log of commands, with all that was ever written, and a snapshot of its memory."""
        self.broker.client.save()
        for path in self._of_the_broker().rglob("*"):
            if path.is_file() and path.name != "password.conf":
                yield path.name, _text(path)

    def logs(self) -> Found:
        """Also standard output and standard error, which end there; and what else processes leave in their folder."""
        own = self._of_the_broker().parent / "logs"
        for path in (*self.folder.rglob("*"), *own.glob("*")):
            if path.is_file():
                yield path.name, _text(path)
        for path in STACK.home.logs.glob("*.log"):
            yield path.name, _text(path)[self._logged.get(path, 0) :]

    def _of_the_broker(self) -> Path:
        """Its data folder."""
        return Path(str(self.broker.client.config_get("dir")["dir"]))

    def command_lines(self) -> Found:
        self.look_at_processes()
        return (("process list", line) for line in sorted(self.commands))

    def given(self, kind: str) -> Callable[[], Found]:
        return lambda: iter(self.answers.get(kind, []))

    def all(self) -> dict[str, Callable[[], Found]]:
        return {
            "columns of the database": self.columns,
            "dump of the database": self.dump,
            "keys of the broker": self.keys,
            "messages of the broker": self.messages,
            "files of the broker": self.files_of_the_broker,
            "logs and output": self.logs,
            "process list": self.command_lines,
            **{kind: self.given(kind) for kind in ("pages", "error pages", "exports", "raw answers", "output of commands")},
        }


def command_lines(parent: int) -> Iterator[str]:
    """Of all processes below one, and its own services."""
    below = {parent}
    lines: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                above = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                lines[int(entry.name)] = above, (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue  # it has ended
    for _ in range(10):
        below |= {pid for pid, (above, _line) in lines.items() if above in below}
    return (line for pid, (_above, line) in lines.items() if pid in below and pid != parent)


def _text(path: Path) -> str:
    """Bytes as letters: no form of a secret has others."""
    return path.read_bytes().decode("latin-1")
