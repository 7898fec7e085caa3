"""Who may see which page and which fragment; refusals say what is missing and who grants it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from devices.models import Sighting, User
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
            assert (b"view_raw" if name == "raw" else b"view_device") in answer.content
            assert b"an administrator of Rollcall" in answer.content
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
    ("address", "doing"),
    [
        ("/coverage/keys/", "look at identifiers that several devices share"),
        ("/issues/export.csv", "export issues"),
        ("/coverage/every.csv", "export coverage"),
        ("/coverage/devices.csv", "export coverage"),
        ("/devices/export.csv", "export devices"),
    ],
)
def test_a_refusal_names_what_the_page_is_for(client: Client, bob: User, address: str, doing: str) -> None:
    client.force_login(bob)
    answer = client.get(address)
    assert answer.status_code == 403
    assert f"You may not {doing}" in answer.text


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
