"""Deleting an account in the browser: who may, what the page lists, what must be typed, and what it shows meanwhile."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.sessions import POLLS
from devices.accounts.deletion import services as deletion
from devices.audit.context import AuditContext
from devices.models import Account, AuditEvent, SyncRun, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> dict[str, Account]:
    return shown.small_fleet()


@pytest.fixture
def eset(accounts: dict[str, Account]) -> Account:
    return accounts["eset"]


@pytest.fixture
def admin(alice: User) -> Client:
    return signed_in(alice)


def at(account: Account, page: str = "account_delete") -> str:
    return reverse(f"devices:{page}", args=[account.name])


def text(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def test_the_page_lists_what_will_be_deleted(admin: Client, eset: Account) -> None:
    page = text(admin, at(eset))
    for each in deletion.contents(eset):
        assert each.words in page
    assert "and the audit log" in page
    assert at(eset) in text(admin, at(eset, "account"))


@pytest.mark.parametrize("typed", ["", "eset", "ESET-MAIN", "x\0"])
def test_another_name_deletes_nothing(admin: Client, eset: Account, typed: str) -> None:
    answer = admin.post(at(eset), {"name": typed})
    assert answer.status_code == 422
    assert "Nothing was deleted. Type the account name exactly" in answer.content.decode()
    eset.refresh_from_db()
    assert not eset.being_deleted and not AuditEvent.objects.filter(target=eset.name).exists()


def test_its_name_deletes_it_and_the_page_follows(admin: Client, eset: Account, alice: User) -> None:
    assert admin.post(at(eset), {"name": f" {eset.name} "}).status_code == 302
    eset.refresh_from_db()
    assert eset.being_deleted
    event = AuditEvent.objects.get(target=eset.name)
    assert (event.action, event.actor, event.target) == ("account deletion requested", alice, eset.name)
    assert event.detail["device records"] == eset.sightings.count()
    page = text(admin, at(eset, "account"))
    assert "Being deleted" in page and f'data-poll hx-get="{at(eset, "account_deleting")}"' in page
    assert "deleting" in POLLS
    for action in ("account_edit", "account_switch", "account_refresh", "account_test_stored", "account_delete"):
        assert at(eset, action) not in page
    while deletion.advance(eset.pk, now=timezone.now()):
        fragment = admin.get(at(eset, "account_deleting"), headers=HTMX)
        assert (fragment.status_code, b"<html" in fragment.content) == (200, False)
    ended = admin.get(at(eset, "account_deleting"), headers=HTMX)
    assert ended["HX-Redirect"] == reverse("devices:accounts")
    assert f"{eset.name} was deleted." in text(admin, reverse("devices:accounts"))
    assert admin.get(at(eset, "account")).status_code == 404


def test_meanwhile_it_takes_no_other_request(admin: Client, eset: Account) -> None:
    deletion.request_deletion(eset, act=AuditContext(timezone.now()))
    before = AuditEvent.objects.count()
    for page, data, refusal in (
        ("account_edit", {"set_region": "de", "secret_password": "canary"}, "is being deleted and cannot be edited."),
        ("account_switch", {"enabled": "1"}, "is being deleted."),
        ("account_refresh", {"what": "everything"}, "is being deleted."),
        ("account_test_stored", {}, "is being deleted."),
        ("account_delete", {"name": eset.name}, "is already being deleted."),
    ):
        answer = admin.post(at(eset, page), data, follow=True)
        assert answer.status_code == 200
        assert f"{eset.name} {refusal}" in answer.content.decode(), page
    eset.refresh_from_db()
    assert not eset.enabled and not eset.secrets.exists() and not SyncRun.objects.filter(account=eset, state="requested").exists()
    assert not AuditEvent.objects.filter(action__in=("account changed", "account switched"), pk__gt=0).exists()
    assert AuditEvent.objects.count() == before + 1  # the test of the connection


def test_only_administrators_may(eset: Account, people: dict[str, Client]) -> None:
    for name, client in people.items():
        for answer in (client.get(at(eset)), client.post(at(eset), {"name": eset.name})):
            assert answer.status_code == 403, name
        assert at(eset) not in client.get(at(eset, "account")).content.decode()
    assert people["charlie"].get(at(eset, "account_deleting"), headers=HTMX).status_code == 403
    eset.refresh_from_db()
    assert not eset.being_deleted


def test_other_methods_and_other_names(admin: Client, eset: Account) -> None:
    assert admin.put(at(eset)).status_code == 405
    assert admin.post(at(eset, "account_deleting")).status_code == 405
    assert admin.get(reverse("devices:account_delete", args=["nobody"])).status_code == 404
    assert admin.get(at(eset, "account_deleting"))["Location"] == at(eset, "account")
