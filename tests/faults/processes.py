"""Real workers and a real beat, as processes that a test may kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from local.postgres import APPLICATION
from tests.owner import owner_session

APP = "config.celery"
WORKER = ["worker", "-Q", "interactive,sync,tick", "--concurrency", "3", "-O", "fair", "--without-gossip", "--without-mingle"]


class Processes:
    """Celery processes on the test's own database. Short leases, so that a takeover takes seconds here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "DATABASE_URL": settings_url(),
            "ROLLCALL_LEASE_SECONDS": "6",
            "ROLLCALL_VENDOR_DEADLINE_SECONDS": "4",
        }

    def worker(self, *options: str, app: str = APP) -> subprocess.Popen[bytes]:
        return self._start("worker", app, *WORKER, *options)

    def beat(self, *, app: str = APP, schedule: Path | None = None) -> subprocess.Popen[bytes]:
        return self._start("beat", app, "beat", "-s", str(schedule or self._folder / f"schedule-{len(self._all)}"))

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 of the whole group: the parent and every child, without a chance to say anything."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self._all:
            if process.poll() is None:
                self.kill(process)
        _end_connections_of_the_dead()

    def logs(self) -> str:
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self._folder.glob("*.log")))

    def _start(self, name: str, app: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{name}-{len(self._all)}.log").open("wb")
        command = [sys.executable, "-m", "celery", "-A", app, *arguments]
        process = subprocess.Popen(command, stdout=log, stderr=log, env=self.environment, start_new_session=True)
        self._all.append(process)
        return process


def _end_connections_of_the_dead() -> None:
    """A server process only notices the end of its client after its statement; until then it keeps locks that emptying the tables needs."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND usename = %s AND pid <> ALL(%s)"
    with connection.cursor() as ours, owner_session() as owner:
        ours.execute("SELECT pg_backend_pid()")
        mine = [ours.fetchone()[0]]
        owner.execute(f"SELECT pg_terminate_backend(pid) {others}", [APPLICATION, mine])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and owner.execute(f"SELECT 1 {others}", [APPLICATION, mine]).fetchone() is not None:
            time.sleep(0.05)


def settings_url() -> str:
    """DATABASE_URL of the database that this test uses, instead of the one that the stack made."""
    ours = settings.DATABASES["default"]
    return os.environ["DATABASE_URL"].replace("/rollcall?", f"/{connection.settings_dict['NAME'] or ours['NAME']}?")


def wait_for(what: Callable[[], bool], *, seconds: float, why: Callable[[], str] = str) -> None:
    """Look again and again until it is so; fail with `why` after the deadline."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(why() or f"did not happen within {seconds} s")
        time.sleep(0.05)
