"""No free connection, or a lock that a long transaction holds: every request is answered within seconds, and nothing piles up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest
from django.db import connection

from devices.models import SyncRun, User
from local.postgres import APPLICATION
from tests.devices import rows as shown
from tests.faults.processes import settings_url
from tests.faults.report import Measured
from tests.faults.serving import Server, serving
from tests.owner import owner_session

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
AT_ONCE = 20
THREADS = 8  # of the server: two processes with four each
HOLDER = "holder"
OTHERS = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{APPLICATION}' AND application_name <> '{HOLDER}'"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, redis_url=os.environ["REDIS_URL"]) as server:
        yield server


@pytest.fixture
def cookies(server: Server, alice: User) -> dict[str, str]:
    shown.small_fleet()
    with server.browser() as browser:
        assert browser.sign_in(alice).status_code == 302
        assert browser.get("/vendors/eset-main/").status_code == 200
        return browser.cookies()


@contextmanager
def all_connections_taken() -> Iterator[None]:
    """Those that the server and this test hold included: what they had becomes free, and is taken too."""
    connection.close()
    with ExitStack() as taken, owner_session() as owner:
        for _ in range(2):
            with suppress(psycopg.OperationalError):  # until the server refuses one more
                while True:
                    taken.enter_context(psycopg.connect(settings_url(), application_name=HOLDER))
            owner.execute(OTHERS)
        with suppress(psycopg.OperationalError):
            while True:
                taken.enter_context(psycopg.connect(settings_url(), application_name=HOLDER))
        yield


def at_once(server: Server, cookies: dict[str, str], number: int, path: str = "/devices/") -> list[tuple[int, float]]:
    """Status and seconds of so many requests at the same time."""

    def request(_number: int) -> tuple[int, float]:
        began = time.monotonic()
        status = httpx.get(server.url + path, cookies=cookies, timeout=60).status_code
        return status, time.monotonic() - began

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(request, range(number)))


@pytest.mark.fault("F15")
def test_no_free_connection(server: Server, cookies: dict[str, str], measured: Measured) -> None:
    with all_connections_taken():
        answers = at_once(server, cookies, AT_ONCE)
        assert {status for status, _ in answers} == {503}
        measured("slowest answer of twenty requests at once", max(seconds for _, seconds in answers), at_most=3)
        text = httpx.get(server.url + "/devices/", cookies=cookies).text
        assert "Try again in a minute." in text
    assert {status for status, _ in at_once(server, cookies, AT_ONCE)} == {200}


@pytest.mark.fault("F16")
def test_a_table_that_a_long_transaction_holds(server: Server, cookies: dict[str, str], measured: Measured) -> None:
    with owner_session() as long:
        long.execute("LOCK TABLE devices_device IN ACCESS EXCLUSIVE MODE")
        answers = at_once(server, cookies, THREADS)
        assert {status for status, _ in answers} == {503}
        measured("slowest answer of a request to every thread", max(seconds for _, seconds in answers), at_most=5)
        long.rollback()
    assert {status for status, _ in at_once(server, cookies, THREADS)} == {200}


@pytest.mark.fault("F16")
def test_a_row_that_a_long_transaction_holds(server: Server, cookies: dict[str, str], measured: Measured) -> None:
    """What the button asked for is not stored, and is after a second click."""
    with server.browser() as browser, owner_session() as long:
        browser.adopt(cookies)
        long.execute("SELECT FROM devices_account FOR UPDATE")
        began = time.monotonic()
        status = browser.post("/vendors/eset-main/refresh/", what="everything").status_code
        measured("answer to a button", time.monotonic() - began, at_most=5)
        assert (status, SyncRun.objects.filter(interactive=True).count()) == (503, 0)
        long.rollback()
        assert browser.post("/vendors/eset-main/refresh/", what="everything").status_code == 302
        assert SyncRun.objects.filter(interactive=True).count() == 1
