"""Names distinguish two records of one vendor or of one account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, Device, Sighting, User
from tests.devices import rows as shown
from tests.devices.alerts import listed

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(address).content.decode()).split())


def silent(account: Account, name: str, *, device: Device | None, external_id: str) -> Sighting:
    made = shown.sighting(account, name, device=device, stale=True, seen_at=timezone.now() - timedelta(days=40))
    Sighting.objects.filter(pk=made.pk).update(external_id=external_id)
    return made


@pytest.fixture
def device() -> Device:
    """Live and silent at `berlin` under two ids, and silent at `munich`."""
    berlin, munich = shown.account("berlin", "eset"), shown.account("munich", "eset")
    live = shown.sighting(berlin, "HAM-NB-1", state="ok")
    Sighting.objects.filter(pk=live.pk).update(external_id="4ca3b5d1-aaaa")
    silent(berlin, "HAM-NB-1", device=live.device, external_id="4ca3b5d1-bbbb")
    silent(munich, "HAM-NB-1", device=live.device, external_id="77777777-cccc")
    return Device.objects.get()


def test_the_answer_names_account_and_record(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    text = text_of(client, f"/devices/{device.pk}/")
    assert "ESET (berlin, record 4ca3b5d1-a…) reports OK" in text
    assert "Excluded: ESET (berlin, record 4ca3b5d1-b…) (superseded by a newer record). Excluded: ESET (munich) (no check-in" in text


def test_one_record_is_named_by_its_vendor_alone(client: Client, bob: User) -> None:
    shown.sighting(shown.account("berlin", "eset"), "HAM-NB-2", state="ok")
    client.force_login(bob)
    assert "ESET reports OK" in text_of(client, f"/devices/{Device.objects.get().pk}/")


def test_a_silent_record_is_no_issue_where_its_account_has_a_newer_one(device: Device) -> None:
    assert {each.title for each in listed(kind="stale")} == {"No recent contact with ESET (munich)"}


def test_the_list_has_one_tag_for_each_vendor_which_names_the_accounts(client: Client, bob: User, device: Device) -> None:
    client.force_login(bob)
    cell = re.search(r'data-label="Reported by">(.*?)</td>', client.get("/devices/?cols=seen_by").text, re.DOTALL)
    assert cell is not None
    tags = re.findall(r'title="([^"]*)">([^<]*)', cell[1])
    assert [(title, word.strip()) for title, word in tags] == [
        ("ESET: berlin · 2 records of this device; munich · stale, excluded from the status", "ESET ×2"),
    ]


def test_the_file_tells_them_apart_too(client: Client, ivan: User, device: Device) -> None:
    client.force_login(ivan)
    answer = client.get("/devices/export.csv?cols=seen_by,accounts")
    assert "ESET berlin ×2; ESET munich (stale)" in answer.text


def test_what_a_person_confirms_names_the_record(client: Client, ivan: User, device: Device) -> None:
    client.force_login(ivan)
    leaving = Sighting.objects.get(external_id="4ca3b5d1-bbbb")
    assert "Split ESET (berlin, record 4ca3b5d1-b…) from" in text_of(client, f"/devices/{device.pk}/apart/{leaving.pk}/")


def test_who_contradicts_whom_is_named_by_account(client: Client, bob: User) -> None:
    first = shown.sighting(shown.account("berlin", "eset"), "HAM-NB-3", os_name="Windows 11", os_family="windows")
    shown.sighting(shown.account("munich", "eset"), "HAM-NB-3", device=first.device, os_name="Debian 13", os_family="linux")
    client.force_login(bob)
    assert "ESET (berlin) Windows 11 ESET (munich) Debian 13" in text_of(client, "/disagreements/")
