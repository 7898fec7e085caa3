"""Language and time zone: the profile's, otherwise the browser's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from devices.models import AuditEvent, User
from devices.users.locale import ZONE_COOKIE
from tests.devices.lists import workbooks
from tests.patching.rows import small_patching

pytestmark = pytest.mark.django_db
AT = datetime(2026, 7, 1, 22, 30, 15, tzinfo=UTC)
GERMAN = {"accept-language": "de-AT,de;q=0.9,en;q=0.5"}


def signed_in(user: User, **preferences: str) -> Client:
    User.objects.filter(pk=user.pk).update(**preferences)
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str = "/audit/", **headers: str) -> str:
    return client.get(address, headers=headers).content.decode()


@pytest.mark.parametrize(
    ("profile", "browser", "language"),
    [("", "de-AT,de;q=0.9", "de"), ("", "fr", "en"), ("", "", "en"), ("en", "de", "en"), ("de", "en", "de"), ("xx", "de", "de")],
)
def test_the_profile_goes_before_the_browser(alice: User, profile: str, browser: str, language: str) -> None:
    assert f'<html lang="{language}"' in page(signed_in(alice, language=profile), "/", **{"accept-language": browser})


def test_who_is_not_signed_in_reads_in_the_browsers_language(client: Client) -> None:
    assert '<html lang="de"' in page(client, "/accounts/login/", **GERMAN)
    assert '<html lang="en"' in page(client, "/accounts/login/")


@pytest.mark.parametrize(
    ("profile", "cookie", "local"),
    [
        ("", "", "1 Jul 2026, 22:30:15"),
        ("", "Europe/Berlin", "2 Jul 2026, 00:30:15"),
        ("America/New_York", "Europe/Berlin", "1 Jul 2026, 18:30:15"),
        ("", "../etc/localtime", "1 Jul 2026, 22:30:15"),
        ("", "No/Such", "1 Jul 2026, 22:30:15"),
        ("No/Such", "Europe/Berlin", "1 Jul 2026, 22:30:15"),
    ],
)
def test_times_are_in_the_users_zone_with_utc_on_hover(alice: User, profile: str, cookie: str, local: str) -> None:
    AuditEvent.objects.create(at=AT, action="account.added", source="command line", target="eset-main")
    client = signed_in(alice, time_zone=profile)
    client.cookies[ZONE_COOKIE] = cookie
    text = page(client)
    assert local in text and "2026-07-01 22:30:15 UTC" in text
    assert timezone.get_current_timezone_name() == "UTC", "one request's zone is not the next one's"


def test_preferences_are_kept_and_confirmed_in_the_new_language(alice: User) -> None:
    client = signed_in(alice)
    answer = client.post("/preferences/", {"language": "de", "time_zone": "Europe/Berlin"}, follow=True)
    alice.refresh_from_db()
    assert (alice.language, alice.time_zone) == ("de", "Europe/Berlin")
    text = answer.content.decode()
    assert '<html lang="de"' in text and "Einstellungen gespeichert." in text
    assert '<option value="de" selected>' in text and '<option value="Europe/Berlin" selected>' in text
    client.post("/preferences/", {"language": "", "time_zone": ""})
    alice.refresh_from_db()
    assert (alice.language, alice.time_zone) == ("", "")


def test_an_unknown_choice_is_refused_and_nothing_is_changed(alice: User) -> None:
    client = signed_in(alice, language="de")
    answer = client.post("/preferences/", {"language": "xx", "time_zone": "Mars/Base"}, headers=GERMAN)
    alice.refresh_from_db()
    assert answer.status_code == 400 and 'aria-invalid="true"' in answer.content.decode()
    assert (alice.language, alice.time_zone) == ("de", "")


def test_what_is_drawn_once_is_drawn_once_for_each_language() -> None:
    pill = Template('{% state_pill "critical" %}')
    for language, word in (("en", "Critical"), ("de", "Kritisch"), ("en", "Critical")):
        with translation.override(language):
            assert f">{word}<" in pill.render(Context())


def test_numbers_shares_and_ages_follow_the_language() -> None:
    template = Template("{{ n|intcomma }} {{ share|percent }} {{ at|day }}")
    context = Context({"n": 1234567, "share": 69.6, "at": AT})
    with translation.override("en"):
        assert template.render(context) == "1,234,567 70% 1 Jul 2026"
    with translation.override("de"):
        assert template.render(context) == "1.234.567 70\u00a0% 01.07.2026"


@pytest.mark.parametrize("address", ["/devices/export.csv", "/issues/export.csv", "/coverage/every.csv", "/patching/patches.csv"])
def test_a_file_is_the_same_whoever_exports_it(alice: User, address: str) -> None:
    small_patching()
    english, german = signed_in(alice), Client()
    german.force_login(alice)
    german.cookies[ZONE_COOKIE] = "Asia/Tokyo"
    files = [client.get(address, headers=headers).getvalue() for client, headers in ((english, {}), (german, GERMAN))]
    assert files[0] == files[1] and len(files[0].splitlines()) > 1
    books = [
        workbooks.read(each.get(address.replace(".csv", ".xlsx"), headers=more).getvalue())
        for each, more in ((english, {}), (german, GERMAN))
    ]
    assert books[0] == books[1] and len(books[0].rows) > 1
