"""The texts of the pages of patching."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, User
from patching.models import Patch, Title
from tests.devices import rows as shown
from tests.patching import rows as made
from tests.patching.page_text import HTMX, words_of

pytestmark = pytest.mark.django_db


def test_pages_without_patch_data(client: Client, bob: User) -> None:
    words = words_of(client, bob, "")
    assert "No patch data Patch data is synced every hour." in words
    assert "No open patches Either all devices are up to date" in words_of(client, bob, "patches/")
    assert "No attempts in the last 30 days" in words_of(client, bob, "attempts/")
    assert "No applications The overview shows" in words_of(client, bob, "titles/")


def test_the_overview_has_numbers_and_limitations(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "")
    assert "11 open patches On 4 active devices · 3 open for more than 30 days" in words
    assert "Success rate, last 30 days: 50% ( 2 of 4 ) · Excluded: 1 restart required, 2 other" in words
    silent = words_of(client, bob, "silent/", **HTMX)
    assert silent == "2 devices have no patch data (not provided by OPSWAT MetaDefender IT Access) and are not counted."
    assert client.get("/patching/silent/")["Location"] == "/devices/?patching=untold"
    Device.objects.filter(name__in=("phone-04", "away-07")).update(vendors=["eset"])
    assert words_of(client, bob, "silent/", **HTMX).startswith("For every device at least one vendor provides patch data.")
    assert "eset-main · Attempts per device: no access." in words and "lacks the right" not in words
    assert words.index("CVE-2026-1234") < words.index("Limitations")


def test_the_reason_of_a_refusal_needs_access_to_vendor_accounts(client: Client, ivan: User) -> None:
    made.small_patching()
    assert "the user lacks the right to patch management" in words_of(client, ivan, "")


def test_a_rate_needs_attempts_that_ended(client: Client, bob: User) -> None:
    account = shown.account("eset-main", "eset")
    made.attempt(account, status="installing", ended_at=None)
    assert "Success rate, last 30 days: none ( 1 without a final result)" in words_of(client, bob, "")


def test_rows_have_the_vendor_status_and_the_list_the_next_step(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/?status=failed&reason=untold")
    assert "Check the vendor log. The vendor reports no reason." in words
    assert "Failed No reason reported InstallFailure" in words
    assert "Unknown Teleported" in words_of(client, bob, "patches/?status=unknown")


def test_the_oldest_patch_comes_first_and_age_counts_from_the_first_detection(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/")
    assert words.index("CVE-2026-1234") < words.index("nb-munich-02") < words.index("KB5031455")
    turned = words_of(client, bob, "patches/?sort=-age")
    assert turned.index("KB5031455") < turned.index("CVE-2026-1234")


def test_patches_of_inactive_devices_are_neither_listed_nor_counted(client: Client, bob: User) -> None:
    made.small_patching()
    for address in ("patches/", "patches/?status=all", ""):
        assert "Resting" not in words_of(client, bob, address)


def test_an_attempt_without_a_device_is_marked(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    assert "Device not reported" in words_of(client, bob, "attempts/?q=7-zip&status=failed")
    made.attempt(eset, "Opera", device_ref="guid-of-nobody")
    assert "Device not synced yet guid-of-nobody" in words_of(client, bob, "attempts/?q=opera")


def test_versions_compare_by_their_number_and_not_by_their_name(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    made.attempt(eset, "Firefox", before="99.0", after="100.0", before_number=99, after_number=100)
    title = Title.objects.get(name="Firefox").pk
    assert "Newest installed version: 129.0" in words_of(client, bob, f"titles/{title}/")
    assert words_of(client, bob, f"attempts/?title={title}").count("Downgrade") == 1


def test_the_panel_of_a_device(client: Client, bob: User) -> None:
    made.small_patching()
    words = {each.name: words_of(client, bob, f"device/{each.pk}/", **HTMX) for each in Device.objects.all()}
    munich = words["nb-munich-02"]
    assert munich.startswith("Patching Open: 4 · Failed: 3 · Installing: 1")
    assert munich.index("Fix the download. The download failed.") < munich.index("Latest attempts View all (1)")
    assert "No patch data: no vendor of this device provides it." in words["phone-04"]
    assert "No open patches. Source: five(9)s Console" in words["old-06"]


def test_the_panel_of_an_inactive_device_says_that_its_patches_are_not_counted(client: Client, bob: User) -> None:
    made.small_patching()
    device = Device.objects.get(name="nb-berlin-01")
    Patch.objects.filter(sighting__device=device).update(counted=False)
    words = words_of(client, bob, f"device/{device.pk}/", **HTMX)
    assert "This device is not active, so its open patches are not counted." in words and "first detected" not in words


def test_the_panel_without_scripts_is_the_list(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    pk = Device.objects.get(name="nb-munich-02").pk
    page = client.get(f"/devices/{pk}/").content.decode()
    assert f'hx-get="/patching/device/{pk}/"' in page
    assert client.get(f"/patching/device/{pk}/")["Location"] == f"/patching/patches/?device={pk}"
    chip = words_of(client, bob, f"patches/?device={pk}")
    assert "Device: nb-munich-02" in chip and "1–4 of 4 patches" in chip
    assert client.get("/patching/device/999999/").status_code == client.get(f"/patching/device/{2**70}/").status_code == 404
    assert client.get(f"/patching/titles/{2**70}/").status_code == 404


def test_an_account_shows_its_access_to_patch_data(client: Client, ivan: User) -> None:
    made.small_patching()
    words = words_of(client, ivan, "account/eset-main/", **HTMX)
    assert "Recent attempts, without devices: last full sync just now." in words
    assert "Attempts per device: no access. The vendor refuses it" in words
    assert "Missing patches per device: not synced yet. Synced within the hour." in words
    assert "Patches are included in the device sync." in words_of(client, ivan, "account/five-main/", **HTMX)
    assert "OPSWAT MetaDefender IT Access provides no patch data." in words_of(client, ivan, "account/opswat-main/", **HTMX)
    client.force_login(ivan)
    assert client.get("/patching/account/eset-main/")["Location"] == "/vendors/eset-main/"
    assert client.get("/patching/account/nobody/", headers=HTMX).status_code == 404
    assert 'hx-get="/patching/account/eset-main/"' in client.get("/vendors/eset-main/").content.decode()
