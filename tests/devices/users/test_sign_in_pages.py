"""The pages of django-allauth in our texts: signing in, password, two-factor authentication, recovery codes."""

from __future__ import annotations

import html
import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from devices.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
LOGIN = "/accounts/login/"


@pytest.fixture
def signed_in(client: Client, bob: User) -> Client:
    client.post(LOGIN, {"login": "bob", "password": PASSWORD})
    return client


def title(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    found = re.search(r"<h1>([^<]*)</h1>", answer.text)
    return found[1] if found else ""


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/accounts/password/change/", "Change password"),
        ("/accounts/password/set/", "Change password"),
        ("/accounts/2fa/", "Two-factor authentication"),
        ("/accounts/reauthenticate/", "Confirm your identity"),
        ("/accounts/logout/", "Sign out"),
    ],
)
def test_a_page_has_the_heading_of_its_subject(signed_in: Client, address: str, heading: str) -> None:
    assert title(signed_in, address) == heading


def test_signing_up_is_disabled(client: Client) -> None:
    assert title(client, "/accounts/signup/") == "Sign-up disabled"
    assert title(client, "/accounts/inactive/") == "Account disabled"


def test_a_wrong_password_is_refused_in_our_words(client: Client, bob: User) -> None:
    assert "Incorrect username or password." in client.post(LOGIN, {"login": "bob", "password": "wrong"}).text


def test_changing_the_password(signed_in: Client) -> None:
    address, new = "/accounts/password/change/", "another horse battery staple"
    page = signed_in.get(address).text
    assert all(f">{label}<" in page for label in ("Current password", "New password", "New password (again)"))
    refused = signed_in.post(address, {"oldpassword": "wrong", "password1": new, "password2": new + "x"}).text
    assert "The current password is incorrect." in refused and "The two passwords do not match." in refused
    done = signed_in.post(address, {"oldpassword": PASSWORD, "password1": new, "password2": new}, follow=True).text
    assert "Password changed." in done


def test_two_factor_authentication_from_enabling_to_disabling(signed_in: Client) -> None:
    activate = "/accounts/2fa/totp/activate/"
    assert title(signed_in, activate) == "Confirm your identity"
    assert "Incorrect password." in signed_in.post("/accounts/reauthenticate/", {"password": "wrong"}).text
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert title(signed_in, activate) == "Enable authenticator app"
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', signed_in.get(activate).text)
    assert secret
    enabled = signed_in.post(activate, {"code": code_of(secret[1])}, follow=True)
    assert "<h1>Recovery codes</h1>" in enabled.text
    page = signed_in.get("/accounts/2fa/").text
    assert "10 of 10 recovery codes unused." in page
    assert len(signed_in.get("/accounts/2fa/recovery-codes/download/").content.split()) == 10
    recovery = re.search(r"<textarea[^>]*>([^<]*)<", signed_in.get("/accounts/2fa/recovery-codes/").text)
    assert recovery
    codes = html.unescape(recovery[1]).split()
    assert len(codes) == 10
    assert title(signed_in, "/accounts/2fa/recovery-codes/generate/") == "Generate recovery codes"

    signed_in.post("/accounts/logout/")
    step = signed_in.post(LOGIN, {"login": "bob", "password": PASSWORD}, follow=True)
    assert "Enter a code from your authenticator app or a recovery code." in step.text
    assert "Incorrect code." in signed_in.post("/accounts/2fa/authenticate/", {"code": "1"}).text
    signed_in.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert title(signed_in, "/accounts/2fa/reauthenticate/") == "Confirm your identity"
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert title(signed_in, "/accounts/2fa/totp/deactivate/") == "Disable authenticator app"
    assert "Authenticator app disabled." in signed_in.post("/accounts/2fa/totp/deactivate/", follow=True).text
    assert "10 of 10" not in signed_in.get("/accounts/2fa/").text


def test_too_many_attempts_have_a_page(signed_in: Client) -> None:
    for _ in range(12):
        answer = signed_in.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": "x", "password2": "x"})
    assert answer.status_code == 429 and "<h1>Too many requests</h1>" in answer.text
