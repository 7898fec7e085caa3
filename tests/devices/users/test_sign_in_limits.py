"""Limits of failed sign-ins: by name and address, with the seconds to wait, and no user is blocked everywhere by others."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from devices.db.redis_client import worker_client
from devices.models import SignInAddress, User
from devices.users.sign_in_limits import MOST_USUAL, remember_address
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
OFFICE, HOME = "192.0.2.7", "198.51.100.4"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
RIGHT, WRONG, LIMITED = 302, 200, 429


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def sign_in(name: str, password: str = PASSWORD, *, at: str = OFFICE) -> int:
    return Client().post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=at).status_code


def fail(name: str, times: int, *, at: str = OFFICE) -> None:
    assert [sign_in(name, "wrong", at=at) for _ in range(times)] == [WRONG] * times


def strangers(name: str) -> None:
    """Twenty failures at five addresses, none of which is at its own limit."""
    for host in range(5):
        fail(name, 4, at=f"203.0.113.{host}")


def test_after_five_failures_the_answer_says_how_long_to_wait(bob: User, clock: time_machine.Traveller) -> None:
    fail("bob", 4)
    clock.shift(30)
    fail("bob", 1)
    clock.shift(30)
    refused = Client().post(LOGIN, {"login": "bob", "password": PASSWORD}, REMOTE_ADDR=OFFICE)
    assert (refused.status_code, refused["Retry-After"]) == (429, "240")
    assert "Too many failed attempts. Try again in 240 seconds." in refused.text
    clock.shift(239)
    assert sign_in("bob") == LIMITED
    later = Client().post(LOGIN, {"login": "bob", "password": "x"}, REMOTE_ADDR=OFFICE)
    assert later["Retry-After"] == "1" and "Try again in 1 second." in later.text
    clock.shift(1)
    assert sign_in("bob") == RIGHT


def test_other_names_and_other_addresses_are_free(alice: User, bob: User) -> None:
    fail("BOB", 3)
    fail("bob", 2)
    assert [sign_in("bob"), sign_in("Bob")] == [LIMITED, LIMITED]
    assert [sign_in("alice"), sign_in("bob", at=HOME)] == [RIGHT, RIGHT]


def test_right_passwords_do_not_count(bob: User) -> None:
    assert [sign_in("bob") for _ in range(8)] == [RIGHT] * 8


def test_strangers_do_not_block_the_usual_address_of_a_name(bob: User) -> None:
    assert sign_in("bob") == RIGHT
    strangers("bob")
    assert [sign_in("bob", at="203.0.113.77"), sign_in("bob", at=HOME)] == [LIMITED, LIMITED], "guesses from many addresses are stopped"
    assert sign_in("bob") == RIGHT


def test_failures_at_the_usual_address_do_not_count_for_others(bob: User) -> None:
    assert sign_in("bob") == RIGHT
    fail("bob", 5)
    assert sign_in("bob", at=HOME) == RIGHT


def test_names_without_a_user_are_limited_alike_and_stored_nowhere() -> None:
    fail("my-secret-password", 5)
    assert sign_in("My-Secret-Password") == LIMITED
    strangers("nobody")
    assert sign_in("nobody", at=HOME) == LIMITED
    assert not [key for key in worker_client().scan_iter("*") if b"secret-password" in key.lower()]


def test_one_address_fails_ten_times_a_minute_whatever_the_names(bob: User, clock: time_machine.Traveller) -> None:
    for number in range(10):
        fail(f"name-{number}", 1)
    assert sign_in("bob") == LIMITED
    clock.shift(60)
    assert sign_in("bob") == RIGHT


def test_the_addresses_of_an_ipv6_network_are_one(bob: User) -> None:
    for host in range(5):
        fail("bob", 1, at=f"2001:db8:1:2::{host}")
    assert sign_in("bob", at="2001:db8:1:2:ffff::1") == LIMITED
    assert sign_in("bob", at="2001:db8:1:3::1") == RIGHT


def test_an_address_is_usual_for_ninety_days(bob: User, clock: time_machine.Traveller) -> None:
    assert sign_in("bob") == RIGHT
    clock.shift(timedelta(days=90))
    strangers("bob")
    assert sign_in("bob") == LIMITED


def test_the_latest_usual_addresses_are_kept(bob: User) -> None:
    remember_address(bob, OFFICE, now=NOW - timedelta(days=91))
    for host in range(MOST_USUAL + 2):
        remember_address(bob, f"192.0.2.{host}", now=NOW + timedelta(minutes=host))
    remember_address(bob, "2001:db8:1:2::7", now=NOW + timedelta(hours=1))
    remember_address(bob, "2001:db8:1:2::8", now=NOW + timedelta(hours=2))
    remember_address(bob, None, now=NOW + timedelta(hours=3))
    kept = list(SignInAddress.objects.order_by("-last_at").values_list("network", flat=True))
    assert kept == ["", "2001:db8:1:2::/64", *(f"192.0.2.{host}" for host in range(MOST_USUAL + 1, 3, -1))]


def test_codes_of_a_second_factor_are_limited_alike(bob: User, clock: time_machine.Traveller) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(bob, secret)
    first, second = Client(REMOTE_ADDR=OFFICE), Client(REMOTE_ADDR=HOME)
    for client in (first, second):
        client.post(LOGIN, {"login": "bob", "password": PASSWORD})
    page = "/accounts/2fa/authenticate/"
    assert [first.post(page, {"code": "1"}).status_code for _ in range(5)] == [WRONG] * 5
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    refused = first.post(page, {"code": code})
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    assert second.post(page, {"code": code}).status_code == RIGHT


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("/accounts/reauthenticate/", {"password": "wrong"}),
        ("/accounts/password/change/", {"oldpassword": "wrong", "password1": "x", "password2": "x"}),
    ],
)
def test_passwords_on_other_pages_count_with_those_of_signing_in(bob: User, page: str, fields: dict[str, str]) -> None:
    client = Client(REMOTE_ADDR=OFFICE)
    client.force_login(bob)
    assert [client.post(page, fields).status_code for _ in range(5)] == [200] * 5
    refused = client.post(page, fields)
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    assert sign_in("bob") == LIMITED


def test_no_request_sleeps(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def asleep(_seconds: float) -> None:
        raise AssertionError("a request sleeps")

    monkeypatch.setattr(time, "sleep", asleep)
    fail("bob", 5)
    assert [sign_in("bob"), sign_in("bob", at=HOME)] == [LIMITED, RIGHT]


def test_the_page_has_one_sentence(bob: User) -> None:
    fail("bob", 5)
    page = Client().post(LOGIN, {"login": "bob", "password": PASSWORD}, REMOTE_ADDR=OFFICE).text
    assert re.findall(r"<p>([^<]*)</p>", page) == ["Too many failed attempts. Try again in 300 seconds."]
