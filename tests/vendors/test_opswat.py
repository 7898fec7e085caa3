"""OPSWAT's walk: where the list ends, where the token travels, and what a spent budget does."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.credentials import account_settings
from sandbox.server import running
from sandbox.world import Options
from tests.vendors.contract import VendorContract
from tests.vendors.scripted import NOW, Asked, Reply, Script, connection, pages, scripted
from vendors.auth import MemoryTokens
from vendors.base import Scope
from vendors.budget import Unlimited
from vendors.errors import AuthFailed, BadAnswer, Misconfigured, RateLimited, Unavailable, Unsupported, VendorError
from vendors.opswat.adapter import Opswat, check, rate

TOKEN = Reply(200, {"access_token": "canary-token", "token_type": "bearer"})
NO_ACCOUNT = Reply(403)
BEYOND = Reply(413)
HTML = {"content-type": "text/html"}
LIST = "/o/api/v2.3/devices"


class TestContract(VendorContract):
    slug = "opswat"
    devices = 240
    listing = "/v2.3/devices"
    unknown_word = ("status", 7)
    undeclared = Scope(since=datetime(2026, 1, 1, tzinfo=UTC))


def rows(first: int, count: int) -> Reply:
    return Reply(200, [{"hwid": f"HW{number:05}", "hostname": f"pc-{number}", "status": 0} for number in range(first, first + count)])


def account(used: Any) -> Reply:
    return Reply(200, {"name": "Nordwind", "devices_used": used})


def opswat(script: Script, **more: Any) -> Opswat:
    secrets = {"client_key": "canary-key", "client_secret": "canary-secret"}
    return Opswat(connection({"url": script.url}, secrets, **more), clock=lambda: NOW)


def lists(script: Script) -> list[Asked]:
    return [asked for asked in script.asked if asked.path == LIST]


def walked(*replies: Reply) -> list[str]:
    with scripted(TOKEN, *replies) as script:
        return [entry.external_id for page in pages(opswat(script)) for entry in page.entries]


def refused(*replies: Reply) -> str:
    with pytest.raises(BadAnswer) as caught:
        walked(*replies)
    return caught.value.sentence


# -- where the list ends --


@pytest.mark.parametrize("end", [BEYOND, Reply(413, {"error": {"code": 413}}), Reply(200, [])])
def test_the_page_behind_the_last_full_one_ends_the_list(end: Reply) -> None:
    assert len(walked(NO_ACCOUNT, rows(0, 50), rows(50, 50), end)) == 100


def test_a_short_page_ends_the_list_without_another_call() -> None:
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), rows(50, 7)) as script:
        assert sum(len(page.entries) for page in pages(opswat(script))) == 57
        assert [asked.query["page"] for asked in lists(script)] == ["1", "2"]


def test_the_list_is_asked_for_as_documented() -> None:
    with scripted(TOKEN, account(1), rows(0, 1)) as script:
        pages(opswat(script))
        (asked,) = lists(script)
        assert asked.query == {"limit": "50", "page": "1", "groupBy": "hwid", "order": "asc", "access_token": "canary-token"}


def test_413_on_the_first_page_is_no_end() -> None:
    assert "before its first page" in refused(NO_ACCOUNT, BEYOND)
    assert "before its first page" in refused(account(120), BEYOND)


def test_413_on_the_first_page_of_an_account_without_devices_is_an_empty_list() -> None:
    assert walked(account(0), BEYOND) == []


@pytest.mark.parametrize("page", [Reply(413, "<html>too large</html>"), Reply(413, "too large", HTML)])
def test_413_by_a_proxy_is_no_end(page: Reply) -> None:
    assert "proxy" in refused(NO_ACCOUNT, rows(0, 50), page)


@pytest.mark.parametrize("end", [BEYOND, Reply(200, []), rows(100, 3)])
def test_an_end_far_before_the_accounts_own_count_is_no_end(end: Reply) -> None:
    assert "account holds 400" in refused(account(400), rows(0, 50), rows(50, 50), end)


@pytest.mark.parametrize("used", [110, 60, 0, None, -5])
def test_an_end_near_the_accounts_own_count_is_an_end(used: int | None) -> None:
    assert len(walked(account(used), rows(0, 50), rows(50, 50), BEYOND)) == 100


@pytest.mark.parametrize(
    "broken", [Reply(401), Reply(403), Reply(404), Reply(500), Reply(200, "<html>"), Reply(200, {"devices_used": "x"})]
)
def test_an_account_that_may_not_be_asked_is_no_error(broken: Reply) -> None:
    more = [TOKEN, broken] if broken.status == 401 else []
    assert len(walked(broken, *more, rows(0, 50), rows(50, 4))) == 54


def test_the_accounts_count_is_what_is_expected() -> None:
    with scripted(TOKEN, account(57), rows(0, 50), rows(50, 7)) as script:
        assert [page.expected for page in pages(opswat(script))] == [57, 57, 57]


def test_a_limit_that_the_server_ignores_is_neither_an_end_nor_endless() -> None:
    assert "page size" in refused(NO_ACCOUNT, rows(0, 1), rows(1, 1))
    assert "page size" in refused(account(60), rows(0, 1), rows(1, 1))
    assert "account holds 60" in refused(account(60), rows(0, 1), BEYOND)


def test_a_small_account_is_proved_by_the_page_behind() -> None:
    assert len(walked(NO_ACCOUNT, rows(0, 3), BEYOND)) == 3
    assert len(walked(account(3), rows(0, 3))) == 3


def test_a_page_number_that_the_server_ignores_is_an_error() -> None:
    assert "same devices" in refused(NO_ACCOUNT, rows(0, 50), rows(0, 50))


def test_a_row_that_moved_to_the_next_page_is_listed_twice_and_no_error() -> None:
    found = walked(NO_ACCOUNT, rows(0, 50), rows(49, 50), rows(99, 2))
    assert len(found) == 102 and len(set(found)) == 101


def test_406_is_our_fault() -> None:
    with scripted(TOKEN, NO_ACCOUNT, Reply(406)) as script, pytest.raises(Misconfigured, match="refused a page of 50"):
        pages(opswat(script))


def test_a_failure_on_page_two_yields_nothing_and_the_same_cursor_may_be_tried_again() -> None:
    with scripted(TOKEN, NO_ACCOUNT, rows(0, 50), Reply(502, "<html>"), rows(50, 1)) as script:
        adapter = opswat(script)
        second = adapter.walk(Scope(), adapter.walk(Scope(), None).cursor).cursor
        with pytest.raises(Unavailable):
            adapter.walk(Scope(), second)
        assert [entry.external_id for entry in adapter.walk(Scope(), second).entries] == ["HW00050"]


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
    assert rate({"calls_per_minute": "many"}).calls == 10


# -- the account --


@pytest.mark.parametrize("scope", [Scope(ids=("HW1",)), Scope(hostnames=("pc-1",))])
def test_one_device_cannot_be_asked_for(scope: Scope) -> None:
    with scripted() as script, pytest.raises(Unsupported) as caught:
        opswat(script).walk(scope, None)
    assert "whole list" in caught.value.next_step and script.asked == []


@pytest.mark.parametrize("url", ["https://gears.opswat.com", "", "http://127.0.0.1:9100/opswat"])
def test_good_settings(url: str) -> None:
    assert check({"url": url, "calls_per_minute": "10"}) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://gears.opswat.com"},
        {"url": "gears.opswat.com"},
        {"url": "https://user:pw@gears.opswat.com"},
        {"url": "https://gears.opswat.com/?x=1"},
        *({"calls_per_minute": text} for text in ("0", "-1", "ten", "1e3", "99999999999999999999", "\u0663")),
    ],
)
def test_bad_settings_are_one_sentence(settings: dict[str, str]) -> None:
    (sentence,) = check(settings)
    assert sentence.endswith(".") and "pw" not in sentence


def test_a_probe_reads_one_device() -> None:
    with scripted(TOKEN, rows(0, 1)) as script:
        assert "first device" in opswat(script).probe()
        assert lists(script)[0].query["limit"] == "1"
    with scripted(TOKEN, BEYOND) as script:
        assert "no device yet" in opswat(script).probe()


# -- a faithful server --


def simulated(url: str) -> Opswat:
    settings, secrets = account_settings(url)["opswat"]
    return Opswat(connection(settings, secrets))


def test_every_device_of_the_simulator_is_read() -> None:
    with running(devices=240, options=Options(rate_limits=False)) as sim:
        found = [entry for page in pages(simulated(sim.url)) for entry in page.entries]
        assert len({entry.external_id for entry in found}) == len(found) == sim.fleet.count("opswat")
        assert all(entry.read().external_id == entry.external_id and entry.seen_at for entry in found)


def test_a_walk_goes_on_from_its_cursor_in_another_process() -> None:
    with running(devices=240, options=Options(rate_limits=False)) as sim:
        whole = [entry.external_id for page in pages(simulated(sim.url)) for entry in page.entries]
        adapter = simulated(sim.url)
        first = adapter.walk(Scope(), adapter.walk(Scope(), None).cursor)
        rest = pages(simulated(sim.url), cursor=first.cursor)
        assert [entry.external_id for page in (first, *rest) for entry in page.entries] == whole


@pytest.mark.parametrize("fault", ["opswat:limit-ignored", "opswat:413-page-1~v2.3", "opswat:413-html@3~devices", "opswat:nested@3"])
def test_a_list_that_cannot_be_right_is_refused(fault: str) -> None:
    with running(devices=240, options=Options(rate_limits=False)) as sim:
        sim.fault(fault)
        with pytest.raises(BadAnswer):
            pages(simulated(sim.url))


def test_the_vendor_says_wait() -> None:
    with running(devices=60) as sim:
        sim.fault("opswat:429~v2.3")
        with pytest.raises(RateLimited) as caught:
            pages(simulated(sim.url))
        assert caught.value.wait >= 60 and not caught.value.ours


def test_a_wrong_secret_is_refused_by_the_simulator() -> None:
    with running(devices=60) as sim:
        settings, secrets = account_settings(sim.url)["opswat"]
        with pytest.raises(AuthFailed):
            pages(Opswat(connection(settings, {**secrets, "client_secret": "wrong"})))
