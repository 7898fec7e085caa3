"""PostgreSQL and Valkey for one data folder: used by `make run`, the tests and the bench.

`with Stack(home) as stack:` gives `stack.environment` with the addresses of both. Needs no Django.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from local.binaries import explain_failure, find_postgres, find_valkey
from local.data_dir import Home
from local.errors import StackError, explain_os_error
from local.postgres import Postgres
from local.processes import Child, Program
from local.unprivileged import choose
from local.valkey import Valkey
from local.waiting import Stop, wait_until

READY_SECONDS = 60.0


class Service(Protocol):
    """What PostgreSQL and Valkey have in common."""

    label: str

    @property
    def variables(self) -> dict[str, str]:
        """Its addresses, for the programs of Rollcall."""

    def program(self) -> Program: ...

    def ready(self, pid: int) -> bool: ...

    def prepare(self) -> None:
        """Once, when it is ready."""


class Stack:
    """Services named by DATABASE_URL or REDIS_URL in `environ` are used and not started."""

    def __init__(self, home: Home | Path, *, environ: Mapping[str, str] | None = None) -> None:
        self.home = home if isinstance(home, Home) else Home(home)
        self.environment: dict[str, str] = {}
        # In the order of their start; stopped from the end.
        self.children: list[Child] = []
        self._environ = os.environ if environ is None else environ
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def lock(self) -> int | None:
        """The descriptor that every further child of this stack inherits."""
        return self._lock

    def start(self, *, stop: Stop | None = None, say: Callable[[str], None] | None = None, check: Callable[[], None] | None = None) -> None:
        """Both services are ready when this returns, unless `stop` was set meanwhile. `say` gets each step, once the folder is locked;
        `check` is called then, before anything is started, and may raise StackError.

        Raises StackError; nothing is left running then.
        """
        try:
            self.home.prepare()
            self._lock = self.home.lock()
            if check is not None:
                check()
            self._start(stop, say or _silent)
        except OSError as error:
            self.stop()
            raise StackError(explain_os_error(error)) from None
        except BaseException:
            self.stop()
            raise

    def stop(self, *, stopped: Callable[[str], None] | None = None) -> None:
        """Valkey first, PostgreSQL last; `stopped` gets each name. Safe to call twice."""
        while self.children:
            self.children[-1].stop()
            child = self.children.pop()
            if stopped is not None:
                stopped(child.program.name)
        self.environment = {}
        if self._lock is not None:
            self.home.forget_sockets()
            self.home.unlock()
            self._lock = None

    def _start(self, stop: Stop | None, say: Callable[[str], None]) -> None:
        say(f"Rollcall starts in {self.home.folder}")
        started: list[tuple[Child, Service]] = []
        environment: dict[str, str] = {}
        wanted = (
            ("DATABASE_URL", "the database (PostgreSQL)", self._make_postgres),
            ("REDIS_URL", "the broker (Valkey)", self._make_valkey),
        )
        for variable, label, make in wanted:
            given = self._environ.get(variable)
            if given:
                environment[variable] = given
                say(f"  Using the service that {variable} names")
                continue
            say(f"  Starting {label}")
            service = make()
            child = Child(service.program(), logs=self.home.logs, lock=self._lock)
            self.children.append(child)
            child.start()
            started.append((child, service))
            environment |= service.variables
        for child, service in started:
            if not _became_ready(child, service, stop):
                return
            service.prepare()
        self.environment = environment

    def _make_postgres(self) -> Service:
        binaries = find_postgres()
        self.home.postgres.mkdir(mode=0o700, exist_ok=True)
        sockets = self.home.sockets()
        identity = choose(binaries.postgres, home=self.home.folder, folders=[self.home.postgres, sockets])
        postgres = Postgres(binaries, home=self.home, sockets=sockets, identity=identity)
        postgres.check_version()
        postgres.make_data()
        postgres.forget_the_dead()
        return postgres

    def _make_valkey(self) -> Service:
        return Valkey(find_valkey(), home=self.home, sockets=self.home.sockets())


def _silent(_line: str) -> None:
    """For callers that show no steps."""


def _became_ready(child: Child, service: Service, stop: Stop | None) -> bool:
    """False when `stop` was set; StackError when the service ended or does not answer."""

    def ready_or_over() -> bool:
        return not child.running or (child.pid is not None and service.ready(child.pid))

    settled = wait_until(ready_or_over, seconds=READY_SECONDS, stop=stop)
    if stop is not None and stop.is_set():
        return False
    if not child.running:
        raise StackError(explain_failure(service.label, child.said()))
    if not settled:
        raise StackError(f"{service.label} is still not ready after {READY_SECONDS:.0f} seconds: its log is {child.log}.")
    return True
