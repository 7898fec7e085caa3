"""The pages of patching as a person reads them."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, User
from patching.models import Patch, Title
from tests.devices import rows as shown
from tests.patching import rows as made
from tests.patching.page_text import HTMX, words_of

pytestmark = pytest.mark.django_db


def test_before_anything_is_told(client: Client, bob: User) -> None:
    words = words_of(client, bob, "")
    assert "Nothing is known yet." in words and "No vendor has told anything about patching" in words
    assert "No open patch is known" in words_of(client, bob, "patches/")
    assert "No attempt in the last 30 days" in words_of(client, bob, "attempts/")
    assert "No application is known yet" in words_of(client, bob, "titles/")


def test_the_overview_says_how_it_stands_and_what_it_cannot_tell(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "")
    assert "11 patches are open On 4 devices in use; 3 patches for over 30 days." in words
    assert "50 % of the attempts that ended succeeded: 2 of 4 in the last 30 days." in words
    assert "Not counted: 1 that needed a restart, and 2 that came to neither (under way, not applicable, or unknown)." in words
    silent = words_of(client, bob, "silent/", **HTMX)
    assert (
        silent
        == "Of 2 devices no vendor tells anything about patching: OPSWAT MetaDefender IT Access does not. They are in none of these numbers."
    )
    assert client.get("/patching/silent/")["Location"] == "/devices/?patching=untold"
    Device.objects.filter(name__in=("phone-04", "away-07")).update(vendors=["eset"])
    assert words_of(client, bob, "silent/", **HTMX).startswith("Of every device at least one vendor tells about patching")
    assert "The credential of eset-main may not list attempts per device." in words and "lacks the right" not in words
    assert words.index("CVE-2026-1234") < words.index("Limitations")


def test_why_a_vendor_refuses_is_for_those_who_see_accounts(client: Client, ivan: User) -> None:
    made.small_patching()
    assert "the user lacks the right to patch management" in words_of(client, ivan, "")


def test_a_rate_needs_attempts_that_ended(client: Client, bob: User) -> None:
    account = shown.account("eset-main", "eset")
    made.attempt(account, status="installing", ended_at=None)
    assert "No attempt of the last 30 days has ended, so there is no success rate. 1 without an end." in words_of(client, bob, "")


def test_the_vendors_word_stands_beside_ours_and_the_next_step_above(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/?status=failed&reason=untold")
    assert "Ask the vendor. The vendor says that it failed, not why." in words
    assert "Failed No reason reported InstallFailure" in words
    assert "Unknown Teleported" in words_of(client, bob, "patches/?status=unknown")


def test_the_oldest_patch_comes_first_and_age_counts_from_the_first_detection(client: Client, bob: User) -> None:
    made.small_patching()
    words = words_of(client, bob, "patches/")
    assert words.index("CVE-2026-1234") < words.index("nb-munich-02") < words.index("KB5031455")
    turned = words_of(client, bob, "patches/?sort=-age")
    assert turned.index("KB5031455") < turned.index("CVE-2026-1234")


def test_what_rests_is_neither_listed_nor_counted(client: Client, bob: User) -> None:
    made.small_patching()
    for address in ("patches/", "patches/?status=all", ""):
        assert "Resting" not in words_of(client, bob, address)


def test_an_attempt_without_a_device_says_so(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    assert "The vendor does not say which device" in words_of(client, bob, "attempts/?q=7-zip&status=failed")
    made.attempt(eset, "Opera", device_ref="guid-of-nobody")
    assert "Not listed yet guid-of-nobody" in words_of(client, bob, "attempts/?q=opera")


def test_versions_compare_by_their_number_and_not_by_their_name(client: Client, bob: User) -> None:
    eset = made.small_patching()["eset"]
    made.attempt(eset, "Firefox", before="99.0", after="100.0", before_number=99, after_number=100)
    title = Title.objects.get(name="Firefox").pk
    assert "Newest version that was installed: 129.0" in words_of(client, bob, f"titles/{title}/")
    assert words_of(client, bob, f"attempts/?title={title}").count("to an older version") == 1


def test_the_panel_of_a_device(client: Client, bob: User) -> None:
    made.small_patching()
    words = {each.name: words_of(client, bob, f"device/{each.pk}/", **HTMX) for each in Device.objects.all()}
    munich = words["nb-munich-02"]
    assert munich.startswith("Patching 4 open · 3 failed · 1 installing")
    assert munich.index("Fix the download. The installer did not arrive.") < munich.index("Last attempts 1 kept")
    assert "No vendor that lists this device tells anything about patching" in words["phone-04"]
    assert "No open patch is known: five(9)s Console tells" in words["old-06"]


def test_the_panel_of_a_device_that_is_not_in_use_says_that_its_patches_rest(client: Client, bob: User) -> None:
    made.small_patching()
    device = Device.objects.get(name="nb-berlin-01")
    Patch.objects.filter(sighting__device=device).update(counted=False)
    words = words_of(client, bob, f"device/{device.pk}/", **HTMX)
    assert "What was open last rests" in words and "open since" not in words


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


def test_what_a_credential_can_read_and_what_not(client: Client, ivan: User) -> None:
    made.small_patching()
    words = words_of(client, ivan, "account/eset-main/", **HTMX)
    assert "This credential can list recent attempts, without their devices. Complete just now." in words
    assert "This credential cannot list attempts per device. The vendor refuses it" in words
    assert "Not known yet whether this credential can list missing patches per device" in words
    assert "Its list of devices brings their patches" in words_of(client, ivan, "account/five-main/", **HTMX)
    assert "OPSWAT MetaDefender IT Access tells nothing about patching." in words_of(client, ivan, "account/opswat-main/", **HTMX)
    client.force_login(ivan)
    assert client.get("/patching/account/eset-main/")["Location"] == "/vendors/eset-main/"
    assert client.get("/patching/account/nobody/", headers=HTMX).status_code == 404
    assert 'hx-get="/patching/account/eset-main/"' in client.get("/vendors/eset-main/").content.decode()
