"""Patching of a device as text for a ticket."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from devices.account_status.status import by_pk, statuses
from devices.models import Device, User
from patching.models import Attempt, Patch
from patching.pages.device import on_device
from patching.pages.ticket_text import text
from tests.devices import rows as shown
from tests.patching import rows as made
from tests.patching.page_text import HTMX

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)


def lines(device: Device) -> list[str]:
    found = on_device(device.pk, by_pk(statuses(AT)), now=AT)
    assert found is not None
    return text(found).splitlines()


def test_it_has_failures_and_next_steps_with_absolute_times(client: Client, bob: User) -> None:
    berlin = shown.sighting(shown.account("five-main", "five9s"), "nb-berlin-01")
    made.patch(berlin, "KB5031455\u202e", "failed", reason="untold", raw="InstallFailure")
    Patch.objects.update(open_since=AT)
    for days, reason in ((9, "download"), (2, "running")):
        one = made.attempt(berlin.account, "Zoom\nZoom", "failed", on=berlin, reason=reason, raw="FAILED_RUNNING")
        Attempt.objects.filter(pk=one.pk).update(at=AT - timedelta(days=days))
    assert lines(berlin.device)[:4] == [
        "Latest patch attempts:",
        "  Zoom Zoom 1.0 → 2.0: Failed, Application was running (FAILED_RUNNING), 2026-11-18 09:12 UTC,"
        " 2 failures in a row since 2026-11-11 09:12 UTC, next step: Close the application and retry",
        "Open patches (1):",
        "  KB5031455 2.0: Failed, No reason reported (InstallFailure), first detected 2026-11-20 09:12 UTC,"
        " next step: Check the vendor log",
    ]
    client.force_login(bob)
    assert "next step: Check the vendor log" in client.get(f"/patching/device/{berlin.device_id}/", headers=HTMX).content.decode()


def test_without_patch_data_there_is_nothing_to_copy(client: Client, bob: User) -> None:
    quiet = shown.sighting(shown.account("five-main", "five9s"), "nb-berlin-01")
    assert lines(quiet.device) == []
    client.force_login(bob)
    assert "data-copy" not in client.get(f"/patching/device/{quiet.device_id}/", headers=HTMX).content.decode()
