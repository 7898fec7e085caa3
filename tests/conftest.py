from __future__ import annotations

import time
from collections.abc import Iterator
from functools import cache

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings

from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from devices.models import User
from devices.web import cache as rate_limits
from devices.web.roles import ADMINISTRATOR, HELPDESK, IT_STAFF
from local.postgres import APPLICATION, OWNER
from tests.owner import empty_tables

# A busy machine may stand still for longer than any example takes, and for longer than a session of the product may idle in a transaction.
django_settings.DATABASES["default"]["OPTIONS"]["options"] += " -c idle_in_transaction_session_timeout=0"
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

PASSWORD = "correct horse battery staple"


def pytest_make_parametrize_id(val: object) -> str | None:
    """Raw answers make no name: unreadable, and one with a clock inside would differ between the processes of one run."""
    return "bytes" if isinstance(val, bytes) else None


def confirm(client: Client) -> Client:
    """As if the user had just reauthenticated."""
    session = client.session
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session.save()
    return client


@cache
def _hashed() -> str:
    """Made once: a hash that is worth its name takes a tenth of a second, which was half of the time of all tests."""
    return make_password(PASSWORD)


def _person(name: str, role: str | None) -> User:
    user = User.objects.create(username=name, password=_hashed())
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The test database is made, and dropped, by the owner."""
    connection.settings_dict["USER"] = OWNER


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Tests have the rights of the application, which cannot empty all tables."""
    connection.close()
    connection.settings_dict["USER"] = APPLICATION
    # Of the class: a thread or a test can make another connection.
    setattr(DatabaseOperations, "execute_sql_flush", lambda _self, statements: empty_tables(statements))  # noqa: B010  # mypy
    yield
    connection.close()
    connection.settings_dict["USER"] = OWNER


@pytest.fixture
def alice(db: None) -> User:
    """Administers."""
    return _person("alice", ADMINISTRATOR)


@pytest.fixture
def ivan(db: None) -> User:
    """IT staff."""
    return _person("ivan", IT_STAFF)


@pytest.fixture
def bob(db: None) -> User:
    """Helpdesk."""
    return _person("bob", HELPDESK)


@pytest.fixture
def charlie(db: None) -> User:
    """Signed in, without any role: must be refused."""
    return _person("charlie", None)


@pytest.fixture
def people(ivan: User, bob: User, charlie: User) -> dict[str, Client]:
    """At their browsers, by name."""
    signed_in = {user.get_username(): Client() for user in (ivan, bob, charlie)}
    for user in (ivan, bob, charlie):
        signed_in[user.get_username()].force_login(user)
    return signed_in


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language with the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _empty_redis() -> Iterator[None]:
    """Budgets, beats and limits of one test must not reach the next."""
    worker_client().flushdb()
    rate_limits.forget()
    heartbeat.forget()
    yield
