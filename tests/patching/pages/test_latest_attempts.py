"""How each application went last on a device: how often it failed by now, since when, and what to do."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Sighting, User
from patching.models import Attempt, Title
from tests.devices import rows as shown
from tests.patching import rows as made
from tests.patching.page_text import HTMX, words_of
from tests.patching.tallies import last_on_their_devices

pytestmark = pytest.mark.django_db


@pytest.fixture
def berlin() -> Sighting:
    return Sighting.objects.get(account=shown.small_fleet()["eset"], name="nb-berlin-01")


def panel(client: Client, person: User, sighting: Sighting) -> str:
    return words_of(client, person, f"device/{sighting.device_id}/", **HTMX).partition("Last attempts")[2]


def test_what_fails_again_and_again_says_since_when_and_what_to_tell_the_caller(client: Client, bob: User, berlin: Sighting) -> None:
    for days, status, reason in ((40, "failed", "download"), (20, "installed", ""), (9, "failed", "running"), (5, "failed", "running")):
        made.attempt(berlin.account, "Zoom", status, on=berlin, reason=reason, days=days)
    words = panel(client, bob, berlin)
    assert "5 days ago · 2 failures in a row since 9 days ago · Application was running" in words
    assert "Close the application and try again. It was in use" in words and words.count("Zoom") == 1 and "Fix the download" not in words


def test_each_application_stands_once_and_first_what_waits_for_a_person(client: Client, bob: User, berlin: Sighting) -> None:
    for name, status, days in (("Acrobat", "installed", 1), ("Zoom", "failed", 3), ("Firefox", "restart", 2), ("Acrobat", "failed", 8)):
        made.attempt(berlin.account, name, status, on=berlin, days=days)
    words = panel(client, bob, berlin)
    assert words.startswith(" 4 kept") and words.index("Firefox") < words.index("Zoom") < words.index("Acrobat")
    assert "Installed Acrobat" in words and words.count("Acrobat") == 1 and "in a row" not in words


def test_the_overview_counts_what_failed_last_beside_the_patches_that_failed(client: Client, bob: User, berlin: Sighting) -> None:
    for name, status, days in (("Acrobat", "restart", 1), ("Zoom", "failed", 3), ("Zoom", "failed", 4), ("Firefox", "failed", 2)):
        made.attempt(berlin.account, name, status, on=berlin, days=days)
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    words = words_of(client, bob, "")
    assert "Failed 0 2 last attempts Restart required 0 1 last attempt Available 0 Scheduled" in words


def test_an_application_says_why_it_fails_and_what_to_do(client: Client, bob: User, berlin: Sighting) -> None:
    for reason, days in (("running", 2), ("download", 3), ("running", 4)):
        made.attempt(berlin.account, "Zoom", "failed", on=berlin, reason=reason, days=days)
    made.attempt(berlin.account, "Firefox", "failed", on=berlin, reason="corrupt")
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    words = words_of(client, bob, f"titles/{Title.objects.get(name='Zoom').pk}/")
    assert (
        "Close the application and try again Application was running 0 1 2 Fix the download Download failed 0 0 1 Last attempts:" in words
    )
    assert "Get a new installer" not in words and "Device Outcome Versions When Account nb-berlin-01 ACME" in words
    quiet = made.title("Quiet").pk
    assert "What to do next" not in words_of(client, bob, f"titles/{quiet}/")


def test_no_device_with_such_a_patch_leads_to_those_with_such_an_attempt(client: Client, bob: User, berlin: Sighting) -> None:
    made.attempt(berlin.account, "Zoom", "restart", on=berlin)
    Attempt.objects.update(last=True)
    assert "Some vendors tell it only with an attempt. See the last attempts" in words_of(client, bob, "devices/?has=restart")
    page = client.get("/patching/devices/?has=restart").content.decode()
    assert 'href="/patching/attempts/?last=yes&amp;status=restart"' in page
    assert "1–1 of 1 attempt" in words_of(client, bob, "attempts/?last=yes&status=restart")
