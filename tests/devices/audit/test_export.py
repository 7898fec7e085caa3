"""Downloads over a real socket: a file that cannot be completed is never taken for a whole one."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from devices.audit.export import SMALL, TYPES, file_answer
from devices.models import User
from devices.sync.page_writer import save_page
from local import programs
from local.addresses import LOOPBACK, Address
from local.processes import Child
from local.waiting import wait_until
from tests.devices import records as making
from tests.devices.lists import workbooks
from tests.faults.processes import settings_url
from tests.owner import owner_rights, owner_session
from tests.stack import STACK

START_SECONDS = 60
LONG = "x" * 200  # characters in each of four columns
ROWS = 6_000  # about twice what a server makes before it begins to answer, and more than sockets hold


@pytest.fixture
def address(transactional_db: None) -> Iterator[Address]:
    """A web server as `make run` starts it, on the database of the test."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        bind = Address(LOOPBACK, probe.getsockname()[1])
    services = {**STACK.environment, "DATABASE_URL": settings_url()}
    environment = programs.environment_for(STACK.home, services=services, bind=bind, sandbox=None, environ={**os.environ, **services})
    child = Child(programs.web(environment, bind=bind), logs=STACK.home.logs)
    child.start()
    try:
        assert wait_until(lambda: not child.running or _listens(bind), seconds=START_SECONDS) and child.running, child.said()
        yield bind
    finally:
        child.stop()


@pytest.fixture
def cookie(transactional_db: None, alice: User) -> str:
    client = Client(headers={"host": LOOPBACK})
    client.force_login(alice)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def fleet(count: int) -> None:
    run = making.run(making.account())
    wide: dict[str, Any] = {"user": LONG, "os_name": LONG, "model": LONG, "serial": LONG}
    with transaction.atomic():
        save_page(run, [making.entry(f"id-{n:05}", **wide) for n in range(count)], timezone.now())


def test_a_small_file_has_its_length(address: Address, cookie: str) -> None:
    fleet(3)
    answer = _get(address, cookie)
    body = answer.read()
    assert answer.status == 200 and int(answer.headers["Content-Length"]) == len(body)
    assert body.startswith(b"\xef\xbb\xbfName,") and body.count(b"\r\n") == 4


def test_a_large_file_is_whole_when_nothing_happens(address: Address, cookie: str) -> None:
    fleet(ROWS)
    answer = _get(address, cookie)
    assert answer.headers["Content-Length"] is None
    assert answer.read().count(b"\r\n") == ROWS + 1


def test_a_workbook_is_whole_and_has_its_length(address: Address, cookie: str) -> None:
    fleet(30)
    answer = _get(address, cookie, "xlsx")
    body = answer.read()
    assert answer.status == 200 and int(answer.headers["Content-Length"]) == len(body)
    assert answer.headers["Content-Type"] == TYPES["xlsx"]
    name = answer.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="rollcall-devices-') and name.endswith('.xlsx"')
    assert len(workbooks.read(body).rows) == 31


def test_a_database_that_goes_away_in_the_middle_cuts_the_download(address: Address, cookie: str) -> None:
    fleet(ROWS)
    answer = _get(address, cookie)
    begun = answer.read(1000)
    assert answer.status == 200 and begun.startswith(b"\xef\xbb\xbfName,")
    _end_all_others()
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        answer.read()


def test_an_error_before_the_first_byte_is_an_error_page(address: Address, cookie: str) -> None:
    fleet(3)
    with owner_rights() as cursor:
        cursor.execute("ALTER TABLE devices_pulse RENAME TO pulse_elsewhere")
    try:
        answer = _get(address, cookie)
        assert (answer.status, answer.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
    finally:
        with owner_rights() as cursor:
            cursor.execute("ALTER TABLE pulse_elsewhere RENAME TO devices_pulse")


@pytest.mark.parametrize(("size", "streamed"), [(0, False), (SMALL - 1, False), (SMALL, True), (3 * SMALL, True)])
def test_only_what_is_large_is_streamed(size: int, streamed: bool) -> None:
    answer = file_answer("a.csv", iter(["y" * (SMALL // 4)] * (size // (SMALL // 4)) + ["y" * (size % (SMALL // 4))]))
    assert isinstance(answer, StreamingHttpResponse) is streamed
    assert len(answer.getvalue()) == size


def _get(address: Address, cookie: str, form: str = "csv") -> http.client.HTTPResponse:
    """With a small receive buffer, so that the server cannot send far ahead of what is read."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(START_SECONDS)
    reader.connect((address.host, address.port))
    server = http.client.HTTPConnection(address.host, address.port)
    server.sock = reader
    server.request("GET", f"/devices/export.{form}", headers={"Cookie": cookie})
    return server.getresponse()


def _end_all_others() -> None:
    """As an administrator who restarts PostgreSQL: every other session on this database ends."""
    with owner_session() as other:
        other.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)""",
            [connection.connection.info.backend_pid],
        )


def _listens(bind: Address) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((bind.host, bind.port)) == 0
