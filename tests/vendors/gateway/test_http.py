"""The gateway: what a call sends and brings, what a body may be, and that no secret shows."""

from __future__ import annotations

import gzip
import logging
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.vendors.gateway_calls import body, failure, gateway, status
from tests.vendors.sockets import OK, Answer, close_after, headers_of, reset_after, serving
from vendors.errors import BadAnswer, Misconfigured, VendorError

SECRET = "canary-7f3a"


# -- a good call --


def test_what_is_sent() -> None:
    with serving(OK) as served:
        answer = gateway().send(
            "POST",
            served.url + "/v1/things",
            operation="list things",
            params=[("id", "a b"), ("id", "+&=/")],
            headers={"authorization": "Bearer x"},
            form={"grant": "pass word+"},
        )
    (request,) = served.requests
    assert request.startswith(b"POST /v1/things?id=a+b&id=%2B%26%3D%2F HTTP/1.1\r\n")
    assert request.endswith(b"grant=pass+word%2B")
    sent = headers_of(request)
    assert sent["host"] == f"127.0.0.1:{served.port}" and sent["authorization"] == "Bearer x"
    assert sent["accept-encoding"] == "gzip" and sent["content-type"] == "application/x-www-form-urlencoded"
    assert (answer.status, answer.body) == (200, b"{}")


def test_what_comes_back() -> None:
    with serving(body(b'{"a":1}', "Request-Id: 1234-abcd", "X-RateLimit-Remaining: 3")) as served:
        answer = gateway().send("GET", served.url, operation="list things", json={"page": 1})
    assert served.requests[0].endswith(b'{"page":1}')
    assert answer.request_id == "1234-abcd" and answer.headers["x-ratelimit-remaining"] == "3"
    assert '"a"' not in repr(answer)


def test_connections_are_used_again() -> None:
    with serving(OK) as served:
        one = gateway()
        for _ in range(5):
            one.send("GET", served.url, operation="list things")
        one.close()
    assert (served.connections, len(served.requests)) == (1, 5)


def test_nothing_of_the_environment_takes_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(OK) as served:
        gateway().send("GET", served.url, operation="list things")
    assert "authorization" not in headers_of(served.requests[0])


def test_cookies_are_not_kept() -> None:
    with serving(body(b"{}", "Set-Cookie: a=1; Path=/")) as served:
        one = gateway()
        one.send("GET", served.url, operation="list things")
        one.send("GET", served.url, operation="list things")
    assert "cookie" not in headers_of(served.requests[1])


# -- bodies --


def test_gzip_is_unpacked_and_may_come_in_several_parts() -> None:
    packed = gzip.compress(b"[" + b"1," * 300_000) + gzip.compress(b"1]")
    with serving(body(packed, "Content-Encoding: gzip")) as served:
        answer = gateway().send("GET", served.url, operation="list things")
    assert len(answer.body) == 600_003 and answer.body.endswith(b"1,1]")


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(megabytes)), packer.flush()])


def test_a_gzip_bomb_is_refused_before_it_takes_memory() -> None:
    packed = body(bomb(200), "Content-Encoding: gzip")
    Path("/proc/self/clear_refs").write_text("5")
    before = peak()
    error = failure(packed, max_bytes=8 * 2**20)
    assert isinstance(error, BadAnswer) and "too large" in error.sentence
    assert peak() - before < 30 * 2**20


def peak() -> int:
    """The most memory held since the mark was set back."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (body(b"{}", "Content-Encoding: gzip"), "damaged"),
        (body(gzip.compress(b"x" * 5000, mtime=0)[:-9], "Content-Encoding: gzip"), "cut"),
        (body(b"\x0b\x02\x80{}\x03", "Content-Encoding: br"), "unsupported compression"),
        (body(b"x" * 100_001), "too large"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + 2 * (b"10000\r\n" + b"x" * 65536 + b"\r\n"), "too large"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_taken(answer: bytes, reason: str) -> None:
    error = failure(answer, max_bytes=100_000)
    assert isinstance(error, BadAnswer) and reason in error.sentence


# -- secrets --


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX: y", "a\0b", "schlüssel", "\u2028", "a ", "a\n"])
def test_a_credential_that_no_header_can_carry_is_not_sent(value: str) -> None:
    with serving(OK) as served, pytest.raises(Misconfigured, match="invalid character") as caught:
        gateway().send("GET", served.url, operation="list things", headers={"authorization": f"PAT {value}"})
    assert served.connections == 0 and f"PAT {value}" not in caught.value.sentence


FAULTS: list[Callable[[], Answer | bytes]] = [
    lambda: status(401), lambda: status(302, "Location: /" + SECRET), lambda: status(500), lambda: close_after(body(b"{}" * 50)[:-9]),
    lambda: reset_after(body(b"{}" * 50)[:-9]), lambda: close_after(b"garbage\r\n\r\n"), lambda: body(b"{}", "Content-Encoding: gzip"),
    lambda: status(429), lambda: body(SECRET.encode(), "X-Secret: " + SECRET),
]  # fmt: skip


@pytest.mark.parametrize("fault", range(len(FAULTS)))
def test_url_headers_and_body_reach_no_text_and_no_log(fault: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.connection", "httpcore.http11", "h11"):
        caplog.set_level(logging.DEBUG, logger=name)
    shown = ""
    with serving(FAULTS[fault]()) as served:
        try:
            shown = repr(
                gateway().send(
                    "POST",
                    f"{served.url}/{SECRET}",
                    operation="list things",
                    params=[("access_token", SECRET)],
                    headers={"authorization": SECRET},
                    form={"password": SECRET},
                )
            )
        except VendorError as error:
            assert error.__cause__ is None and error.__context__ is None
            shown = repr(error) + repr(vars(error)) + "".join(traceback.format_exception(error))
    assert SECRET in served.requests[0].decode() and shown
    assert SECRET not in shown + caplog.text and str(served.port) not in caplog.text
