"""Permissions of pages and fragments; a refusal names the action and the roles."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from devices.models import Sighting, User
from devices.web.permissions import REFUSALS
from devices.web.roles import ROLES
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def addresses() -> dict[str, str]:
    shown.small_fleet()
    one = Sighting.objects.order_by("pk")[0]
    return {
        "dashboard": reverse("devices:dashboard"),
        "list": reverse("devices:list"),
        "detail": reverse("devices:detail", args=[one.device_id]),
        "raw": reverse("devices:raw", args=[one.device_id, one.pk]),
    }


def test_a_stranger_is_sent_to_sign_in_and_comes_back(client: Client, addresses: dict[str, str]) -> None:
    for address in addresses.values():
        answer = client.get(address + "?q=anna")
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login") + "?next=")
        assert "q%3Danna" in answer["Location"]


def test_a_strangers_fragment_sends_the_whole_page_to_sign_in(client: Client, addresses: dict[str, str]) -> None:
    for address in addresses.values():
        answer = client.get(address, headers=HTMX)
        assert answer.status_code == 401
        assert answer["HX-Redirect"].startswith(reverse("account_login"))
        assert b"berlin" not in answer.content


def test_a_person_without_a_role_is_refused_everywhere(client: Client, charlie: User, addresses: dict[str, str]) -> None:
    client.force_login(charlie)
    for name, address in addresses.items():
        page, fragment = client.get(address), client.get(address, headers=HTMX)
        assert (page.status_code, fragment.status_code) == (403, 403)
        for answer in (page, fragment):
            assert ("view raw vendor data" if name == "raw" else "view devices") in answer.text
            assert "Contact your Rollcall administrator." in answer.text
            assert b"berlin" not in answer.content
        assert b"<html" not in fragment.content


def test_helpdesk_reads_devices_but_no_raw_answer(client: Client, bob: User, addresses: dict[str, str]) -> None:
    client.force_login(bob)
    statuses = {name: client.get(address).status_code for name, address in addresses.items()}
    assert statuses == {"dashboard": 200, "list": 200, "detail": 200, "raw": 403}
    assert client.get(addresses["raw"], headers=HTMX).status_code == 403
    page = client.get(addresses["detail"]).content.decode()
    assert addresses["raw"] not in page
    assert reverse("devices:accounts") not in page
    assert reverse("devices:audit") not in page


def test_it_staff_read_the_raw_answer(client: Client, ivan: User, addresses: dict[str, str]) -> None:
    client.force_login(ivan)
    assert client.get(addresses["raw"]).status_code == 200
    page = client.get(addresses["dashboard"]).content.decode()
    assert reverse("devices:accounts") in page
    assert reverse("devices:audit") not in page


@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("/coverage/keys/", "view raw vendor data"),
        ("/coverage/every.csv", "export device data"),
        ("/devices/export.csv", "export device data"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refusal_names_the_action_and_the_roles_but_no_permission(
    client: Client, bob: User, address: str, action: str, headers: dict[str, str]
) -> None:
    client.force_login(bob)
    answer = client.get(address, headers=headers)
    text = html.unescape(answer.text)
    assert answer.status_code == 403
    assert f"You don't have permission to {action}." in text
    assert "Required role (one of): IT staff, Administrator." in text
    assert not re.search("view_raw|export_device", text)


def test_a_refusal_names_a_single_role(client: Client, ivan: User) -> None:
    client.force_login(ivan)
    assert "Required role: Administrator." in client.get("/audit/").text


def test_every_permission_of_a_role_has_a_refusal() -> None:
    assert {codename for codenames in ROLES.values() for codename in codenames} == set(REFUSALS)


def test_an_administrator_sees_every_place(client: Client, alice: User, addresses: dict[str, str]) -> None:
    client.force_login(alice)
    page = client.get(addresses["dashboard"]).content.decode()
    assert reverse("devices:accounts") in page
    assert reverse("devices:audit") in page


def test_reading_pages_only_read(client: Client, alice: User, addresses: dict[str, str]) -> None:
    client.force_login(alice)
    for address in addresses.values():
        assert client.post(address).status_code == 405
        assert client.head(address).status_code == 200


def test_pages_and_fragments_are_told_apart_by_caches_and_kept_by_none(client: Client, bob: User, addresses: dict[str, str]) -> None:
    client.force_login(bob)
    answer = client.get(addresses["list"])
    assert "HX-Request" in answer["Vary"]
    assert answer["Cache-Control"] == "no-store"
