"""The device page explains why its records match; old addresses redirect to it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.matching.apply import rematch_everything
from devices.matching.evidence_texts import evidence_texts
from devices.matching.overrides import link
from devices.models import Join, Sighting, User
from tests.devices import rows as shown
from tests.devices.account_pages import signed_in
from tests.devices.matching.test_grouping import HOST, M1, MAC, SERIAL, save, told
from vendors.states import IdKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def helpdesk(bob: User) -> Client:
    return signed_in(bob)


def page(client: Client, sighting: Sighting) -> str:
    device = Sighting.objects.values_list("device_id", flat=True).get(pk=sighting.pk)
    return client.get(f"/devices/{device}/").text


def test_the_page_names_the_key_that_joined_and_what_nearly_did(helpdesk: Client) -> None:
    eset, five = shown.account("eset-main", "eset"), shown.account("epm", "five9s")
    one = shown.sighting(eset, "nb-1", ids=[(IdKind.SERIAL, "PF3XK2"), (IdKind.MAC, "00:1A:2B:3C:4D:5E")])
    shown.sighting(five, "nb-1", ids=[(IdKind.SERIAL, "PF3XK2")])
    stranger = shown.sighting(eset, "nb-1", ids=[(IdKind.SERIAL, "OTHER77"), (IdKind.MAC, "00:1A:2B:3C:4D:5E")])
    rematch_everything(timezone.now())
    text = page(helpdesk, one)
    assert "Matched with five(9)s by serial PF3XK2" in text
    assert "Not matched with 1 other device" in text
    assert f'<a href="/devices/{stranger.device_id}/">nb-1</a>: evidence against it.' in text
    assert "Same MAC address 00:1A:2B:3C:4D:5E" in text
    assert "Different serials: PF3XK2 and OTHER77" in text
    assert "Low confidence" not in text


def test_a_join_by_hostname_and_user_is_called_weak(helpdesk: Client) -> None:
    opswat, five = shown.account("opswat", "opswat"), shown.account("epm", "five9s")
    one = shown.sighting(opswat, "nb-1", ids=[(IdKind.USER, "ACME\\anna")])
    shown.sighting(five, "nb-1", ids=[(IdKind.USER, "ACME\\anna")])
    rematch_everything(timezone.now())
    assert "<strong>Low confidence: no serial, BIOS UUID or MAC address in common.</strong>" in page(helpdesk, one)


def test_another_device_that_nearly_matched_is_named_once(helpdesk: Client) -> None:
    """By its record with the most evidence against it; the others are folded away."""
    eset, five, opswat = (shown.account(name, vendor) for name, vendor in (("e", "eset"), ("f", "five9s"), ("o", "opswat")))
    one = shown.sighting(eset, "nb-1", ids=[(IdKind.SERIAL, "PF3XK2")])
    for serial in ("OTHER77", "OTHER88"):
        shown.sighting(five, "nb-1", ids=[(IdKind.SERIAL, serial), (IdKind.MAC, f"00:1A:2B:3C:4D:{serial[-2:]}")])
        shown.sighting(opswat, "nb-1", ids=[(IdKind.MAC, f"00:1A:2B:3C:4D:{serial[-2:]}")])
    rematch_everything(timezone.now())
    text = page(helpdesk, one)
    near = text[text.index("Not matched with 2 other devices") :]
    assert near.partition("</details>")[0].count("evidence against it") == 2
    assert near.count("Different serials: PF3XK2 and OTHER77") == 1


def test_a_key_that_counts_nothing_is_named_without_a_weight(helpdesk: Client) -> None:
    """Two machines that shared a dock."""
    eset, opswat = shown.account("eset-main", "eset"), shown.account("opswat", "opswat")
    one = shown.sighting(eset, "nb-1", ids=[(IdKind.MAC, "00:E0:4C:00:00:01"), (IdKind.MAC, "8C:8C:AA:00:00:01")])
    shown.sighting(opswat, "nb-2", ids=[(IdKind.MAC, "00:E0:4C:00:00:01"), (IdKind.MAC, "8C:8C:AA:00:00:02")])
    rematch_everything(timezone.now())
    text = " ".join(re.sub("<[^>]+>", " ", page(helpdesk, one)).split())
    assert "nb-2 : evidence against it. 0 Same MAC address 00:E0:4C:00:00:01" in text


def test_what_two_longer_names_begin_with_is_no_near_match(helpdesk: Client) -> None:
    eset, opswat = shown.account("eset-main", "eset"), shown.account("opswat", "opswat")
    save(eset, told("e", {HOST: "frankfurt-laptop-0521", SERIAL: "pf3xk2ab"}))
    save(opswat, told("o", {HOST: "frankfurt-laptop-0522", MAC: M1}))
    assert not Join.objects.exists()


def test_manufacturers_and_systems_are_named_as_they_are_written(helpdesk: Client) -> None:
    stored = [["brand_differs", "hp", "vmware"], ["family_differs", "macos", "windows"], ["mac", "8c8caa000001", "8c8caa000001"]]
    assert [each.phrase for each in evidence_texts(stored)] == [
        "Different manufacturers: HP and VMware",
        "Different operating systems: macOS and Windows",
        "Same MAC address 8c:8c:aa:00:00:01",
    ]


def test_the_address_of_a_device_that_became_part_of_another_leads_there(helpdesk: Client, ivan: User) -> None:
    eset = shown.account("eset-main", "eset")
    one, two = shown.sighting(eset, "a"), shown.sighting(eset, "b")
    link(one.device_id, two.device_id, reason="same", act=AuditContext.of(ivan, now=timezone.now()))
    answer = helpdesk.get(f"/devices/{two.device_id}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/devices/{one.device_id}/")
    assert helpdesk.get("/devices/999999/").status_code == 404
