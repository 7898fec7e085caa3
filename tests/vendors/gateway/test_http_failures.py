"""The gateway when the answer does not come, is broken, or is a refusal."""

from __future__ import annotations

import socket
import time

import pytest

from tests.vendors.gateway_calls import Meter, failure, gateway, status
from tests.vendors.sockets import OK, Answer, Served, close_after, drip, reset_after, serving
from vendors.errors import AuthFailed, BadAnswer, Misconfigured, RateLimited, Unavailable, VendorError

HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"devices":['


def drip_body(conn: socket.socket, served: Served) -> None:
    conn.sendall(HALF)
    drip(b"x" * 900, pause=0.05)(conn, served)


@pytest.mark.fault("F20")
@pytest.mark.parametrize("answer", [drip(OK, pause=0.05), drip_body])
def test_the_deadline_covers_headers_and_body_together(answer: Answer) -> None:
    error = failure(answer, deadline=0.6)
    assert isinstance(error, Unavailable) and error.sent and "0.6 seconds" in error.sentence


@pytest.mark.fault("F20")
def test_the_deadline_begins_anew_for_a_connection_that_is_used_again() -> None:
    answers = iter((OK, b""))

    def answer(conn: socket.socket, served: Served) -> None:
        for data in answers:
            conn.sendall(data)
            if data:
                served.requests.append(conn.recv(65536))
        served.over.wait(20)

    with serving(answer) as served:
        one = gateway(deadline=0.6)
        one.send("GET", served.url, operation="list things")
        began = time.monotonic()
        with pytest.raises(Unavailable):
            one.send("GET", served.url, operation="list things")
    assert time.monotonic() - began > 0.5 and served.connections == 1


@pytest.mark.fault("F19")
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reset_after(HALF), Unavailable),
        (reset_after(b""), Unavailable),
        (close_after(b""), Unavailable),
        (close_after(HALF), BadAnswer),
        (close_after(b"HTTP/1.1 200 OK\r\nContent-Le"), BadAnswer),
        (close_after(b"{}"), BadAnswer),
        (close_after(b"\x00\xff\x80garbage\r\n\r\n"), BadAnswer),
        (close_after(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\n{}   "), BadAnswer),
        (close_after(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"), BadAnswer),
        (close_after(b"HTTP/1.1 200 OK\r\nX: " + b"h" * 200_000 + b"\r\n\r\n{}"), BadAnswer),
        (close_after(b"HTTP/1.1 200 OK\r\nX: a\x00b\r\nContent-Length: 2\r\n\r\n{}"), BadAnswer),
    ],
)
def test_a_broken_answer(answer: Answer, kind: type[VendorError]) -> None:
    error = failure(answer)
    assert type(error) is kind
    assert not isinstance(error, Unavailable) or error.sent


@pytest.mark.fault("F19")
def test_a_closed_port_was_surely_not_reached() -> None:
    with serving(OK) as served:
        url = served.url
    with pytest.raises(Unavailable) as caught:
        gateway().send("GET", url, operation="list things")
    assert not caught.value.sent


# -- refusals --


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (201, BadAnswer), (202, BadAnswer), (204, BadAnswer), (206, BadAnswer), (301, Misconfigured), (304, Misconfigured),
        (307, Misconfigured), (400, Misconfigured), (401, AuthFailed), (403, Misconfigured), (404, Misconfigured), (406, Misconfigured),
        (408, Unavailable), (413, Misconfigured), (418, Misconfigured), (429, RateLimited), (500, Unavailable), (502, Unavailable),
        (503, Unavailable), (504, Unavailable), (599, Unavailable),
    ],
)  # fmt: skip
def test_every_status_has_one_error(code: int, kind: type[VendorError]) -> None:
    error = failure(status(code, "Request-Id: r-1"))
    assert type(error) is kind and (error.status, error.request_id) == (code, "r-1")
    assert "list things" in error.sentence and str(code) in error.sentence and "r-1" in error.sentence


def test_a_status_that_was_accepted_is_an_answer() -> None:
    with serving(status(404)) as served:
        assert gateway().send("GET", served.url, operation="list things", accept=(200, 404)).status == 404


@pytest.mark.fault("F23")
def test_a_redirect_is_not_followed() -> None:
    with serving(OK) as other, serving(status(302, f"Location: {other.url}/x")) as served, pytest.raises(Misconfigured):
        gateway().send("GET", served.url, operation="list things")
    assert (len(served.requests), other.connections) == (1, 0)


@pytest.mark.parametrize("address", ["http://[::", "https://other.example:port/", "x" * 3000 + "://"])
def test_a_redirect_to_what_is_no_address_is_one_too(address: str) -> None:
    """The HTTP library reads it, although no redirect is followed, and refuses the whole answer."""
    with serving(status(302, f"Location: {address}")) as served, pytest.raises(Misconfigured, match="redirects"):
        gateway().send("GET", served.url, operation="list things")


@pytest.mark.fault("F17")
@pytest.mark.parametrize(
    ("headers", "floor", "wait"),
    [
        ((), 60.0, 60.0), ((), 1.0, 1.0), (("Retry-After: 90",), 60.0, 90.0), (("Retry-After: 0",), 1.0, 1.0),
        (("Retry-After: 0", "Retry-After: 30"), 1.0, 30.0), (("Retry-After: 1e9",), 1.0, 1.0),
        (("Retry-After: 999999999999",), 1.0, 900.0), (("Retry-After: soon",), 60.0, 60.0),
    ],
)  # fmt: skip
def test_429_blocks_the_budget_for_as_long_as_told(headers: tuple[str, ...], floor: float, wait: float) -> None:
    meter = Meter()
    error = failure(status(429, *headers), budget=meter, block_floor=floor)
    assert isinstance(error, RateLimited) and (error.wait, error.ours, meter.blocked) == (wait, False, [wait])


def test_503_blocks_only_when_told() -> None:
    meter = Meter()
    failure(status(503), budget=meter)
    assert meter.blocked == []
    failure(status(503, "Retry-After: 120"), budget=meter)
    assert meter.blocked == [120.0]


def test_a_spent_budget_sends_nothing() -> None:
    meter = Meter(wait=7.5)
    with serving(OK) as served, pytest.raises(RateLimited) as caught:
        gateway(budget=meter, interactive=True).send("GET", served.url, operation="list things")
    assert (caught.value.wait, caught.value.ours, served.connections, meter.interactive) == (7.5, True, 0, [True])


def test_a_call_outside_of_the_budget_does_not_ask() -> None:
    meter = Meter(wait=7.5)
    with serving(OK) as served:
        gateway(budget=meter).send("POST", served.url, operation="sign in", budgeted=False)
    assert (meter.taken, len(served.requests)) == (0, 1)
