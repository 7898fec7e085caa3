"""Error pages in our look, and what no page may contain under the content security policy."""

from __future__ import annotations

import re

import pytest
from django.test import Client, RequestFactory
from django.views.defaults import server_error
from pytest_django.fixtures import DjangoAssertNumQueries

from config.errors import broken
from devices.models import Sighting, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def test_the_page_for_our_own_errors_needs_nothing() -> None:
    answer = server_error(RequestFactory().get("/"))
    text = answer.content.decode()
    assert answer.status_code == 500
    assert "Something went wrong" in text and not INLINE.search(text)


def test_a_stranger_learns_nothing_from_a_wrong_address(client: Client) -> None:
    answer = client.get("/no/such/place/<script>/")
    assert answer.status_code == 404
    assert b"<script>" not in answer.content
    assert b'name="q"' not in answer.content


def test_an_expired_form_says_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "bob", "password": "x"})
    assert answer.status_code == 403
    assert b"Form expired" in answer.content


@pytest.mark.parametrize(
    "address", ["/", "/devices/", "/devices/?q=x", "{device}", "{raw}", "/accounts/password/change/", "/accounts/2fa/", "/none/"]
)
def test_no_page_has_inline_code_or_style_or_foreign_hosts(client: Client, alice: User, address: str) -> None:
    shown.small_fleet()
    one = Sighting.objects.order_by("pk")[0]
    client.force_login(alice)
    answer = client.get(address.format(device=f"/devices/{one.device_id}/", raw=f"/devices/{one.device_id}/raw/{one.pk}/"))
    text = answer.content.decode()
    assert not INLINE.search(text)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_sign_in_page_has_no_inline_code(client: Client) -> None:
    assert not INLINE.search(client.get("/accounts/login/").content.decode())


@pytest.mark.parametrize(
    ("cookie", "attribute"), [("dark", ' data-bs-theme="dark"'), ("light", ' data-bs-theme="light"'), ('"><script>', "")]
)
def test_the_chosen_colours_come_with_the_first_byte(client: Client, cookie: str, attribute: str) -> None:
    client.cookies["rollcall_theme"] = cookie
    assert f'<html lang="en"{attribute} data-density="compact">' in client.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(("address", "status"), [("/no/such/place/", 404), ("/users/", 403)])
def test_who_is_signed_in_keeps_the_navigation_on_an_error_page(client: Client, bob: User, address: str, status: int) -> None:
    client.force_login(bob)
    answer = client.get(address)
    text = answer.content.decode()
    assert answer.status_code == status and 'href="/devices/"' in text and 'role="search"' in text
    assert "change_user" not in text


def test_an_expired_form_of_a_signed_in_user_keeps_the_navigation(bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    answer = client.post("/preferences/", {"language": "de"})
    assert answer.status_code == 403
    assert b"Form expired" in answer.content and b'href="/devices/"' in answer.content


def test_our_own_error_keeps_a_known_navigation_and_reads_nothing(
    bob: User, charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    request = RequestFactory().get("/devices/")
    bob.has_perm("devices.view_device")
    for user, known in ((bob, True), (charlie, False)):
        request._cached_user = user  # type: ignore[attr-defined]  # as the middleware leaves it
        with django_assert_num_queries(0):
            answer = broken(request)
        text = answer.content.decode()
        assert (answer.status_code, 'href="/issues/"' in text) == (500, known)
        assert "Something went wrong" in text and not INLINE.search(text)
