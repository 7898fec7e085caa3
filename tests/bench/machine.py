"""What the bench runs on: its own PostgreSQL and Valkey, the simulator as a process, and one fresh process for every measured pass."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.services import Stack


class Vendor:
    """The simulator, frozen and rendered in advance."""

    def __init__(self, url: str) -> None:
        self.url = url

    def change(self, percent: float) -> None:
        self._tell({"change_percent": percent})

    def later(self, seconds: float) -> None:
        """Every device was seen that much later: what moves at every poll moves."""
        self._tell({"seen_forward": seconds})

    def _tell(self, what: dict[str, Any]) -> None:
        request = urllib.request.Request(f"{self.url}/_sandbox/fleet", json.dumps(what).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            answer.read()


class Machine:
    def __init__(self, folder: Path) -> None:
        self.stack = Stack(folder)
        self.stack.start()
        key = "bench:" + base64.b64encode(bytes(32)).decode()
        fixed = {"ROLLCALL_HOME": str(folder), "ROLLCALL_SECRET_KEY": "bench", "ROLLCALL_SEALING_KEYS": key}
        os.environ |= {**fixed, **self.stack.environment, "ROLLCALL_PRIVATE_HOSTS": "127.0.0.1", "ROLLCALL_STATEMENT_TIMEOUT_MS": "60000"}
        os.environ["DATABASE_URL"] = os.environ.pop("ROLLCALL_OWNER_DATABASE_URL")  # it writes and empties whole tables
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"

    def stop(self) -> None:
        self.stack.stop()

    @contextmanager
    def vendor(self, size: int) -> Iterator[Vendor]:
        options = ["--option", "rate_limits=false", "--frozen", "--prerender"]
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--devices", str(size), *options, "--die-with-parent"]
        print(f"Rendering {size:,} machines ...", file=sys.stderr, flush=True)
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            yield Vendor(process.stdout.readline().split()[-1])
        finally:
            process.terminate()
            process.wait()

    def new_account(self, url: str) -> str:
        from devices.accounts.services import create_account
        from sandbox.credentials import account_settings

        settings, secrets = account_settings(url)["eset"]
        return create_account(name="bench", vendor="eset", settings={**settings, "calls_per_second": "1000"}, secrets=secrets).name

    def forget(self, account: str) -> None:
        """Empty tables for the next size."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE devices_account, devices_device, devices_identifier, devices_issue, devices_pulse CASCADE")
            cursor.execute("DROP SCHEMA floor CASCADE")

    def rollcall_pass(self, account: str, url: str, work: str) -> dict[str, Any]:
        return self._pass("tests.bench.worker", account)

    def floor_pass(self, account: str, url: str, work: str) -> dict[str, Any]:
        return self._pass("tests.bench.floor.app", url, work)

    def _pass(self, module: str, *arguments: str) -> dict[str, Any]:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
            cursor.execute("SELECT pg_current_wal_lsn()")
            before = cursor.fetchone()[0]
            done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=True)
            cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)", [before])
            told: dict[str, Any] = json.loads(done.stdout)
            told["wal"] = int(cursor.fetchone()[0])
        return told


def prepare(folder: Path) -> Machine:
    machine = Machine(folder)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return machine
