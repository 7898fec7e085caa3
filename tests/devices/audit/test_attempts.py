"""Refused attempts and read data in the audit log."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from devices.models import AuditEvent, Sighting, User
from tests.conftest import PASSWORD
from tests.devices import rows as shown
from tests.devices.audited import actor, target

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"
ADDRESS = "192.0.2.7"


def recorded(*actions: str) -> list[tuple[str, str, str, str | None]]:
    events = AuditEvent.objects.filter(action__in=actions).order_by("pk")
    return [(each.action, actor(each), target(each), each.address) for each in events]


def post(client: Client, where: str, **values: str) -> str:
    return client.post(where, values, REMOTE_ADDR=ADDRESS, follow=True).text


@pytest.fixture
def factor(bob: User) -> User:
    TOTP.activate(bob, generate_totp_secret())
    return bob


def test_a_wrong_code_after_a_right_password_is_recorded(client: Client, factor: User) -> None:
    post(client, LOGIN, login="bob", password=PASSWORD)
    assert "Incorrect code." in post(client, CODE, code="123456")
    assert recorded("second factor refused", "sign-in") == [("second factor refused", "unknown", "bob", ADDRESS)]
    event = AuditEvent.objects.get(action="second factor refused")
    assert event.detail == {"kind": "totp"} and "123456" not in str(list(AuditEvent.objects.values()))


def test_a_wrong_code_of_a_signed_in_user_is_his(client: Client, factor: User) -> None:
    client.force_login(factor)
    post(client, "/accounts/2fa/reauthenticate/", code="123456")
    assert recorded("second factor refused") == [("second factor refused", "bob", "bob", ADDRESS)]


def test_codes_that_the_limit_refuses_are_recorded_once_a_minute(client: Client, factor: User) -> None:
    post(client, LOGIN, login="bob", password=PASSWORD)
    answers = [post(client, CODE, code=f"{n:06}") for n in range(9)]
    refused = sum("Incorrect code." in each for each in answers)
    assert 1 <= refused < 9 and "Too many failed attempts." in answers[-1]
    assert recorded("second factor refused", "sign-in limited") == [
        *[("second factor refused", "unknown", "bob", ADDRESS)] * refused,
        ("sign-in limited", "unknown", "bob", ADDRESS),
    ]


@pytest.mark.parametrize(("typed", "shown_as"), [("bob", "bob"), ("my-secret-Passw0rd", "")])
def test_passwords_that_the_limit_refuses_are_recorded_once_a_minute(client: Client, bob: User, typed: str, shown_as: str) -> None:
    answers = [post(client, LOGIN, login=typed, password=f"wrong {n}") for n in range(9)]
    refused = sum("Incorrect username or password." in each for each in answers)
    assert refused == 5 and "Too many failed attempts." in answers[-1]
    assert recorded("sign-in refused", "sign-in limited") == [
        *[("sign-in refused", "unknown", shown_as, ADDRESS)] * refused,
        ("sign-in limited", "unknown", shown_as, ADDRESS),
    ]
    assert "Passw0rd" not in str(list(AuditEvent.objects.values()))


def test_an_address_that_sends_too_many_requests_is_recorded(client: Client) -> None:
    statuses = [client.post(LOGIN, {"login": f"x{n}", "password": "y"}, REMOTE_ADDR=ADDRESS).status_code for n in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert recorded("sign-in limited") == [("sign-in limited", "unknown", "", ADDRESS)]


def test_reading_raw_data_is_recorded(client: Client, ivan: User, bob: User) -> None:
    shown.small_fleet()
    one = Sighting.objects.order_by("pk")[0]
    address = reverse("devices:raw", args=[one.device_id, one.pk])
    client.force_login(ivan)
    client.head(address)
    assert recorded("raw data read") == []
    client.get(f"{address}?ticket=INC1")
    client.get(address, headers={"HX-Request": "true"})
    events = list(AuditEvent.objects.filter(action="raw data read").order_by("pk"))
    detail = {"account": one.account.name, "sighting": one.pk}
    assert [(actor(each), each.target, each.detail) for each in events] == [
        ("ivan", str(one.device_id), detail | {"ticket": "INC1"}), ("ivan", str(one.device_id), detail),
    ]  # fmt: skip
    client.get(reverse("devices:raw", args=[one.device_id, 10**9]))
    client.force_login(bob)
    client.get(address)
    assert len(recorded("raw data read")) == 2, "what is not shown is not recorded"
