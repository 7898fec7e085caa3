"""Web servers as `make run` starts them, and people who click: signed in, over loopback, on kept connections."""

from __future__ import annotations

import http.client
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client

from devices.models import User
from devices.roles import IT_STAFF
from local import programs
from local.addresses import LOOPBACK, Address
from local.processes import Child
from local.waiting import wait_until
from tests.bench.floor_settings import FROM_MEMORY
from tests.bench.machine import Machine

WAIT_SECONDS = 30.0
MOST_TRIES = 20


class Person:
    """One signed-in browser."""

    def __init__(self, bind: Address, cookie: str, *, from_memory: bool) -> None:
        self._server = http.client.HTTPConnection(bind.host, bind.port, timeout=WAIT_SECONDS)
        self._headers = {"Cookie": cookie, "Accept": "text/html"}
        self._from_memory = from_memory

    def prefer(self, *, fragment: bool) -> None:
        """Whether what is asked from here on is a part of a page."""
        self._headers.pop("HX-Request", None)
        self._headers |= {"HX-Request": "true"} if fragment else {}

    def prepare(self, address: str) -> None:
        """Until the floor has the page in the memory of the process that this connection leads to."""
        for _ in range(MOST_TRIES):
            if self._get(address) or not self._from_memory:
                return
        raise SystemExit(f"The floor does not remember {address}")

    def asker(self, addresses: Sequence[str], *, place: int = 0) -> Callable[[int], float]:
        """Asks the n-th address, counted from another one at each place."""
        start = place * len(addresses) // 8
        return lambda number: self.ask(addresses[(start + number) % len(addresses)])

    def ask(self, address: str) -> float:
        """Seconds until the last byte."""
        for _ in range(MOST_TRIES):
            started = time.perf_counter()
            remembered = self._get(address)
            took = time.perf_counter() - started
            if remembered is self._from_memory:
                return took
        raise SystemExit(f"{address} was answered by the wrong server")

    def _get(self, address: str) -> bool:
        try:
            answer = self._answer(address)
        except http.client.RemoteDisconnected:  # the server closes what was not used for a while; a browser opens it again
            self._server.close()
            answer = self._answer(address)
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address} answered {answer.status}")
        return answer.getheader(FROM_MEMORY) is not None

    def _answer(self, address: str) -> http.client.HTTPResponse:
        self._server.request("GET", address, headers=self._headers)
        return self._server.getresponse()

    def close(self) -> None:
        self._server.close()


@contextmanager
def people(machine: Machine, name: str, *, count: int, settings_module: str, from_memory: bool) -> Iterator[list[Person]]:
    """A server of its own, and as many people."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        bind = Address(LOOPBACK, probe.getsockname()[1])
    environment = programs.environment_for(
        machine.stack.home, services=machine.stack.environment, bind=bind, sandbox=None, environ=os.environ
    )
    program = programs.web({**environment, "DJANGO_SETTINGS_MODULE": settings_module}, bind=bind)
    child = Child(program, logs=machine.stack.home.logs)
    child.start()
    try:
        if not wait_until(lambda: not child.running or _listens(bind), seconds=WAIT_SECONDS) or not child.running:
            raise SystemExit(f"The server of {name} does not start: {child.said()}")
        crowd = [Person(bind, _cookie(), from_memory=from_memory) for _ in range(count)]
        yield crowd
        for person in crowd:
            person.close()
    finally:
        child.stop()


def at_once(asks: Sequence[Callable[[int], float]], *, first: int, times: int) -> list[float]:
    """Everybody asks so often, one after the other, from number `first` on; seconds of each answer."""
    if len(asks) == 1:
        return [asks[0](number) for number in range(first, first + times)]
    with ThreadPoolExecutor(len(asks)) as pool:
        told = pool.map(lambda ask: [ask(number) for number in range(first, first + times)], asks)
        return [seconds for each in told for seconds in each]


def _cookie() -> str:
    user, _ = User.objects.get_or_create(username="bench")
    user.groups.set([Group.objects.get(name=IT_STAFF)])
    client = Client(headers={"host": LOOPBACK})
    client.force_login(user)
    client.get("/devices/")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _listens(bind: Address) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((bind.host, bind.port)) == 0
