"""Reauthentication before links are revealed, vendor accounts are changed and missing devices are reviewed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from devices.models import Account, AccountSecret, AuditEvent, User
from installers.models import Handout
from tests.conftest import PASSWORD
from tests.devices.account_pages import ANYWAY, FIVE9S, withheld_run
from tests.devices.rows import account
from tests.installers.handout_rows import LINK, page_of, ready

pytestmark = pytest.mark.django_db
AGAIN = "/accounts/reauthenticate/"
NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
NOTHING_SAVED = "Nothing was saved: your identity had to be confirmed again."


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def admin(alice: User) -> Client:
    """Signed in with the password, just now."""
    client = Client()
    assert client.post("/accounts/login/", {"login": "alice", "password": PASSWORD}).status_code == 302
    return client


def share() -> tuple[str, dict[str, str]]:
    return page_of(ready()), {"way": "shown", "key": "some-key-of-a-form"}


def add() -> tuple[str, dict[str, str]]:
    return "/vendors/add/", FIVE9S


def edit() -> tuple[str, dict[str, str]]:
    settings = {"url": "https://epm.example.com", "time_zone": "UTC"}
    made = Account.objects.create(name="epm", vendor="five9s", settings=settings)
    return f"/vendors/{made.name}/edit/", {**ANYWAY, **FIVE9S, "secret_token": "D" * 40}


def review() -> tuple[str, dict[str, str]]:
    made = account("eset-main", "eset")
    return f"/vendors/eset-main/apply/{withheld_run(made).pk}/", {"reason": "Branch closed"}


SENSITIVE = [share, add, edit, review]


def changed() -> tuple[int, int, int, int]:
    decided = AuditEvent.objects.filter(action="disappearance decided").count()
    return Handout.objects.count(), Account.objects.count(), AccountSecret.objects.count(), decided


def requires(answer: object, page: str) -> bool:
    return answer.status_code == 302 and unquote(answer["Location"]) == f"{AGAIN}?next={page}"  # type: ignore[attr-defined,index]


@pytest.mark.parametrize("what", SENSITIVE)
def test_a_signed_in_user_enters_the_password_again_first(admin: Client, what: Callable[[], tuple[str, dict[str, str]]]) -> None:
    page, form = what()
    before = changed()
    assert requires(admin.get(page), page)
    refused = admin.post(page, form)
    assert requires(refused, page) and LINK not in refused.text and changed() == before
    fragment = admin.post(page, form, headers=HTMX)
    assert unquote(fragment["HX-Redirect"]) == f"{AGAIN}?next={page}" and changed() == before
    assert NOTHING_SAVED in admin.get(f"{AGAIN}?next={page}").text
    assert admin.post(AGAIN, {"password": "wrong", "next": page}).status_code == 200 and requires(admin.get(page), page)
    confirmed = admin.post(AGAIN, {"password": PASSWORD, "next": page})
    assert (confirmed.status_code, confirmed["Location"]) == (302, page)
    assert admin.get(page).status_code == 200
    assert admin.post(page, form).status_code in (200, 302) and changed() != before


@pytest.mark.parametrize("what", SENSITIVE)
def test_it_is_enough_for_a_while(admin: Client, clock: time_machine.Traveller, what: Callable[[], tuple[str, dict[str, str]]]) -> None:
    page, form = what()
    before = changed()
    admin.post(AGAIN, {"password": PASSWORD, "next": page})
    clock.shift(299)
    assert admin.get(page).status_code == 200
    clock.shift(1)
    assert requires(admin.get(page), page), "a form that is opened now might come too late"
    clock.shift(600)
    assert requires(admin.post(page, form), page) and changed() == before
    admin.post(AGAIN, {"password": PASSWORD, "next": page})
    clock.shift(899)
    assert not requires(admin.post(page, form), page) and changed() != before


def test_another_session_of_the_same_user_is_not_reauthenticated(admin: Client) -> None:
    page, _ = add()
    admin.post(AGAIN, {"password": PASSWORD, "next": page})
    other = Client()
    other.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert (admin.get(page).status_code, requires(other.get(page), page)) == (200, True)
    admin.post("/accounts/logout/")
    admin.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert requires(admin.get(page), page)


def test_a_code_of_the_second_factor_is_enough(admin: Client, alice: User) -> None:
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(alice, secret)
    page, _ = add()
    assert requires(admin.get(page), page)
    code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
    assert admin.post("/accounts/2fa/reauthenticate/", {"code": code, "next": page})["Location"] == page
    assert admin.get(page).status_code == 200


@pytest.mark.parametrize("what", SENSITIVE)
def test_who_may_not_do_it_is_refused_at_once(charlie: User, client: Client, what: Callable[[], tuple[str, dict[str, str]]]) -> None:
    page, form = what()
    client.force_login(charlie)
    assert [client.get(page).status_code, client.post(page, form).status_code] == [403, 403]


def test_no_typed_secret_is_kept_meanwhile(admin: Client) -> None:
    page, form = add()
    admin.post(page, form)
    assert form["secret_token"] not in str(dict(admin.session))
