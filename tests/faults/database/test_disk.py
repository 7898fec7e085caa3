"""A disk that fills up: syncs pause without a call and continue by themselves; when PostgreSQL itself has no space, it recovers with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from devices.accounts.services import refresh_account
from devices.models import SyncRun, User
from local.data_dir import PROJECT, Home
from sandbox.server import running
from tests.devices.runs import account_at
from tests.faults.database.disk import Disk, Tmpfs, mounted, small_disk
from tests.faults.processes import Processes, wait_for
from tests.faults.report import Measured
from tests.faults.runs import assert_complete, latest, story, wait_until_all_ended
from tests.faults.serving import Browser, serving
from tests.local.test_supervisor import Run, free_port, plain_environ, stack_file

pytestmark = [pytest.mark.faults, pytest.mark.fault("F24")]
SENTENCE = "Syncs are paused because the server&#x27;s disk is almost full."
WITHIN = 60  # seconds


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    with small_disk(folder) as disk:
        yield disk


@pytest.mark.django_db(transaction=True)
def test_syncs_pause_and_continue(disk: Disk, processes: Processes, alice: User, tmp_path: Path, measured: Measured) -> None:
    limits = {"ROLLCALL_DATA_FOLDERS": str(disk.folder), "ROLLCALL_MIN_FREE_PERCENT": str(disk.percent)}
    processes.environment |= limits
    with (
        running(devices=300, frozen=True) as sim,
        serving(tmp_path, redis_url=os.environ["REDIS_URL"], **limits) as server,
        server.browser() as browser,
    ):
        sim.fault("opswat:slow=0.5")
        account = account_at(sim.url, "opswat")
        refresh_account(account)
        processes.beat()
        processes.worker()
        wait_for(lambda: (run := latest(account)) is not None and run.steps >= 2, seconds=60, why=lambda: story(processes))
        disk.fill()
        wait_for(lambda: SyncRun.objects.get().waiting_for == "free disk space", seconds=60, why=lambda: story(processes))
        calls = len(sim.calls())
        assert browser.sign_in(alice).status_code == 302
        for path in ("/devices/", "/d/?q=no-such-device"):
            page = browser.get(path)
            assert (page.status_code, page.text.count(SENTENCE)) == (200, 1), path
        assert 'data-account-status="paused"' in browser.get("/vendors/").text
        health = browser.get("/healthz")
        assert health.status_code == 503 and health.json()["disk"].endswith("% free, syncs are paused")
        paused = SyncRun.objects.get().steps
        wait_for(lambda: SyncRun.objects.get().steps > paused, seconds=60, why=lambda: story(processes))
        assert (SyncRun.objects.get().waiting_for, len(sim.calls())) == ("free disk space", calls), "it measured again"
        disk.free()
        freed_at = time.monotonic()
        wait_for(lambda: len(sim.calls()) > calls, seconds=2 * WITHIN, why=lambda: story(processes))
        measured("continued after there was space", time.monotonic() - freed_at, at_most=WITHIN)
        wait_until_all_ended(processes, seconds=120)
        assert_complete(sim, account)
        assert SENTENCE not in browser.get("/devices/").text
        assert browser.get("/healthz").status_code == 200


@pytest.fixture
def stack_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rc-disk-", dir="/tmp") as name:
        assert mounted(Path(name), megabytes=400)
        yield Path(name)
        subprocess.run(["umount", "--lazy", name], check=True)


def may_mount() -> bool:
    with tempfile.TemporaryDirectory() as name:
        if not mounted(Path(name), megabytes=1):
            return False
        subprocess.run(["umount", name], check=True)
        return True


if may_mount():  # root; for other users the pause above is all that can be tried

    def test_the_whole_stack_on_a_full_disk(stack_disk: Path, measured: Measured) -> None:
        """`make run` on a tmpfs without one free byte: no answer 500, and all is well by itself when there is space."""
        run = Run(Home(stack_disk / "home"), environ=plain_environ(), port=free_port())
        disk = Tmpfs(stack_disk)
        password = run.printed().partition("admin ")[2].split()[1]
        try:
            with Browser(f"http://127.0.0.1:{run.port}") as browser:
                assert browser.sign_in("admin", password).status_code == 302
                wait_for(lambda: synced(browser), seconds=120, why=run.noted)
                devices = devices_of(run)
                disk.fill()
                wait_for(lambda: "syncs are paused" in browser.get("/healthz").text, seconds=30)
                assert exhaust(run) == {"DiskFull", "OperationalError"}
                statuses = {browser.get(path).status_code for path in ("/devices/", "/", "/d/?q=NB") for _ in range(5)}
                assert statuses <= {200, 503}, statuses
                with Browser(f"http://127.0.0.1:{run.port}") as other:
                    other.get("/accounts/login/")
                    assert other.post("/accounts/login/", login="admin", password=password).status_code in (302, 503)
                disk.free()
                freed_at = time.monotonic()
                wait_for(lambda: browser.get("/healthz").status_code == 200, seconds=2 * WITHIN, why=run.noted)
                measured("the stack is well after there was space", time.monotonic() - freed_at, at_most=WITHIN)
                assert browser.get("/devices/").status_code == 200
                assert devices_of(run) == devices > 0
                verified = command(run, "audit", "verify")
                assert verified.returncode == 0, verified.stdout + verified.stderr
                assert command(run, "sync", "demo-eset", "--wait").returncode == 0
        finally:
            run.end()


def synced(browser: Browser) -> bool:
    answer = browser.get("/healthz")
    return answer.status_code == 200 and set(answer.json()["accounts"].values()) <= {"healthy", "partial"}


def devices_of(run: Run) -> int:
    with psycopg.connect(stack_file(run.home)["DATABASE_URL"]) as session:
        row = session.execute("SELECT count(*) FROM devices_device").fetchone()
    assert row
    return int(row[0])


def exhaust(run: Run) -> set[str]:
    """What a busy installation writes, until PostgreSQL finds no place for a table, and then none for its log, which ends it.

    Returns the kinds of errors: DiskFull, and OperationalError for a lost connection.
    """
    url, found = stack_file(run.home)["ROLLCALL_OWNER_DATABASE_URL"], set()
    for statement in ("CREATE TABLE filler AS SELECT repeat('x', 1000) FROM generate_series(1, 50000)", *["SELECT pg_switch_wal()"] * 200):
        try:
            with psycopg.connect(url, autocommit=True) as session:
                session.execute(statement)
                session.execute("SELECT pg_logical_emit_message(true, 'filler', 'x')")
        except psycopg.Error as error:
            found.add(type(error).__name__)
            if not isinstance(error, psycopg.errors.DiskFull):
                break
    return found


def command(run: Run, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**plain_environ(), "ROLLCALL_HOME": str(run.home.folder)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=PROJECT, env=environment, check=False, capture_output=True, text=True, timeout=120
    )
