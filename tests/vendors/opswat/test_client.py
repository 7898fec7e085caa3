"""OPSWAT's calls: where the token travels, what a spent budget does, and which settings are refused."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.vendors.opswat.scripted import BEYOND, NO_ACCOUNT, TOKEN, account, lists, opswat, rows
from tests.vendors.scripted_server import NOW, Reply, pages, scripted
from vendors.auth import MemoryTokens
from vendors.base import Scope
from vendors.budget import Unlimited
from vendors.errors import AuthFailed, BadAnswer, RateLimited, Unsupported, VendorError
from vendors.opswat.adapter import check, rate

# -- the token --


def test_the_token_is_in_the_url_and_nowhere_else() -> None:
    with scripted(TOKEN, account(3), rows(0, 3)) as script:
        pages(opswat(script))
        sign_in, *calls = script.asked
        assert (sign_in.method, sign_in.path, sign_in.query) == ("POST", "/o/oauth/token", {})
        assert sign_in.headers["content-type"] == "application/x-www-form-urlencoded"
        assert sign_in.body == b"client_id=canary-key&client_secret=canary-secret&grant_type=client_credentials"
        for call in calls:
            assert call.query["access_token"] == "canary-token"
            assert "authorization" not in call.headers and b"canary" not in call.body


def test_a_stale_token_is_exchanged_once() -> None:
    fresh = Reply(200, {"access_token": "second"})
    with scripted(TOKEN, NO_ACCOUNT, Reply(401), fresh, rows(0, 50), rows(50, 1)) as script:
        pages(opswat(script))
        assert [asked.query["access_token"] for asked in lists(script)] == ["canary-token", "second", "second"]


def test_a_token_refused_twice_is_a_refusal() -> None:
    with scripted(TOKEN, NO_ACCOUNT, Reply(401), TOKEN, Reply(401), rows(0, 1)) as script:
        with pytest.raises(AuthFailed):
            pages(opswat(script))
        assert len(script.asked) == 5


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_secret_is_tried_once(status: int) -> None:
    with scripted(Reply(status, {"error": "invalid_client"}), TOKEN) as script:
        with pytest.raises(AuthFailed, match="client key and secret"):
            pages(opswat(script))
        assert len(script.asked) == 1


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": None}, [], "<html>"])
def test_a_sign_in_without_a_token_is_a_bad_answer(body: Any) -> None:
    with scripted(Reply(200, body)) as script, pytest.raises(BadAnswer, match="sign in"):
        pages(opswat(script))


@pytest.mark.parametrize(("told", "expires"), [(3600, NOW + 3600), ("1800", NOW + 1800), (None, 0.0), (0, 0.0), ("soon", 0.0)])
def test_a_lifetime_is_believed_where_it_is_told(told: Any, expires: float) -> None:
    tokens = MemoryTokens()
    with scripted(Reply(200, {"access_token": "t", "expires_in": told}), account(1), rows(0, 1)) as script:
        pages(opswat(script, tokens=tokens))
    kept = tokens.current()
    assert kept is not None and kept.expires_at == expires


def test_no_secret_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    for end in (Reply(500), Reply(406), Reply(413, "<html>"), Reply(200, "{"), Reply(429), Reply(302), Reply(418)):
        with scripted(TOKEN, NO_ACCOUNT, end) as script:
            adapter = opswat(script)
            with pytest.raises(VendorError) as caught:
                pages(adapter)
            shown += [repr(caught.value), str(caught.value), caught.value.next_step, repr(adapter), repr(vars(adapter))]
            assert caught.value.__cause__ is None and (caught.value.__suppress_context__ or caught.value.__context__ is None)
    assert "canary" not in "".join(shown) + caplog.text


# -- the budget --


class Meter(Unlimited):
    def __init__(self, *, wait_at: int = 10**6) -> None:
        self.taken = 0
        self.learned: list[tuple[int, float]] = []
        self._wait_at = wait_at

    def take(self, *, interactive: bool = False) -> float:
        self.taken += 1
        return 12.5 if self.taken == self._wait_at else 0.0

    def learn(self, *, remaining: int, reset: float) -> None:
        self.learned.append((remaining, reset))


def test_a_spent_budget_is_a_wait_and_nothing_is_sent() -> None:
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), rows(50, 1)) as script:
        adapter = opswat(script, budget=Meter(wait_at=3))  # signing in and reading the account come first
        first = adapter.walk(Scope(), None).cursor
        with pytest.raises(RateLimited) as caught:
            adapter.walk(Scope(), first)
        assert (caught.value.wait, caught.value.ours, lists(script)) == (12.5, True, [])
        assert len(adapter.walk(Scope(), first).entries) == 50


def test_each_step_takes_one_call_and_signing_in_another() -> None:
    meter = Meter()
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), rows(50, 1)) as script:
        assert len(pages(opswat(script, budget=meter))) == 3
        assert meter.taken == 4


@pytest.mark.parametrize(
    ("remaining", "reset", "learned"),
    [
        ("3", "41", [(3, 41.0)]),
        ("0", str(int(NOW) + 30), [(0, 30.0)]),
        ("x", "41", []),
        ("3", "1e400", []),
        ("-1", "5", []),
        ("3", "nan", []),
    ],
)
def test_the_vendors_own_count_is_learned(remaining: str, reset: str, learned: list[tuple[int, float]]) -> None:
    headers = {"X-RateLimit-Limit": "10", "X-RateLimit-Remaining": remaining, "X-RateLimit-Reset-Time": reset}
    meter = Meter()
    with scripted(TOKEN, NO_ACCOUNT, Reply(200, [], headers)) as script:
        pages(opswat(script, budget=meter))
    assert meter.learned == learned


def test_the_rate_keeps_calls_for_people() -> None:
    assert (rate({}).calls, rate({}).seconds, rate({}).reserve) == (10, 61.0, 2)
    assert (rate({"calls_per_minute": "1"}).calls, rate({"calls_per_minute": "1"}).reserve) == (1, 0)
    assert rate({"calls_per_minute": "many"}).calls == rate({"calls_per_minute": "9" * 5000}).calls == 10


# -- the account --


@pytest.mark.parametrize("scope", [Scope(ids=("HW1",)), Scope(hostnames=("pc-1",))])
def test_one_device_cannot_be_asked_for(scope: Scope) -> None:
    with scripted() as script, pytest.raises(Unsupported) as caught:
        opswat(script).walk(scope, None)
    assert "full sync" in caught.value.next_step and script.asked == []


@pytest.mark.parametrize("url", ["https://gears.opswat.com", "", "http://127.0.0.1:9100/opswat"])
def test_good_settings(url: str) -> None:
    assert check({"url": url, "calls_per_minute": "10"}) == {}


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://gears.opswat.com"},
        {"url": "gears.opswat.com"},
        {"url": "https://user:pw@gears.opswat.com"},
        {"url": "https://gears.opswat.com/?x=1"},
        *(
            {"calls_per_minute": text}
            for text in ("0", "-1", "ten", "1e3", "99999999999999999999", "00000000060000", "0" * 5000 + "9", "\u0663")
        ),
    ],
)
def test_bad_settings_are_one_sentence(settings: dict[str, str]) -> None:
    (sentence,) = check(settings).values()
    assert sentence.endswith(".") and "pw" not in sentence


def test_a_probe_reads_one_device() -> None:
    with scripted(TOKEN, rows(0, 1)) as script:
        assert "first device" in opswat(script).probe()
        assert lists(script)[0].query["limit"] == "1"
    with scripted(TOKEN, BEYOND) as script:
        assert "no devices yet" in opswat(script).probe()
