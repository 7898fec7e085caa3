"""A vendor that cannot be reached, stays silent or sends a byte at a time: one call ends within its deadline, with a plain sentence."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from pytest_django.fixtures import Settings

from devices.connections.connection import connect
from devices.models import Account, Health
from tests.devices.runs import account_at, sync
from tests.faults.report import Measured
from tests.vendors.gateway_calls import gateway
from tests.vendors.sockets import OK, Answer, Served, close_after, drip, reset_after, serving
from vendors.base import Scope
from vendors.errors import BadAnswer, Misconfigured, Unavailable, VendorError

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
DEADLINE = 2  # seconds; that of an installation is 30
MARGIN = 1  # for what is not waiting, the same with any deadline
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Place = Callable[[], AbstractContextManager[str]]
HALF = HEAD + b'Content-Length: 1000\r\n\r\n{"JobId":"'


@pytest.fixture(autouse=True)
def _short_deadline(settings: Settings) -> None:
    settings.VENDOR_DEADLINE_SECONDS = DEADLINE


def silent(_conn: socket.socket, served: Served) -> None:
    served.over.wait(20)


def drip_body(conn: socket.socket, served: Served) -> None:
    conn.sendall(HALF)
    drip(b"x" * 900, pause=0.05)(conn, served)


def endless_chunks(conn: socket.socket, served: Served) -> None:
    """Each read brings something: a limit of the wait between two bytes never strikes."""
    conn.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while not served.over.wait(0.02):
        conn.sendall(b"400\r\n" + b" " * 1024 + b"\r\n")


@contextmanager
def closed_port() -> Iterator[str]:
    with serving(OK) as served:
        url = served.url
    yield url


@contextmanager
def black_hole() -> Iterator[str]:
    """A listener whose queue is full: the kernel drops what knocks, as a firewall does."""
    with ExitStack() as kept:
        listener = kept.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = kept.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def at(answer: Answer | bytes, *, scheme: str = "http") -> Place:
    @contextmanager
    def place() -> Iterator[str]:
        with serving(answer) as served:
            yield f"{scheme}://127.0.0.1:{served.port}"

    return place


@contextmanager
def unknown_name() -> Iterator[str]:
    yield "https://no-such-host.invalid"


UNREACHABLE: dict[str, tuple[Place, type[VendorError] | tuple[type[VendorError], ...]]] = {
    "refused": (closed_port, Unavailable),
    "unknown name": (unknown_name, (Misconfigured, Unavailable)),  # temporarily unknown where no name server answers
    "black hole": (black_hole, Unavailable),
    "silent": (at(silent), Unavailable),
    "silent in the TLS handshake": (at(silent, scheme="https"), Unavailable),
    "closed without an answer": (at(close_after(b"")), Unavailable),
    "reset without an answer": (at(reset_after(b"")), Unavailable),
    "reset in the body": (at(reset_after(HALF)), Unavailable),
    "closed in the body": (at(close_after(HALF)), BadAnswer),
}
SLOW: dict[str, Place] = {
    "headers byte by byte": at(drip(HEAD + b"Content-Length: 2\r\n\r\n{}", pause=0.05)),
    "body byte by byte": at(drip_body),
    "chunks without end": at(endless_chunks),
}


def account_of(url: str) -> Account:
    account = account_at("http://127.0.0.1:9", "five9s", name=f"five9s-{Account.objects.count()}")
    account.settings["url"] = url
    account.save(update_fields=["settings"])
    return account


def ended(place: Place) -> tuple[VendorError, float]:
    """The error of one call of an account at this place, and the seconds until it was raised."""
    with place() as url:
        link = connect(account_of(url))
        try:
            began = time.monotonic()
            with pytest.raises(VendorError) as caught:
                link.reader.walk(Scope(), None)
            return caught.value, time.monotonic() - began
        finally:
            link.gateway.close()


def assert_plain(error: VendorError) -> None:
    assert re.fullmatch(r"Could not .{10,200}\.", error.sentence), error.sentence
    assert not re.search(r"(?i)traceback|exception|errno|https?://|127\.0\.0\.1|httpc", error.sentence), error.sentence
    assert error.__cause__ is None and (error.__suppress_context__ or error.__context__ is None)


@pytest.mark.fault("F19")
def test_a_vendor_that_cannot_be_reached_is_classified_within_the_deadline(measured: Measured) -> None:
    slowest = 0.0
    for name, (place, kind) in UNREACHABLE.items():
        error, seconds = ended(place)
        assert isinstance(error, kind), (name, error)
        assert_plain(error)
        slowest = max(slowest, seconds)
    measured(f"slowest of {len(UNREACHABLE)} ways, deadline {DEADLINE} s", slowest, at_most=DEADLINE + MARGIN)


@pytest.mark.fault("F19")
def test_a_name_server_that_does_not_answer_is_not_waited_for(measured: Measured) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        time.sleep(2 * DEADLINE + MARGIN)  # as the system's resolver: it knows no deadline
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        gateway(deadline=float(DEADLINE), resolve=resolve).send("GET", "https://silent.example/", operation="list things")
    measured(f"silent name server, deadline {DEADLINE} s", time.monotonic() - began, at_most=DEADLINE + MARGIN)
    assert "DNS lookup" in caught.value.sentence and not caught.value.sent


@pytest.mark.fault("F19")
def test_the_account_says_it_in_a_sentence_and_is_tried_again() -> None:
    with closed_port() as url:
        account = account_of(url)
        run = sync(account)
    account.refresh_from_db()
    assert (run.state, run.attempts, account.health, account.health_sentence) == ("failed", 3, Health.FAILING, run.error)
    assert account.try_after is not None and "cannot be reached" in run.error


@pytest.mark.fault("F20")
def test_an_answer_that_arrives_a_byte_at_a_time_is_cut_at_the_deadline(measured: Measured) -> None:
    """Seconds beyond the deadline do not depend on it, so that 30 s are cut within 31 s."""
    slowest = 0.0
    for name, place in SLOW.items():
        error, seconds = ended(place)
        assert isinstance(error, Unavailable) and f"within {DEADLINE} seconds" in error.sentence, (name, error)
        assert seconds >= DEADLINE - 0.1, name
        assert_plain(error)
        slowest = max(slowest, seconds)
    measured(f"slowest of {len(SLOW)} ways, deadline {DEADLINE} s", slowest, at_most=DEADLINE + MARGIN)
