"""Backup and restore on another host, by the documented commands: useless without the key, complete with it."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from devices.db.roles import owner_role
from devices.models import AuditEvent, User
from local.binaries import find_postgres
from local.data_dir import PROJECT
from local.services import Stack
from tests.bench.fleet import write_fleet
from tests.devices.runs import account_at
from tests.faults.report import Measured
from tests.installers.handout_rows import ready
from tests.local.documented import lines

pytestmark = [pytest.mark.faults, pytest.mark.fault("F46"), pytest.mark.django_db(transaction=True)]
DEVICES = 10_000
OLD, NEW = "db.example.com", "new.example.com"
HEAD = ".venv/bin/python manage.py audit head"
CHECK = ".venv/bin/python manage.py check --database default"
WORKER = "exec timeout 60 .venv/bin/python -m celery -A config.celery worker"
COUNTED = "SELECT (SELECT count(*) FROM devices_device), (SELECT count(*) FROM devices_sighting), (SELECT count(*) FROM devices_auditevent)"


@pytest.fixture
def other_host() -> Iterator[Stack]:
    """A PostgreSQL of its own, with the roles and an empty database; none of our keys."""
    with tempfile.TemporaryDirectory(prefix="rc-other-", dir="/tmp") as name, Stack(Path(name), environ={}) as stack:
        yield stack


def contents(alice: User) -> None:
    """A fleet, and one of everything that is encrypted."""
    with owner_role():
        write_fleet(DEVICES, now=timezone.now())
    for vendor in ("eset", "opswat", "five9s"):
        account_at("http://127.0.0.1:1", vendor)
    totp.TOTP.activate(alice, totp.generate_totp_secret())
    Client().force_login(alice)
    ready(purpose="Restored")
    assert AuditEvent.objects.exists()


def documented() -> list[str]:
    """The lines of docs/scaling.md from the dump to the last check."""
    every = [line.text for line in lines(PROJECT / "docs" / "scaling.md")]
    begin = next(number for number, text in enumerate(every) if text.startswith("pg_dump "))
    end = next(number for number, text in enumerate(every) if text.endswith("audit verify"))
    return every[begin : end + 1]


class Host:
    """A shell on one of the two hosts, in a folder with the dump."""

    def __init__(self, folder: Path, home: Path, **variables: str) -> None:
        hidden = ("DATABASE_URL", "REDIS_URL")
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_") and name not in hidden}
        path = f"{find_postgres().folder}:{plain['PATH']}"
        self._environment = {**plain, "PATH": path, "ROLLCALL_HOME": str(home), "ROLLCALL_SECRET_KEY": "of-this-host", **variables}
        self._dump = str(folder / "rollcall.dump")

    def run(self, line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        typed = line.replace("rollcall.dump", self._dump)
        environment = self._environment | variables
        return subprocess.run(["bash", "-c", typed], cwd=PROJECT, env=environment, check=False, capture_output=True, text=True, timeout=900)


def counted(url: str) -> tuple[int, ...]:
    with psycopg.connect(url) as session:
        row = session.execute(COUNTED).fetchone()
    assert row
    return tuple(map(int, row))


def test_restored_on_another_host_with_and_without_the_key(alice: User, other_host: Stack, tmp_path: Path, measured: Measured) -> None:
    contents(alice)
    name = connection.settings_dict["NAME"]
    here = {each: os.environ[each].replace("/rollcall?", f"/{name}?") for each in ("DATABASE_URL", "ROLLCALL_OWNER_DATABASE_URL")}
    old = Host(tmp_path, tmp_path, REDIS_URL=os.environ["REDIS_URL"], ROLLCALL_SEALING_KEYS=os.environ["ROLLCALL_SEALING_KEYS"], **here)
    new = Host(tmp_path, other_host.home.folder, **other_host.environment)
    key, random = os.environ["ROLLCALL_SEALING_KEYS"], base64.b64encode(os.urandom(32)).decode()
    dump, *rest = documented()
    assert OLD not in "".join(rest) and sum(NEW in line for line in rest) == 2
    began = time.monotonic()
    assert_done(old.run(dump))
    restore, *checks = [line for line in rest if not line.startswith("export ")]
    assert_done(new.run(restore))

    assert_refused(new.run(checks[0], ROLLCALL_SEALING_KEYS=f"another:{random}"))
    answers = [new.run(line, ROLLCALL_SEALING_KEYS=key) for line in checks]
    for answer in answers:
        assert_done(answer)
    measured(f"{DEVICES} devices dumped, restored and checked", (time.monotonic() - began) / 60, at_most=15, unit="min")

    assert counted(other_host.environment["DATABASE_URL"]) == counted(here["DATABASE_URL"])
    assert "are intact" in answers[-1].stdout
    assert new.run(HEAD, ROLLCALL_SEALING_KEYS=key).stdout == old.run(HEAD).stdout
    for line in (CHECK, WORKER):
        assert_refused(new.run(line, ROLLCALL_SEALING_KEYS=f"another:{random}"))
    rotated = new.run(".venv/bin/python manage.py rotate_secrets", ROLLCALL_SEALING_KEYS=f"another:{random},{key}")
    assert_done(rotated)  # which decrypts every one
    after = [line for line in rotated.stdout.splitlines() if line.startswith("After")]
    assert len(after) == 1 and "key another (current)" in after[0], rotated.stdout
    assert int(after[0].split()[-2]) >= 6, "credentials of three accounts, a second factor, a session and a link"
    assert key.startswith("test:") and list(settings.SEALING_KEYS) == ["test"]


def assert_refused(answer: subprocess.CompletedProcess[str]) -> None:
    """In one sentence, with the id of the key that is missing."""
    said = answer.stdout + answer.stderr
    assert answer.returncode != 0 and "Stored secrets need the sealing key 'test', which is not loaded." in said, said[-2000:]
    assert "Traceback" not in said


def assert_done(answer: subprocess.CompletedProcess[str]) -> None:
    assert answer.returncode == 0, f"{answer.args[-1]}\n{answer.stdout[-2000:]}{answer.stderr[-2000:]}"
