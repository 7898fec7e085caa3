from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from config.sessions import ACTED, BEGAN
from devices.models import User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60.0, 3600.0
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/devices/"}


@pytest.fixture
def signed_in(bob: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": "bob", "password": PASSWORD})
    assert client.get("/devices/").status_code == 200
    return client


def later(client: Client, **moved: float) -> None:
    """As if so many seconds had passed since."""
    session = client.session
    for key, seconds in moved.items():
        session[key] -= seconds
    session.save()


def test_half_an_hour_without_doing_anything_ends_the_session_on_the_server_too(signed_in: Client) -> None:
    later(signed_in, began=31 * MINUTE, acted=31 * MINUTE)
    answer = signed_in.get("/devices/?q=anna")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert not Session.objects.exists()


def test_doing_something_keeps_it(signed_in: Client) -> None:
    for _ in range(4):
        later(signed_in, began=29 * MINUTE, acted=29 * MINUTE)
        assert signed_in.get("/devices/").status_code == 200


def test_half_a_day_ends_it_whatever_was_done(signed_in: Client) -> None:
    later(signed_in, began=12 * HOUR - MINUTE)
    assert signed_in.get("/devices/").status_code == 200
    later(signed_in, began=2 * MINUTE)
    assert signed_in.get("/devices/").status_code == 302


@pytest.mark.parametrize(("trigger", "counts"), [("dashboard", False), ("progress", False), ("filters", True)])
def test_a_page_that_renews_itself_is_nobody_at_work(signed_in: Client, trigger: str, counts: bool) -> None:
    later(signed_in, acted=20 * MINUTE)
    before = signed_in.session[ACTED]
    assert signed_in.get("/", headers={**HTMX, "HX-Trigger": trigger}).status_code == 200
    assert (signed_in.session[ACTED] > before) is counts


def test_a_fragment_of_an_ended_session_sends_the_page_to_sign_in(signed_in: Client) -> None:
    later(signed_in, acted=31 * MINUTE)
    answer = signed_in.get("/", headers={**HTMX, "HX-Trigger": "dashboard"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(reverse("account_login"))


def test_signing_in_again_begins_anew(signed_in: Client) -> None:
    later(signed_in, began=13 * HOUR, acted=13 * HOUR)
    signed_in.get("/devices/")
    signed_in.post(reverse("account_login"), {"login": "bob", "password": PASSWORD})
    assert signed_in.get("/devices/").status_code == 200


def test_a_click_writes_the_session_at_most_once_a_minute(signed_in: Client) -> None:
    before = signed_in.session[ACTED], signed_in.session[BEGAN]
    signed_in.get("/devices/")
    assert (signed_in.session[ACTED], signed_in.session[BEGAN]) == before
