"""The site of a device on the coverage page: what a record reports as its location."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, SavedView, User
from devices.web.roles import HELPDESK
from tests.devices.coverage.test_views import MISSING, PAGE, fleet, placed, rows_of, text_of

pytestmark = pytest.mark.django_db
__all__ = ["fleet"]


def test_shares_of_locations_in_any_spelling(client: Client, fleet: dict[str, Account], bob: User) -> None:
    first = placed(fleet["five9s"], "placed-1", "Haus  7", os_family="linux")
    placed(fleet["eset"], "placed-1", "HAUS 7", device=first)
    placed(fleet["five9s"], "placed-2", "haus 7", os_family="linux")
    client.force_login(bob)
    page = client.get(PAGE).content.decode()
    assert f'href="{PAGE}?location=HAUS%207">HAUS 7</a>' in page and page.count("location=HAUS%207") == 1
    text = text_of(client, PAGE)
    assert text.index("By group") < text.index("By location") < text.index("Only devices with a reported location")
    assert "HAUS 7 2 50% 1 missing 100% 0% 2 missing" in text
    text = text_of(client, PAGE + "?location=HAUS%207")
    assert "1–2 of 2 devices" in text and "Location: HAUS 7" in text and "By location" not in text


def test_no_locations_is_said(client: Client, fleet: dict[str, Account], bob: User) -> None:
    client.force_login(bob)
    text = text_of(client, PAGE)
    assert "No groups No vendor account reports groups of devices." in text
    assert "No locations No vendor account reports locations of devices." in text


def test_a_superseded_or_missing_record_has_no_location(client: Client, fleet: dict[str, Account], bob: User) -> None:
    placed(fleet["five9s"], "gone", "Berlin", life="missing")
    device = placed(fleet["five9s"], "twice", "Hamburg", seen_at=timezone.now() - timedelta(days=3))
    placed(fleet["five9s"], "twice", "Bremen", device=device, seen_at=timezone.now())
    client.force_login(bob)
    text = text_of(client, PAGE)
    assert "Bremen 1" in text and "Berlin" not in text and "Hamburg" not in text
    assert "No device matches these filters now." in text_of(client, PAGE + "?location=hamburg")


def test_a_location_that_the_helpdesk_does_not_see_is_no_panel_and_no_filter(
    client: Client, fleet: dict[str, Account], bob: User, ivan: User, settings: LazySettings
) -> None:
    placed(fleet["five9s"], "placed", "Berlin")
    at, role = timezone.now(), Group.objects.get(name=HELPDESK)
    SavedView.objects.create(
        owner=ivan, shared_with=role, page="coverage", name="Site", slug="site", query="?location=berlin", changed_at=at
    )
    for user in (bob, ivan):
        client.force_login(user)
        for query in ("?location=BERLIN", "?view=site"):
            assert "1–1 of 1 device" in text_of(client, PAGE + query)
    settings.HELPDESK_FACTS = ["hardware"]
    assert "By location" in text_of(client, PAGE)
    client.force_login(bob)
    page = client.get(PAGE).content.decode()
    assert "By group" in page and "By location" not in page and "filter-location" not in page and "location=" not in page
    for query in ("?location=BERLIN", "?view=site"):  # as on the list of devices: no filter
        text = text_of(client, PAGE + query)
        assert "1–7 of 7 devices" in text and "Location" not in text
    assert "location=" not in client.get(MISSING + "&location=BERLIN").content.decode()


def test_the_file_has_the_location(client: Client, fleet: dict[str, Account], ivan: User) -> None:
    placed(fleet["five9s"], "placed", "Berlin")
    client.force_login(ivan)
    assert 'href="/coverage/every.csv?location=berlin"' in client.get(PAGE + "?location=berlin").content.decode()
    assert [row["Device"] for row in rows_of(client, "/coverage/every.csv?location=berlin")] == ["placed"]
    assert AuditEvent.objects.filter(action="export").get().detail["filters"] == "?location=berlin"
    assert [row["Device"] for row in rows_of(client, "/coverage/every.csv?account=eset-main&cover=missing&location=Berlin")] == ["placed"]
