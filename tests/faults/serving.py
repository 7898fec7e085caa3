"""The pages as a process of their own, started as `make run` starts it, and people at their browsers on kept connections."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from django.conf import settings

from devices.models import User
from local import programs
from local.addresses import LOOPBACK, Address
from local.data_dir import Home
from local.processes import Child
from tests.conftest import PASSWORD
from tests.faults.processes import settings_url, wait_for

START_SECONDS = 60
WAIT_SECONDS = 30


class Browser:
    """One connection, so that one of the server's processes answers everything."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, limits=httpx.Limits(max_connections=1), timeout=WAIT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def get(self, path: str) -> httpx.Response:
        return self._client.get(path)

    def post(self, path: str, *, fragment: bool = False, **fields: str) -> httpx.Response:
        """A form; its page must have been opened once, which gives the token."""
        token = self._client.cookies.get(settings.CSRF_COOKIE_NAME, "")
        headers = {"HX-Request": "true"} if fragment else {}
        return self._client.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers=headers)

    def sign_in(self, user: User | str, password: str = PASSWORD) -> httpx.Response:
        self.start_over()
        return self.post("/accounts/login/", login=str(user), password=password)

    def start_over(self) -> None:
        """Signed out, at the form to sign in."""
        self._client.cookies.clear()
        assert self.get("/accounts/login/").status_code == 200


class Server:
    def __init__(self, url: str, child: Child) -> None:
        self.url = url
        self._child = child

    def browser(self) -> Browser:
        return Browser(self.url)

    def log(self) -> str:
        return self._child.said(100_000)


@contextmanager
def serving(folder: Path, *, redis_url: str, settings_module: str = "config.settings") -> Iterator[Server]:
    """On the test's own database, and with the time-outs of an installation."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        bind = Address(LOOPBACK, probe.getsockname()[1])
    environ = {name: value for name, value in os.environ.items() if name != "ROLLCALL_BROKER_TIMEOUT_MS"}
    services = {"DATABASE_URL": settings_url(), "REDIS_URL": redis_url}
    environment = programs.environment_for(
        Home(Path(environ["ROLLCALL_HOME"])), services=services, bind=bind, sandbox=None, environ=environ
    )
    child = Child(programs.web({**environment, "DJANGO_SETTINGS_MODULE": settings_module}, bind=bind), logs=folder)
    child.start()
    server = Server(bind.url, child)

    def answers() -> bool:
        try:
            return httpx.get(f"{bind.url}/healthz", timeout=WAIT_SECONDS).status_code in (200, 503)
        except httpx.TransportError:
            return not child.running

    try:
        wait_for(answers, seconds=START_SECONDS, why=server.log)
        assert child.running, server.log()
        yield server
    finally:
        child.stop()
