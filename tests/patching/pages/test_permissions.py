"""Who may do what with patching, address by address and method by method."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client

from devices.models import AuditEvent, Device
from devices.web.permissions import REFUSALS
from patching.models import Title
from tests.patching import rows as made

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
# address, the right it needs, and whether IT staff, helpdesk and a person without a role get through
ADDRESSES = [
    ("/patching/", "view_device", True, True, False),
    ("/patching/patches/", "view_device", True, True, False),
    ("/patching/attempts/", "view_device", True, True, False),
    ("/patching/devices/", "view_device", True, True, False),
    ("/patching/titles/", "view_device", True, True, False),
    ("/patching/titles/{title}/", "view_device", True, True, False),
    ("/patching/silent/", "view_device", True, True, False),
    ("/patching/reasons/", "view_device", True, True, False),
    ("/patching/device/{device}/", "view_device", True, True, False),
    ("/patching/account/eset-main/", "view_account", True, False, False),
    ("/patching/patches.csv", "export_patch", True, False, False),
    ("/patching/attempts.csv", "export_patch", True, False, False),
    ("/patching/devices.csv", "export_patch", True, False, False),
    ("/patching/titles.csv", "export_patch", True, False, False),
]
CASES = [
    (address, right, name, may)
    for address, right, *rights in ADDRESSES
    for name, may in zip(("ivan", "bob", "charlie"), rights, strict=True)
]


@pytest.fixture
def parts(db: None) -> dict[str, int]:
    made.small_patching()
    return {"title": Title.objects.get(name="Firefox").pk, "device": Device.objects.get(name="nb-munich-02").pk}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_rights(people: dict[str, Client], parts: dict[str, int], case: tuple[str, str, str, bool], headers: dict[str, str]) -> None:
    address, right, name, may = case
    answer = people[name].get(address.format(**parts), headers=headers)
    assert (answer.status_code != 403) is may, answer.status_code
    if not may:
        page = answer.content.decode()
        assert str(REFUSALS[right]) in unescape(page) and "Contact your Rollcall administrator." in page
        assert "Firefox" not in page and "munich" not in page and ("<html" in page) is (not headers)
        assert not AuditEvent.objects.filter(action="patching exported").exists()


def test_a_stranger_is_sent_to_sign_in(client: Client, parts: dict[str, int]) -> None:
    for address, *_ in ADDRESSES:
        answer = client.get(address.format(**parts))
        assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")
        assert client.get(address.format(**parts), headers=HTMX).status_code == 401


def test_addresses_only_read(people: dict[str, Client], parts: dict[str, int]) -> None:
    for address, *_ in ADDRESSES:
        for method in ("post", "put", "delete"):
            assert getattr(people["ivan"], method)(address.format(**parts)).status_code == 405


def test_the_place_in_the_navigation_and_the_export_are_for_those_who_may(people: dict[str, Client], parts: dict[str, int]) -> None:
    places = {name: 'href="/patching/"' in client.get("/accounts/password/change/").content.decode() for name, client in people.items()}
    assert places == {"ivan": True, "bob": True, "charlie": False}
    files = {name: "Export CSV" in people[name].get("/patching/patches/").content.decode() for name in ("ivan", "bob")}
    assert files == {"ivan": True, "bob": False}
