"""Signing in to ESET Connect, and the 202 protocol on every call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.credentials import ESET_PASSWORD, account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.vendors.scripted_server import NOW, Reply, Script, connection, pages, scripted
from vendors.auth import MemoryTokens, Tokens
from vendors.base import DevicePage, Scope
from vendors.errors import AuthFailed, BadAnswer, Lost, Misconfigured, Unavailable
from vendors.eset.adapter import Eset
from vendors.secret import Secret

TOKEN = Reply(200, {"access_token": "canary-1", "refresh_token": "canary-r1", "token_type": "bearer", "expires_in": 3600})
SECOND = Reply(200, {"access_token": "canary-2", "refresh_token": "canary-r2", "token_type": "Bearer", "expires_in": 3600})
GROUPS = Reply(200, {"deviceGroups": [], "nextPageToken": ""})
DEVICES = Reply(200, {"devices": [{"uuid": "one"}]})


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def eset(script: Script, *, tokens: MemoryTokens | None = None, clock: Clock | None = None) -> Eset:
    settings = {"region": "de", "url": script.url + "/{region}.{service}", "username": "api@nordwind.example"}
    return Eset(connection(settings, {"password": "canary pw+&"}, tokens=tokens), now=clock or Clock())


def waiting(response_id: str = "r-1") -> Reply:
    return Reply(202, b"", {"response-id": response_id})


def bodies(script: Script) -> list[bytes]:
    return [asked.body for asked in script.asked if asked.method == "POST"]


def stored(refresh: str | None = "old") -> MemoryTokens:
    """Tokens that have expired."""
    tokens = MemoryTokens()
    tokens.exchange(None, lambda _: Tokens(Secret("stale"), Secret(refresh) if refresh else None, NOW - 10))
    return tokens


# -- sign-in --


def test_the_first_sign_in_is_by_password_in_a_form() -> None:
    with scripted(TOKEN, GROUPS, DEVICES) as script:
        pages(eset(script))
        sign_in, groups, devices = script.asked
    assert sign_in.path == "/de.business-account.iam/oauth/token"
    assert sign_in.headers["content-type"] == "application/x-www-form-urlencoded"
    assert sign_in.body == b"grant_type=password&username=api%40nordwind.example&password=canary+pw%2B%26"
    assert (groups.path, groups.query) == ("/de.device-management/v1/device_groups", {"pageSize": "1000"})
    assert (devices.path, devices.query) == ("/de.device-management/v1/devices", {"pageSize": "1000"})
    assert devices.headers["authorization"] == "Bearer canary-1"


def test_a_refresh_token_is_used_once_and_replaced() -> None:
    tokens = stored()
    with scripted(SECOND, GROUPS, DEVICES) as script:
        pages(eset(script, tokens=tokens))
        assert bodies(script) == [b"grant_type=refresh_token&refresh_token=old"]
    kept = tokens.current()
    assert kept == Tokens(Secret("canary-2"), Secret("canary-r2"), NOW + 3600)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_token_leads_back_to_the_password(status: int) -> None:
    with scripted(Reply(status, {"error": "invalid_grant"}), TOKEN, GROUPS, DEVICES) as script:
        pages(eset(script, tokens=stored()))
        assert [body.partition(b"&")[0] for body in bodies(script)] == [b"grant_type=refresh_token", b"grant_type=password"]


def test_without_a_refresh_token_the_password_is_used() -> None:
    with scripted(TOKEN, GROUPS, DEVICES) as script:
        pages(eset(script, tokens=stored(refresh=None)))
        assert bodies(script)[0].startswith(b"grant_type=password")


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_password_stops_at_once(status: int) -> None:
    with scripted(Reply(status), Reply(status), TOKEN) as script:
        with pytest.raises(AuthFailed, match="username or password") as caught:
            pages(eset(script, tokens=stored()))
        assert len(script.asked) == 2 and caught.value.next_step


@pytest.mark.parametrize("status", [401, 400])
def test_a_refused_access_token_is_exchanged_once(status: int) -> None:
    with scripted(TOKEN, Reply(status), SECOND, GROUPS, DEVICES) as script:
        pages(eset(script))
        assert [asked.headers.get("authorization") for asked in script.asked] == [
            None, "Bearer canary-1", None, "Bearer canary-2", "Bearer canary-2",
        ]  # fmt: skip


def test_a_brand_new_token_that_is_refused_is_a_refusal() -> None:
    with scripted(TOKEN, Reply(401), SECOND, Reply(401), TOKEN) as script:
        with pytest.raises(AuthFailed):
            pages(eset(script))
        assert len(script.asked) == 4


def test_a_400_with_a_brand_new_token_is_our_fault() -> None:
    with scripted(TOKEN, Reply(400), SECOND, Reply(400), TOKEN) as script:
        with pytest.raises(Misconfigured):
            pages(eset(script))
        assert len(script.asked) == 4


@pytest.mark.parametrize(
    ("status", "kind"), [(404, Misconfigured), (415, Misconfigured), (500, Unavailable), (503, Unavailable), (504, Unavailable)]
)
def test_a_token_service_that_fails(status: int, kind: type[Exception]) -> None:
    with scripted(Reply(status), TOKEN) as script, pytest.raises(kind):
        pages(eset(script))


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": "x", "token_type": "mac"}, [], b"<html>", b"", b"null"])
def test_a_sign_in_without_a_bearer_token_is_a_bad_answer(body: Any) -> None:
    with scripted(Reply(200, body)) as script, pytest.raises(BadAnswer, match="sign in"):
        pages(eset(script))


@pytest.mark.parametrize(("told", "expires"), [(1799, NOW + 1799), ("60", NOW + 90), (None, 0.0), (0, 0.0), ("soon", 0.0), (-5, 0.0)])
def test_the_lifetime_is_believed(told: Any, expires: float) -> None:
    tokens = MemoryTokens()
    with scripted(Reply(200, {"access_token": "t", "expires_in": told}), GROUPS, DEVICES) as script:
        pages(eset(script, tokens=tokens))
    kept = tokens.current()
    assert kept is not None and (kept.expires_at, kept.refresh) == (expires, None)


# -- 202 --


def steps(adapter: Eset, cursor: dict[str, Any] | None, count: int) -> list[DevicePage]:
    found: list[DevicePage] = []
    for _ in range(count):
        found.append(adapter.walk(Scope(), found[-1].cursor if found else cursor))
    return found


def test_the_identical_question_is_asked_again_with_the_response_id() -> None:
    first = Reply(200, {"devices": [{"uuid": "one"}], "nextPageToken": "a+/=b"})
    with scripted(TOKEN, GROUPS, first, waiting(), waiting(), Reply(200, {"devices": [{"uuid": "two"}]})) as script:
        found = pages(eset(script))
        asked = script.asked[3:]
    assert [each.query for each in asked] == [{"pageSize": "1000", "pageToken": "a+/=b"}] * 3
    assert [each.headers.get("response-id") for each in asked] == [None, "r-1", "r-1"]
    assert [page.wait for page in found] == [0, 0, 2, 4, 0] and found[2].waiting_for == "ESET is preparing the answer"
    assert [entry.external_id for page in found for entry in page.entries] == ["one", "two"]


def test_the_wait_grows_to_half_a_minute() -> None:
    with scripted(TOKEN, *[waiting()] * 7) as script:
        assert [page.wait for page in steps(eset(script), None, 7)] == [2, 4, 8, 16, 30, 30, 30]


@pytest.mark.fault("F29")
def test_an_answer_that_was_not_kept_is_asked_for_once_more_and_then_lost() -> None:
    with scripted(TOKEN, waiting("a"), Reply(404), waiting("b"), Reply(404)) as script:
        adapter = eset(script)
        found = steps(adapter, None, 3)
        assert [asked.headers.get("response-id") for asked in script.asked[1:]] == [None, "a", None]
        with pytest.raises(Lost):
            adapter.walk(Scope(), found[-1].cursor)


def test_a_404_without_a_response_id_is_no_forgotten_answer() -> None:
    with scripted(TOKEN, Reply(404)) as script, pytest.raises(Misconfigured):
        pages(eset(script))


def test_504_starts_the_question_over() -> None:
    with scripted(TOKEN, waiting("a"), Reply(504), GROUPS, DEVICES) as script:
        assert sum(len(page.entries) for page in pages(eset(script))) == 1
        assert [asked.headers.get("response-id") for asked in script.asked[1:]] == [None, "a", None, None]


def test_504_without_a_response_id_may_be_tried_again() -> None:
    with scripted(TOKEN, Reply(504)) as script, pytest.raises(Unavailable):
        pages(eset(script))


@pytest.mark.fault("F29")
def test_after_ten_minutes_the_question_starts_over_and_not_for_ever() -> None:
    clock = Clock()
    with scripted(Reply(200, {"access_token": "t"}), *[waiting()] * 20) as script:
        adapter = eset(script, clock=clock)
        cursor, restarts = None, 0
        with pytest.raises(Lost):
            for _ in range(20):
                page = adapter.walk(Scope(), cursor)
                assert page.cursor is not None
                restarts += cursor is not None and "pending" in cursor and "pending" not in page.cursor
                cursor, clock.now = page.cursor, clock.now + 599
        assert restarts == 3


@pytest.mark.fault("F29")
@pytest.mark.parametrize("given", ["", "x" * 10_000, "a b"])
def test_202_without_a_usable_response_id_is_a_bad_answer(given: str) -> None:
    with scripted(TOKEN, waiting(given)) as script, pytest.raises(BadAnswer, match="response-id"):
        pages(eset(script))


def test_the_sign_in_itself_may_take_longer() -> None:
    with scripted(waiting("s"), waiting("s"), TOKEN, GROUPS, DEVICES) as script:
        found = pages(eset(script))
        assert [asked.headers.get("response-id") for asked in script.asked[:3]] == [None, "s", "s"]
        assert len({asked.body for asked in script.asked[:3]}) == 1
    assert [page.wait for page in found] == [2, 4, 0, 0] and found[0].waiting_for


def test_a_401_while_waiting_changes_the_token_and_nothing_else() -> None:
    with scripted(TOKEN, waiting("a"), Reply(401), SECOND, GROUPS, DEVICES) as script:
        pages(eset(script))
        again = script.asked[4]
    assert (again.headers["authorization"], again.headers["response-id"]) == ("Bearer canary-2", "a")


# -- a faithful server --


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=60, frozen=True, options=SandboxOptions(rate_limits=False, eset_202_every=1, eset_202_polls=2)) as simulation:
        yield simulation


def simulated(sim: Simulation) -> Eset:
    settings, secrets = account_settings(sim.url)["eset"]
    assert secrets["password"] == ESET_PASSWORD
    return Eset(connection(settings, secrets))


def test_a_walk_in_which_every_answer_takes_long_is_complete(sim: Simulation) -> None:
    found = pages(simulated(sim))
    assert sorted(entry.external_id for page in found for entry in page.entries) == sorted(sim.fleet.ids("eset"))
    assert sum(1 for page in found if page.wait) == 9  # sign-in, groups and devices, three times 202 each


@pytest.mark.parametrize("fault", ["eset:202-expired@1~/v1/devices", "eset:202-504@1~/v1/devices"])
def test_an_answer_that_gets_lost_at_eset_costs_a_repetition(sim: Simulation, fault: str) -> None:
    sim.options.eset_202_every = 0
    sim.fault(fault)
    found = pages(simulated(sim))
    assert sorted(entry.external_id for page in found for entry in page.entries) == sorted(sim.fleet.ids("eset"))
