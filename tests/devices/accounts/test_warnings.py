"""What the page of an account warns of: a full sync of a surprising size, and a CA certificate that expires."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from devices.accounts.list_size import SizeChange, size_change
from devices.models import Account, JobState, SyncRun, User
from tests.devices import rows as shown
from tests.vendors.certificates import authority

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def full(account: Account, records: int, *, hours_ago: float = 0) -> SyncRun:
    at = NOW - timedelta(hours=hours_ago)
    return shown.fetch(account, state=JobState.DONE, records=records, started_at=at, finished_at=at)


def sizes(*found: tuple[int, float]) -> tuple[int, int] | None:
    """(latest, earlier) of the warning after full syncs of (records, hours ago)."""
    account = shown.account("eset-main", "eset")
    runs = [full(account, records, hours_ago=hours) for records, hours in found]
    change = size_change(account, runs[-1])
    return (change.latest, change.earlier) if change else None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([(600, 1), (6000, 0)], (6000, 600)),
        ([(600, 1), (5999, 0)], None),
        ([(6000, 1), (600, 0)], (600, 6000)),
        ([(6000, 1), (601, 0)], None),
        ([(6000, 1), (0, 0)], (0, 6000)),
        ([(0, 1), (6000, 0)], (6000, 0)),
        ([(1, 1), (11, 0)], None),  # a fleet that is set up
        ([(1, 1), (12, 0)], (12, 1)),
        ([(600, 30), (6000, 2), (6000, 0)], (6000, 600)),  # still to be seen on the next day
        ([(600, 60), (6000, 2), (6000, 0)], None),
        ([(600, 900), (6000, 0)], (6000, 600)),  # the one before, however long ago
        ([(6000, 0)], None),
    ],
)
def test_ten_times_as_many_devices_or_a_tenth_is_a_surprise(found: list[tuple[int, float]], expected: tuple[int, int] | None) -> None:
    assert sizes(*found) == expected


def test_an_account_without_a_full_sync_has_no_size() -> None:
    assert size_change(shown.account("eset-main", "eset"), None) is None


def test_the_factor_is_rounded_down() -> None:
    assert [SizeChange(latest, earlier, NOW).factor for latest, earlier in ((6999, 600), (600, 6999), (5, 0), (0, 0))] == [11, 11, 0, 0]


def text_of(client: Client) -> str:
    page = client.get("/vendors/eset-main/").content.decode()
    return " ".join(re.sub(r"</?time[^>]*>", "", page).split())


def test_the_page_warns_and_the_devices_are_kept(client: Client, ivan: User) -> None:
    account = shown.account("eset-main", "eset")
    client.force_login(ivan)
    full(account, 600, hours_ago=3)
    full(account, 600, hours_ago=2)
    assert "full sync returned" not in text_of(client)
    run = full(account, 6100, hours_ago=1)
    assert "The last full sync returned 10 × more devices than the one 2 h ago: 6,100 instead of 600." in text_of(client)
    assert (run.withheld, run.missing) == (0, 0)
    full(account, 30)
    assert "The last full sync returned 30 devices, the one 1 h ago 6,100." in text_of(client)


@pytest.mark.parametrize(
    ("ends_in", "sentence"),
    [
        (timedelta(days=31), ""),
        (timedelta(days=29), "The CA certificate expires on {day}."),
        (timedelta(days=-1), "The CA certificate expired on {day}."),
    ],
)
def test_the_page_warns_before_a_ca_certificate_expires(client: Client, ivan: User, ends_in: timedelta, sentence: str) -> None:
    ends: datetime = NOW + ends_in
    account = shown.account("eset-main", "eset")
    Account.objects.filter(pk=account.pk).update(ca_pem=authority(ends=ends).pem + authority().pem)
    client.force_login(ivan)
    text, day = text_of(client), date_format(timezone.localtime(ends), "DATE_FORMAT")
    assert f"<dt>Valid until</dt><dd>{day}</dd>" in text
    assert ("Replace it under Edit" in text) is bool(sentence)
    assert sentence.format(day=day) in text
