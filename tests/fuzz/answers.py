"""Answers of vendors as bytes on the wire: status, headers and body. Whatever they are, a call ends with a result or a VendorError."""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpcore
import httpx
from hypothesis import strategies as st

from tests.fuzz.json_rows import broken, value
from tests.fuzz.parser import Parser
from tests.fuzz.texts import made, texts
from tests.fuzz.wire import TOKEN, WAITS, body, good, wire
from vendors.auth import MemoryTokens
from vendors.base import Connection, Scope
from vendors.budget import Unlimited
from vendors.errors import VendorError
from vendors.eset import async_answers, device_pages, paging
from vendors.eset.adapter import Eset
from vendors.eset.client import Reply
from vendors.five9s import job
from vendors.five9s.adapter import Five9s
from vendors.five9s.client import Data, Status
from vendors.gateway import decoding, error_mapping
from vendors.gateway.http import Gateway
from vendors.gateway.transport import Transport
from vendors.installer_api import InstallerOrder
from vendors.opswat.adapter import Opswat
from vendors.parsing.pages import json_pages
from vendors.patching_api import Source
from vendors.secret import Secret
from vendors.states import Family

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class WireGateway(Gateway):
    """The gateway on connections that hold prepared answers, one each, instead of sockets."""

    def __init__(self, answers: Iterable[bytes]) -> None:
        super().__init__(budget=Unlimited(), private_hosts=("127.0.0.1",), deadline=1000.0)
        self._client.close()
        pool = httpcore.ConnectionPool(network_backend=_Backend(answers), max_keepalive_connections=0)
        self._client = httpx.Client(
            transport=Transport(pool), trust_env=False, headers={"user-agent": "Rollcall", "accept-encoding": "gzip"}
        )


class _Backend(httpcore.MockBackend):
    def __init__(self, answers: Iterable[bytes]) -> None:
        super().__init__([])
        self._answers = iter(answers)

    def connect_tcp(self, *_args: Any, **_more: Any) -> httpcore.NetworkStream:
        return httpcore.MockStream([next(self._answers, b""), b""])


def _called(case: bytes) -> None:
    gateway = WireGateway([case])
    try:
        answer = gateway.send("GET", "http://127.0.0.1/x", operation="fuzz", headers={"authorization": "Bearer canary-token"})
        assert answer.status == 200 and isinstance(answer.body, bytes) and len(answer.request_id) <= 100
    except VendorError as error:
        _harmless(error)
    finally:
        gateway.close()


def _harmless(error: VendorError) -> None:
    assert str(error.sentence) and "canary-" not in f"{error}{error.next_step}{error.__context__!r}"
    assert error.__suppress_context__ or error.__context__ is None or isinstance(error.__context__, VendorError)


Walk = Callable[[Gateway], Any]
SETTINGS = {
    "url": "http://127.0.0.1/{region}/{service}",
    "region": "eu",
    "username": "api",
    "time_zone": "Europe/Berlin",
    "allow_http": "true",
}
SECRETS = {name: Secret("canary-secret") for name in ("password", "client_key", "client_secret", "token")}
ORDER = InstallerOrder(name="Reception [req-00000000]", family=Family.WINDOWS, language="en-us")


def _connection(gateway: Gateway, **more: str) -> Connection:
    return Connection(settings={**SETTINGS, **more}, secrets=SECRETS, gateway=gateway, tokens=MemoryTokens())


def _eset(turn: Callable[[Eset], Any]) -> Walk:
    return lambda gateway: turn(Eset(_connection(gateway), now=NOW.timestamp))


ESET_TURNS: tuple[Callable[[Eset], Any], ...] = (
    lambda eset: eset.probe(),
    lambda eset: eset.walk(Scope(), None),
    lambda eset: eset.walk(Scope(), {"phase": "devices", "token": "t", "pages": 1}),
    lambda eset: eset.walk(Scope(), {"phase": "devices", "token": "", "pending": {"id": "r", "since": NOW.timestamp(), "wait": 4.0}}),
    lambda eset: eset.walk(Scope(ids=("a", "b")), None),
    lambda eset: eset.walk(Scope(hostnames=("nb-1",)), None),
    lambda eset: eset.make_installer(ORDER, None),
    lambda eset: eset.list_installers(None),
    lambda eset: eset.read_installer("a", None),
    lambda eset: eset.delete_installer("a", None),
    *(lambda eset, source=source: eset.read_patches(source, NOW, None) for source in Source),
)
OTHER_TURNS: tuple[Walk, ...] = (
    lambda gateway: Opswat(_connection(gateway, url="http://127.0.0.1/opswat"), clock=NOW.timestamp).probe(),
    lambda gateway: Opswat(_connection(gateway, url="http://127.0.0.1/opswat"), clock=NOW.timestamp).walk(Scope(), None),
    lambda gateway: Opswat(_connection(gateway, url="http://127.0.0.1/opswat"), clock=NOW.timestamp).walk(
        Scope(), {"page": 2, "seen": 50, "expected": 60, "last": "x"}
    ),
    *(
        lambda gateway, cursor=cursor, scope=scope: Five9s(_connection(gateway, url="http://127.0.0.1/five9s"), clock=NOW.timestamp).walk(
            scope, cursor
        )
        for cursor in (None, {"phase": "status", "job": "1"}, {"phase": "data", "job": "1"})
        for scope in (Scope(), Scope(hostnames=("nb-1",), serials=("PF2ABC1",)))
    ),
    lambda gateway: Five9s(_connection(gateway, url="http://127.0.0.1/five9s"), clock=NOW.timestamp).probe(),
)


