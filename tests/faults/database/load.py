"""Users at their browsers: requests at a steady rate, each with its status and its time, while something happens to the server."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from devices.models import User
from tests.faults.serving import Browser, Server

SIGN_IN = "sign in"  # a path of its own: the form, and what it creates in the database


@dataclass(frozen=True, slots=True)
class Answer:
    """`at`: when it arrived, on the monotonic clock; `seconds`: how long it took."""

    path: str
    status: int
    at: float
    seconds: float


@dataclass(slots=True)
class Load:
    answers: list[Answer] = field(default_factory=list)

    def count(self, status: int) -> int:
        return sum(each.status == status for each in self.answers)

    def since(self, moment: float) -> list[Answer]:
        return [each for each in self.answers if each.at >= moment]

    def unavailable_seconds(self) -> float:
        """From the first answer 503 to the last."""
        times = [each.at for each in self.answers if each.status == 503]
        return max(times) - min(times) if times else 0.0

    def slowest(self) -> float:
        return max((each.seconds for each in self.answers), default=0.0)

    def __str__(self) -> str:
        return str(sorted(Counter((each.path, each.status) for each in self.answers).items()))


@contextmanager
def load(server: Server, user: User, paths: Sequence[str], *, per_second: float = 5.0) -> Iterator[Load]:
    """One browser for each path, which requests it at this rate. The paths have been answered once when this begins."""
    found, stop = Load(), threading.Event()
    threads = [
        threading.Thread(target=_browse, args=(server, user, path, found), kwargs={"stop": stop, "pause": 1 / per_second}) for path in paths
    ]
    for thread in threads:
        thread.start()
    try:
        while len({each.path for each in found.answers}) < len(set(paths)) and any(thread.is_alive() for thread in threads):
            stop.wait(0.05)
        yield found
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)


def _browse(server: Server, user: User, path: str, found: Load, *, stop: threading.Event, pause: float) -> None:
    with server.browser() as browser:
        assert browser.sign_in(user).status_code == 302
        while not stop.wait(pause):
            began = time.monotonic()
            status = _sign_in(browser, user) if path == SIGN_IN else browser.get(path).status_code
            ended = time.monotonic()
            found.answers.append(Answer(path, status, ended, ended - began))


def _sign_in(browser: Browser, user: User) -> int:
    """The status of the form, or of the page with it where that is no 200."""
    page = browser.get("/accounts/login/").status_code
    return page if page not in (200, 302) else browser.post("/accounts/login/", login=str(user), password="wrong").status_code
