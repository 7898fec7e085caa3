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

from devices.models import User
from local import programs
from local.addresses import LOOPBACK, Address
from local.data_dir import Home
from local.processes import Child
from tests.conftest import PASSWORD
from tests.faults.processes import settings_url, wait_for

START_SECONDS = 60
WAIT_SECONDS = 30
CSRF_COOKIES = ("rollcall_csrf", "__Host-csrf")  # without and with ROLLCALL_HTTPS


class Browser:
    """One connection, so that one of the server's processes answers everything."""

    def __init__(self, url: str, *, transport: httpx.HTTPTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, limits=httpx.Limits(max_connections=1), timeout=WAIT_SECONDS, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def cookies(self) -> dict[str, str]:
        return {cookie.name: cookie.value or "" for cookie in self._client.cookies.jar}

    def adopt(self, cookies: dict[str, str]) -> None:
        """Those of another browser, with its session."""
        self._client.cookies.update(cookies)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> httpx.Response:
        return self._client.get(path, headers=headers)

    def post(self, path: str, *, fragment: bool = False, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """A form; its page must have been opened once, which gives the token."""
        token = next((cookie.value or "" for cookie in self._client.cookies.jar if cookie.name in CSRF_COOKIES), "")
        headers = (headers or {}) | ({"HX-Request": "true"} if fragment else {})
        return self._client.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers=headers)

    def sign_in(self, user: User | str, password: str = PASSWORD, *, headers: dict[str, str] | None = None) -> httpx.Response:
        self.start_over()
        return self.post("/accounts/login/", login=str(user), password=password, headers=headers)

    def start_over(self) -> None:
        """Signed out, at the form to sign in."""
        self._client.cookies.clear()
        assert self.get("/accounts/login/").status_code == 200


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


class Server:
    def __init__(self, url: str, child: Child) -> None:
        self.url = url
        self._child = child

    def browser(self) -> Browser:
        return Browser(self.url)

    def log(self) -> str:
        return self._child.said(100_000)


@contextmanager
def serving(
    folder: Path, *, redis_url: str, settings_module: str = "config.settings", host: str = LOOPBACK, **variables: str
) -> Iterator[Server]:
    """On the test's own database, with the time-outs of an installation and these variables."""
    bind = Address(host, free_port())
    environ = {name: value for name, value in os.environ.items() if name != "ROLLCALL_BROKER_TIMEOUT_MS"} | variables
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
