"""Who may read and triage issues."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Account, Triage, User
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.issues.pages import FIRST, item, text

pytestmark = pytest.mark.django_db


READ, WRITE = ("/issues/",), ("/issues/decide/", "/issues/take-back/")


def test_who_has_no_role_is_refused_everywhere(accounts: dict[str, Account], charlie: User) -> None:
    client = signed_in(charlie)
    for address in (*READ, "/issues/export.csv", "/issues/decide/"):
        for answer in (client.get(address), client.get(address, headers=HTMX)):
            assert answer.status_code == 403 and FIRST.encode() not in answer.content
    for address in WRITE:
        assert client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"}).status_code == 403
    assert not Triage.objects.exists()


def test_a_stranger_is_sent_to_sign_in(accounts: dict[str, Account], client: Client) -> None:
    for address in (*READ, "/issues/export.csv", "/issues/decide/", "/issues/silenced/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")
    for address in WRITE:
        assert client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"}).status_code == 302
    assert not Triage.objects.exists()


def test_helpdesk_reads_what_is_decided_and_decides_nothing(accounts: dict[str, Account], bob: User) -> None:
    client = signed_in(bob)
    page = text(client)
    assert FIRST in page
    assert ">Acknowledge<" not in page and 'name="item"' not in page and "export.csv" not in page
    for address in ("/issues/export.csv", f"/issues/decide/?item={item(FIRST)}"):
        assert client.get(address).status_code == 403
    for address in WRITE:
        answer = client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"})
        assert answer.status_code == 403 and "permission to acknowledge, snooze or mute issues." in answer.text
    assert not Triage.objects.exists()


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/issues/", "post put delete"),
        ("/issues/export.csv", "post"),
        ("/issues/decide/", "put delete"),
        ("/issues/take-back/", "get head"),
    ],
)
def test_other_methods_are_refused(desk: Client, address: str, methods: str) -> None:
    assert {getattr(desk, method)(address).status_code for method in methods.split()} == {405}
