"""Somebody who clicks: signed in, over loopback, on a kept connection. Needs no Django."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Sequence

from local.addresses import Address

WAIT_SECONDS = 30.0
MOST_TRIES = 20
FROM_MEMORY = "X-Rows-From-Memory"  # a header that tells the floor's answers from Rollcall's


class WrongAnswer(SystemExit):
    """A page is not what the bench is about: the text says which, and the bench ends."""


class Person:
    """One signed-in browser. `name` says in errors which server it asks."""

    def __init__(self, bind: Address, cookie: str, *, from_memory: bool, name: str) -> None:
        self.name = name
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
        raise WrongAnswer(f"The floor does not remember {address}")

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
        raise WrongAnswer(f"{address} was answered by the wrong server")

    def _get(self, address: str) -> bool:
        try:
            answer = self._answer(address)
        except http.client.RemoteDisconnected:  # the server closes what was not used for a while; a browser opens it again
            self._server.close()
            answer = self._answer(address)
        answer.read()
        if answer.status != 200:
            raise WrongAnswer(f"{self.name} answered {answer.status} to {address}")
        return answer.getheader(FROM_MEMORY) is not None

    def _answer(self, address: str) -> http.client.HTTPResponse:
        self._server.request("GET", address, headers=self._headers)
        return self._server.getresponse()

    def close(self) -> None:
        self._server.close()
