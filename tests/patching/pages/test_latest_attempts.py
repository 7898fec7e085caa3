"""The latest attempt of each application on a device: its failures in a row, and the next step."""

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
    return words_of(client, person, f"device/{sighting.device_id}/", **HTMX).partition("Latest attempts")[2]


def test_repeated_failures_have_a_number_a_first_time_and_a_next_step(client: Client, bob: User, berlin: Sighting) -> None:
    for days, status, reason in ((40, "failed", "download"), (20, "installed", ""), (9, "failed", "running"), (5, "failed", "running")):
        made.attempt(berlin.account, "Zoom", status, on=berlin, reason=reason, days=days)
    words = panel(client, bob, berlin)
    assert "5 days ago · 2 failures in a row, first 9 days ago · Application was running" in words
    assert (
        "Close the application and retry. The application was in use." in words
        and words.count("Zoom") == 1
        and "Fix the download" not in words
    )


def test_each_application_is_listed_once_and_what_needs_action_first(client: Client, bob: User, berlin: Sighting) -> None:
    for name, status, days in (("Acrobat", "installed", 1), ("Zoom", "failed", 3), ("Firefox", "restart", 2), ("Acrobat", "failed", 8)):
        made.attempt(berlin.account, name, status, on=berlin, days=days)
    words = panel(client, bob, berlin)
    assert words.startswith(" View all (4)") and words.index("Firefox") < words.index("Zoom") < words.index("Acrobat")
    assert "Installed Acrobat" in words and words.count("Acrobat") == 1 and "in a row" not in words


def test_the_overview_counts_latest_attempts_beside_patches(client: Client, bob: User, berlin: Sighting) -> None:
    for name, status, days in (("Acrobat", "restart", 1), ("Zoom", "failed", 3), ("Zoom", "failed", 4), ("Firefox", "failed", 2)):
        made.attempt(berlin.account, name, status, on=berlin, days=days)
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    words = words_of(client, bob, "")
    assert "Failed 0 2 latest attempts Restart required 0 1 latest attempt Available 0 Scheduled" in words


def test_an_application_has_reasons_and_next_steps(client: Client, bob: User, berlin: Sighting) -> None:
    for reason, days in (("running", 2), ("download", 3), ("running", 4)):
        made.attempt(berlin.account, "Zoom", "failed", on=berlin, reason=reason, days=days)
    made.attempt(berlin.account, "Firefox", "failed", on=berlin, reason="corrupt")
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    words = words_of(client, bob, f"titles/{Title.objects.get(name='Zoom').pk}/")
    assert "Close the application and retry Application was running 0 1 2 Fix the download Download failed 0 0 1 Latest:" in words
    assert "Download again" not in words and "Device Outcome Versions Date Vendor account nb-berlin-01 ACME" in words
    quiet = made.title("Quiet").pk
    assert "Remediation" not in words_of(client, bob, f"titles/{quiet}/")


def test_an_empty_list_of_devices_by_status_links_to_the_attempts_with_it(client: Client, bob: User, berlin: Sighting) -> None:
    made.attempt(berlin.account, "Zoom", "restart", on=berlin)
    Attempt.objects.update(last=True)
    assert "Some vendors report this status only with an attempt. View latest attempts" in words_of(client, bob, "devices/?has=restart")
    page = client.get("/patching/devices/?has=restart").content.decode()
    assert 'href="/patching/attempts/?last=yes&amp;status=restart"' in page
    assert "1–1 of 1 attempt" in words_of(client, bob, "attempts/?last=yes&status=restart")
