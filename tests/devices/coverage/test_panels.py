"""Panels of the coverage page: the parts with most gaps, and all of them on request."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from devices.coverage.panels import SHOWN
from devices.models import Account, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
GROUPS = SHOWN + 3


@pytest.fixture
def fleet(db: None) -> Account:
    """Each group has as many devices as its number says."""
    eset = shown.account("eset-main", "eset")
    for group in range(1, GROUPS + 1):
        for number in range(group):
            shown.sighting(eset, f"pc-{group}-{number}", group_name=f"Group {group:02}")
    return eset


def test_a_panel_has_the_first_parts_and_the_rest_is_one_request_away(client: Client, fleet: Account, bob: User) -> None:
    client.force_login(bob)
    page = client.get("/coverage/").text
    assert page.count("Group ") == SHOWN and f"Show all {GROUPS}" in page and "By location" in page
    fragment = client.get("/coverage/by/group/", headers={"HX-Request": "true"})
    assert fragment.text.count("Group ") == GROUPS and "Show all" not in fragment.text and "<html" not in fragment.text
    whole = client.get("/coverage/by/group/").text
    assert whole.count("Group ") == GROUPS and "<html" in whole and 'href="/coverage/"' in whole


def test_few_parts_need_no_request(client: Client, fleet: Account, bob: User) -> None:
    client.force_login(bob)
    assert "Show all" not in client.get("/coverage/").text.partition("By operating system")[2].partition("By group")[0]


@pytest.mark.parametrize("code", ["nothing", "vendor", "OS"])
def test_an_unknown_panel_is_not_found(client: Client, fleet: Account, bob: User, code: str) -> None:
    client.force_login(bob)
    assert client.get(f"/coverage/by/{code}/").status_code == 404


def test_a_panel_of_facts_that_the_user_does_not_see_is_not_found(client: Client, fleet: Account, bob: User, settings: Settings) -> None:
    client.force_login(bob)
    assert client.get("/coverage/by/location/").status_code == 200
    settings.HELPDESK_FACTS = frozenset()
    assert client.get("/coverage/by/location/").status_code == 404


def test_strangers_see_no_panel(client: Client, fleet: Account, charlie: User) -> None:
    assert client.get("/coverage/by/os/").status_code == 302
    client.force_login(charlie)
    assert client.get("/coverage/by/os/").status_code == 403
