"""The users page: who has a second factor, and its removal by an administrator with a reason."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.models import AuditEvent, User
from tests.conftest import PASSWORD, confirm

pytestmark = pytest.mark.django_db
PAGE = "/users/"


@pytest.fixture
def admin(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return confirm(client)


@pytest.fixture
def lost(bob: User) -> User:
    """Has a second factor and recovery codes."""
    totp.TOTP.activate(bob, totp.generate_totp_secret())
    RecoveryCodes.activate(bob)
    return bob


def removal(user: User) -> str:
    return f"/users/{user.pk}/remove-factor/"


def row(client: Client, name: str) -> str:
    rows = re.findall(r"<tr>(.*?)</tr>", client.get(PAGE).text, flags=re.DOTALL)
    (found,) = [each for each in rows if f'<th scope="row">{name}</th>' in each]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def test_every_user_is_shown_with_role_status_and_second_factor(admin: Client, lost: User, charlie: User) -> None:
    User.objects.filter(pk=charlie.pk).update(is_active=False)
    assert re.fullmatch(r"bob Helpdesk Enabled never Enabled since \d.+ Remove two-factor authentication : bob", row(admin, "bob"))
    assert row(admin, "charlie") == "charlie — Disabled never Disabled"
    assert row(admin, "alice").startswith("alice Administrator Enabled") and "Remove" not in row(admin, "alice")


def test_the_page_takes_as_many_queries_for_many_users(admin: Client, lost: User) -> None:
    admin.get(PAGE)
    with CaptureQueriesContext(connection) as few:
        admin.get(PAGE)
    User.objects.bulk_create([User(username=f"user-{n}") for n in range(30)])
    with CaptureQueriesContext(connection) as many:
        admin.get(PAGE)
    assert len(many) == len(few)


def test_an_administrator_removes_it_with_a_reason_that_is_audited(admin: Client, alice: User, lost: User) -> None:
    assert "recovery codes of bob stop working" in admin.get(removal(lost)).text
    done = admin.post(removal(lost), {"reason": "Lost phone, identified by the manager"}, follow=True, REMOTE_ADDR="192.0.2.7")
    assert "Two-factor authentication of bob removed." in done.text and not Authenticator.objects.exists()
    events = AuditEvent.objects.filter(action="second factor changed").order_by("pk")
    assert [(each.actor_id, each.subject_id, each.address, each.detail) for each in events] == [
        (alice.pk, lost.pk, "192.0.2.7", {"kind": kind, "change": "removed", "reason": "Lost phone, identified by the manager"})
        for kind in ("recovery_codes", "totp")
    ]
    again = Client().post("/accounts/login/", {"login": "bob", "password": PASSWORD})
    assert again["Location"] == "/", "the password alone signs in"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "\0"])
def test_without_a_reason_nothing_is_removed(admin: Client, lost: User, reason: str) -> None:
    assert admin.post(removal(lost), {"reason": reason}).status_code == 422
    assert Authenticator.objects.filter(user=lost).count() == 2 and not AuditEvent.objects.filter(action="second factor changed").exists()


def test_removing_twice_says_so(admin: Client, bob: User) -> None:
    assert "bob has no two-factor authentication." in admin.post(removal(bob), {"reason": "Lost"}, follow=True).text


def test_it_requires_reauthentication(alice: User, lost: User) -> None:
    client = Client()
    client.force_login(alice)
    for answer in (client.get(removal(lost)), client.post(removal(lost), {"reason": "Lost"})):
        assert (answer.status_code, unquote(answer["Location"])) == (302, f"/accounts/reauthenticate/?next={removal(lost)}")
    assert Authenticator.objects.filter(user=lost).count() == 2


@pytest.mark.parametrize("number", [0, 10**30])
def test_an_unknown_user_is_not_found(admin: Client, number: int) -> None:
    assert admin.get(f"/users/{number}/remove-factor/").status_code == 404


def test_only_administrators_see_users(people: dict[str, Client], lost: User) -> None:
    for client in people.values():
        confirm(client)
        assert [client.get(PAGE).status_code, client.post(removal(lost), {"reason": "Lost"}).status_code] == [403, 403]
        assert f'href="{PAGE}"' not in client.get("/preferences/").text
    assert Authenticator.objects.filter(user=lost).count() == 2


def test_users_see_their_own(lost: User, ivan: User) -> None:
    for user, words in ((lost, "Enabled since "), (ivan, "<span>Disabled</span>")):
        client = Client()
        client.force_login(user)
        assert words in client.get("/accounts/2fa/").text
    Authenticator.objects.filter(type="totp").get().record_usage()
    client.force_login(lost)
    assert "last used" in client.get("/accounts/2fa/").text
