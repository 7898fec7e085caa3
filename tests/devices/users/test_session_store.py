"""Sessions in the database: no cookie and no content in a dump, and signing out ends them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices import tasks
from devices.models import User
from devices.users.services import set_password, switch_user
from devices.users.session_store import SessionStore, stored_key
from tests.conftest import PASSWORD
from tests.devices.shell import manage
from tests.devices.sinks import tables
from tests.devices.upgrades import before

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def signed_in(bob: User) -> Iterator[Client]:
    client = Client()
    client.post(LOGIN, {"login": "bob", "password": PASSWORD})
    assert works(client)
    yield client


def works(client: Client) -> bool:
    return client.get("/devices/").status_code == 200


def cookie(client: Client) -> str:
    return str(client.cookies[configured.SESSION_COOKIE_NAME].value)


def stored(client: Client) -> str:
    return stored_key(cookie(client))


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies[configured.SESSION_COOKIE_NAME] = value
    return client


def dump() -> str:
    return "".join(f"{name} {rows}" for name, rows in tables())


def test_the_cookie_is_nowhere_in_a_dump_and_what_is_there_signs_nobody_in(signed_in: Client) -> None:
    assert cookie(signed_in) not in dump()
    keys = Session.objects.values_list("session_key", flat=True)
    assert len(keys) == 1 and works(with_cookie(cookie(signed_in)))
    assert not works(with_cookie(keys[0]))


def test_a_totp_secret_that_is_shown_but_not_confirmed_is_in_no_dump(signed_in: Client) -> None:
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = signed_in.get("/accounts/2fa/totp/activate/").text
    secret = signed_in.session["mfa.totp.secret"]
    assert secret in page
    row = Session.objects.get()
    assert row.session_data.startswith("enc1:test:") and secret not in dump()


def test_the_content_of_another_session_does_not_open(signed_in: Client, ivan: User) -> None:
    """Whoever can write to the table cannot give one's own session another user."""
    other = Client()
    other.post(LOGIN, {"login": "ivan", "password": PASSWORD})
    rows = dict(Session.objects.values_list("session_key", "session_data"))
    Session.objects.filter(session_key=stored(other)).update(session_data=rows[stored(signed_in)])
    assert not works(other) and works(signed_in)


def test_a_session_whose_key_was_taken_away_is_ended(signed_in: Client, settings: Settings) -> None:
    settings.SEALING_KEYS = {"new": os.urandom(32), **settings.SEALING_KEYS}
    assert works(signed_in)
    settings.SEALING_KEYS = {"newer": os.urandom(32)}
    assert not works(signed_in)


def test_signing_out_deletes_the_row_and_signing_in_makes_a_new_key(signed_in: Client) -> None:
    before = cookie(signed_in)
    signed_in.post("/accounts/logout/")
    assert not Session.objects.filter(session_key=stored(with_cookie(before))).exists()
    assert not works(with_cookie(before))
    signed_in.post(LOGIN, {"login": "bob", "password": PASSWORD})
    assert works(signed_in) and cookie(signed_in) != before


@pytest.mark.parametrize("end", [set_password, lambda user: switch_user(user, enabled=False)], ids=["password", "off"])
def test_a_new_password_and_disabling_end_every_session_of_the_user(signed_in: Client, bob: User, end: object) -> None:
    other = Client()
    other.post(LOGIN, {"login": "bob", "password": PASSWORD})
    assert works(other) and callable(end)
    end(bob)
    assert not works(signed_in) and not works(other)


def test_the_cleaning_task_deletes_expired_sessions_only(signed_in: Client) -> None:
    expired = Client()
    expired.post(LOGIN, {"login": "bob", "password": PASSWORD})
    Session.objects.filter(session_key=stored(expired)).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not works(expired)
    tasks.tidy()
    assert list(Session.objects.values_list("session_key", flat=True)) == [stored(signed_in)]


def test_the_asynchronous_half_hashes_too() -> None:
    async def walk() -> None:
        store = SessionStore()
        await store.aset("colour", "blue")
        await store.asave()
        key = str(store.session_key)
        assert not await Session.objects.filter(session_key=key).aexists()
        assert await SessionStore(key).aget("colour") == "blue" and await store.aexists(key)
        await store.adelete(key)
        assert not await store.aexists(key)
        assert await SessionStore(key).aget("colour") is None

    async_to_sync(walk)()


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_ends_the_sessions_that_were_named_by_their_cookies(signed_in: Client) -> None:
    Session.objects.create(session_key=cookie(signed_in), session_data="x", expire_date=timezone.now() + timedelta(hours=1))
    with before("hashed_sessions") as migration_name:
        assert manage("migrate", "devices", migration_name)[0] == 0
    assert not Session.objects.exists()
