"""Who may do what with installers, address by address and method by method."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import AuditEvent, User
from installers.models import Installer
from tests.installers.rows import accounts, booked

HTMX = {"HX-Request": "true"}
# address ({pk} is marked for the helpdesk), method, whether IT staff, helpdesk and a person without a role get through
ADDRESSES = [
    ("/installers/", "get", True, True, False),
    ("/installers/expiring/", "get", True, True, False),
    ("/installers/new/", "get", True, False, False),
    ("/installers/new/", "post", True, False, False),
    ("/installers/compare/", "post", True, False, False),
    ("/installers/{pk}/", "get", True, True, False),
    ("/installers/{pk}/revoke/", "get", True, False, False),
    ("/installers/{pk}/revoke/", "post", True, False, False),
    ("/installers/{pk}/decide/", "post", True, False, False),
    ("/installers/{pk}/helpdesk/", "post", True, False, False),
]
CASES = [
    (address, method, name, may)
    for address, method, *rights in ADDRESSES
    for name, may in zip(("ivan", "bob", "charlie"), rights, strict=True)
]


@pytest.fixture
def installer(db: None) -> Installer:
    return booked(accounts(), "Reception", for_helpdesk=True)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_rights(people: dict[str, Client], installer: Installer, case: tuple[str, str, str, bool], headers: dict[str, str]) -> None:
    address, method, name, may = case
    before = Installer.objects.values().get()
    answer = getattr(people[name], method)(address.format(pk=installer.pk), headers=headers)
    page = answer.content.decode()
    assert (answer.status_code != 403) is may, answer.status_code
    if not may:
        assert "Contact your Rollcall administrator." in page and "Required role" in page and "Reception" not in page
        assert ("<html" in page) is (not headers)
        assert Installer.objects.values().get() == before
        assert set(AuditEvent.objects.values_list("action", flat=True)) <= {"installer ordered", "sign-in"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_sent_to_sign_in(client: Client, installer: Installer, method: str) -> None:
    for address, *_ in ADDRESSES:
        answer = getattr(client, method)(address.format(pk=installer.pk))
        assert answer.status_code in (302, 403) and "Reception" not in answer.content.decode()
        assert "/accounts/login/" in answer.get("Location", "/accounts/login/")


def test_reading_addresses_only_read_and_writing_ones_only_write(client: Client, installer: Installer, ivan: User) -> None:
    client.force_login(ivan)
    methods = {address: {method for each, method, *_ in ADDRESSES if each == address} for address, *_ in ADDRESSES}
    for address, known in methods.items():
        for method in {"get", "post"} - known:
            assert getattr(client, method)(address.format(pk=installer.pk)).status_code == 405, (method, address)


def test_the_place_in_the_navigation_is_for_those_who_may_go_there(client: Client, ivan: User, bob: User, charlie: User) -> None:
    for user, shown in ((ivan, True), (bob, True), (charlie, False)):
        client.force_login(user)
        assert ('href="/installers/"' in client.get("/").content.decode()) is shown


def test_a_refusal_names_the_action_and_every_role_with_one_of_its_permissions(client: Client, charlie: User) -> None:
    client.force_login(charlie)
    page = " ".join(client.get("/installers/").content.decode().split())
    assert "permission to view installers." in page
    assert "(one of): Helpdesk, IT staff, Administrator." in page