def _walked(case: tuple[int, list[bytes]], *, turns: Sequence[Walk]) -> None:
    number, answers = case
    gateway = WireGateway(answers)
    try:
        turns[number % len(turns)](gateway)
    except VendorError as error:
        _harmless(error)
    finally:
        gateway.close()


def _walks(dice: Random) -> tuple[int, list[bytes]]:
    """The first answer is mostly to a sign-in."""
    signed_in = good(TOKEN) if dice.random() < 0.8 else wire(dice)
    return dice.randrange(1000), [*([signed_in] if dice.random() < 0.8 else []), *(wire(dice) for _ in range(4))]


def _waits(case: list[str]) -> None:
    wait = error_mapping.told_wait(case, now=NOW)
    assert wait is None or 0.0 <= wait <= error_mapping.LONGEST_WAIT
    error_mapping.told_wait(case)


def _errors(case: tuple[int, str, bytes]) -> None:
    status, request_id, _ = case
    error = error_mapping.from_status(status, operation="fuzz", request_id=request_id)
    assert error.status == status and str(status) in error.sentence
    for kind in (httpcore.ConnectError, httpcore.ReadTimeout, httpcore.RemoteProtocolError, httpcore.WriteError):
        assert str(error_mapping.from_error(kind("canary"), operation="fuzz", deadline=1.0, received=status % 2)).count("canary") == 0


def _decoded(case: tuple[list[bytes], str]) -> None:
    pieces, coding = case
    try:
        assert len(b"".join(decoding.decoded(iter(pieces), coding=coding, most=5000))) <= 5000
    except decoding.Undecodable as error:
        assert str(error.reason)


def _pieces(dice: Random) -> tuple[list[bytes], str]:
    content = dice.choice((gzip.compress(body(dice)), gzip.compress(b"0" * 10**5), body(dice), gzip.compress(b"a") + gzip.compress(b"b")))
    content = broken(content, dice) if dice.random() < 0.5 else content
    at = dice.randint(0, len(content))
    return [content[:at], b"", content[at:]], dice.choice(("", "gzip", "x-gzip", "identity", " GZIP ", "br", "gzip, gzip"))


def _job(case: tuple[object, object, object]) -> None:
    one, two, three = case
    status = Status(Status=one, StatusDetails=two)
    assert str(job.waiting_for(job.state(status), status)) and str(job.failure(status))
    data = Data(Results=[], TotalCount=0, ReturnedCount=one, DevicesNotFound=[two, three])
    assert all(isinstance(each, str) for each in job.not_found(data))
    assert job.not_found(Data(DevicesNotFound=three)) is not None
    try:
        job.progress(data, [], page=1, seen=0, last="")
    except VendorError as error:
        _harmless(error)


def _requests(names: tuple[list[str], list[str], list[str]]) -> None:
    ids, hosts, serials = (tuple(each) for each in names)
    scope = Scope(ids=ids, hostnames=hosts, serials=serials)
    bodies, unknown = job.requests(scope, overlap=NOW - NOW)
    assert {*unknown} <= {*ids} and len(bodies) <= 3
    assert Scope.from_json(scope.as_json()) == scope
    for number in (each for part in bodies for each in part.get("Computer_Idns", [])):
        assert 0 <= number < 2**63
    device_pages.start(scope)


def _cursor(case: tuple[str, str, str, int]) -> None:
    """What ESET sends as the token of a page and as the id of a postponed answer goes into the cursor."""
    token, response_id, before, status = case
    reply = Reply(status, b"", response_id, "", "fuzz")
    try:
        found = paging.following({"token": before, "pages": 3}, token, reply, most=5)
        assert found is None or (found["token"] == token and len(token) <= paging.LONGEST_TOKEN and json.dumps(found))
        async_answers.follow({"pending": {"id": "a", "since": 0.0, "wait": 2.0}} if before else {}, reply, now=1.0)
    except async_answers.AnswerNotReady as later:
        cursor = later.page.cursor or {}
        assert async_answers.response_id(cursor).isascii() and "pending" not in async_answers.settled(cursor)
    except VendorError as error:
        _harmless(error)


JSON = made(
    lambda dice: json_pages.page(b'{"a":' + dice.choice((value(dice), b'"PENDING"', b"3")) + b"}", type=dict[str, Any], operation="fuzz")[
        "a"
    ]
)
NAMES = st.lists(texts("17", "0042", "nb-1", "9" * 19, "1" * 30), max_size=3)
PARSERS: list[Parser[Any]] = [
    Parser((Gateway.send, error_mapping.from_error), made(wire), _called),
    Parser((Eset.walk, Eset.probe, Eset.make_installer, Eset.list_installers, Eset.read_installer, Eset.delete_installer, Eset.read_patches),
           made(_walks), functools.partial(_walked, turns=tuple(map(_eset, ESET_TURNS)))),
    Parser((Opswat.walk, Opswat.probe, Five9s.walk, Five9s.probe), made(_walks), functools.partial(_walked, turns=OTHER_TURNS)),
    Parser((error_mapping.told_wait,), st.lists(texts(*WAITS), max_size=3), _waits),
    Parser((error_mapping.from_status,), st.tuples(st.integers(100, 999), texts("0f8fad5b-d9cb"), st.just(b"")), _errors),
    Parser((decoding.decoded,), made(_pieces), _decoded),
    Parser((job.state, job.waiting_for, job.failure, job.not_found, job.progress), st.tuples(JSON, JSON, JSON), _job),
    Parser((job.requests, device_pages.start), st.tuples(NAMES, NAMES, NAMES), _requests),
    Parser((paging.following, async_answers.follow, async_answers.settled, async_answers.response_id, paging.bad),
           st.tuples(texts("abc.def==", "x" * 2001), texts("r-1"), texts("abc.def=="), st.sampled_from((200, 202, 404, 504))), _cursor),
]  # fmt: skip
