"""Dialogs: the same pages without their frame, and redirects that lead the whole page on."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Account, Device, Life, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
IN_DIALOG = {"Rollcall-Dialog": "1"}


@pytest.fixture
def laptop(db: None) -> Device:
    return shown.sighting(shown.account("eset-main", "eset"), "nb-1").device


def test_a_page_in_a_dialog_has_its_content_and_no_frame(client: Client, ivan: User, laptop: Device) -> None:
    client.force_login(ivan)
    address = f"/devices/{laptop.pk}/retire/"
    whole, part = client.get(address).content.decode(), client.get(address, headers=IN_DIALOG).content.decode()
    for text in ("Retire nb-1", 'name="reason"', f'action="{address}"', "data-dialog-close"):
        assert text in whole and text in part
    for frame in ("<!doctype html>", "<nav", "<dialog", 'id="troubles"'):
        assert frame in whole and frame not in part


def test_a_wrong_form_comes_back_into_the_dialog(client: Client, ivan: User, laptop: Device) -> None:
    client.force_login(ivan)
    answer = client.post(f"/devices/{laptop.pk}/retire/", {"reason": " "}, headers=IN_DIALOG)
    text = answer.content.decode()
    assert (answer.status_code, "Enter a reason." in text, "<nav" in text) == (422, True, False)
    assert 'aria-invalid="true"' in text


def test_success_leads_the_whole_page_on_and_is_reported_there(client: Client, ivan: User, laptop: Device) -> None:
    client.force_login(ivan)
    page = f"/devices/{laptop.pk}/"
    headers = IN_DIALOG | {"HX-Current-URL": "http://testserver/devices/"}
    answer = client.post(f"{page}retire/", {"reason": "sold"}, headers=headers)
    assert (answer.status_code, answer["HX-Redirect"], answer.content) == (200, page, b"")
    assert not answer.has_header("Location")
    assert Device.objects.get(pk=laptop.pk).life == Life.RETIRED
    assert "nb-1 retired." in client.get(page).content.decode()


@pytest.mark.parametrize("opened_from", ["http://testserver{page}", "http://testserver{page}#issues"])
def test_a_page_that_leads_back_to_itself_is_reloaded(client: Client, ivan: User, laptop: Device, opened_from: str) -> None:
    client.force_login(ivan)
    page = f"/devices/{laptop.pk}/"
    headers = IN_DIALOG | {"HX-Current-URL": opened_from.format(page=page)}
    answer = client.post(f"{page}retire/", {"reason": "sold"}, headers=headers)
    assert (answer.status_code, answer["HX-Refresh"], answer.has_header("HX-Redirect")) == (200, "true", False)


def test_reauthentication_leads_to_its_page_and_back_to_the_whole_confirmation(client: Client, alice: User, bob: User) -> None:
    client.force_login(alice)
    address = f"/users/{bob.pk}/remove-factor/"
    answer = client.get(address, headers=IN_DIALOG)
    assert answer["HX-Redirect"] == f"/accounts/reauthenticate/?next=%2Fusers%2F{bob.pk}%2Fremove-factor%2F"


def test_an_expired_session_leads_to_the_sign_in_page(client: Client, laptop: Device) -> None:
    answer = client.get(f"/devices/{laptop.pk}/retire/", headers=IN_DIALOG)
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")


def test_a_refusal_is_shown_inside(client: Client, bob: User, laptop: Device) -> None:
    client.force_login(bob)
    answer = client.get(f"/devices/{laptop.pk}/retire/", headers=IN_DIALOG)
    text = answer.content.decode()
    assert answer.status_code == 403 and "Access denied" in text and "<nav" not in text


def test_caches_tell_pages_and_dialogs_apart(client: Client, ivan: User, laptop: Device) -> None:
    client.force_login(ivan)
    assert "Rollcall-Dialog" in client.get(f"/devices/{laptop.pk}/retire/")["Vary"]


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/devices/bulk/", {"action": "tag", "which": "page", "page_ids": "{device}"}),
        ("/devices/bulk/", {"action": "refresh", "which": "page", "page_ids": "{device}"}),
        ("/vendors/eset-main/delete/", None),
        ("/devices/{device}/link/", None),
    ],
)
def test_every_confirmation_has_a_form_without_a_frame(
    client: Client, alice: User, laptop: Device, address: str, form: dict[str, str] | None
) -> None:
    client.force_login(alice)
    place = address.format(device=laptop.pk)
    typed = {name: value.format(device=laptop.pk) for name, value in (form or {}).items()}
    answer = client.post(place, typed, headers=IN_DIALOG) if form else client.get(place, headers=IN_DIALOG)
    text = answer.content.decode()
    assert answer.status_code == 200 and "<form" in text and "<h1" in text and "<!doctype" not in text
    assert Account.objects.count() == 1
