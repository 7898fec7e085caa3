"""The device page explains why its records match; old addresses redirect to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.matching.apply import rematch_everything
from devices.matching.overrides import link
from devices.models import Sighting, User
from tests.devices import rows as shown
from tests.devices.account_pages import signed_in
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
    assert "Matched with five(9)s by serial pf3xk2" in text
    assert "Not matched: same MAC address 001a2b3c4d5e, but evidence against it" in text
    assert "Different serials: pf3xk2 and other77" in text
    assert f'<a href="/devices/{stranger.device_id}/">Show other device</a>' in text
    assert "Low confidence" not in text


def test_a_join_by_hostname_and_user_is_called_weak(helpdesk: Client) -> None:
    opswat, five = shown.account("opswat", "opswat"), shown.account("epm", "five9s")
    one = shown.sighting(opswat, "nb-1", ids=[(IdKind.USER, "ACME\\anna")])
    shown.sighting(five, "nb-1", ids=[(IdKind.USER, "ACME\\anna")])
    rematch_everything(timezone.now())
    assert "<strong>Low confidence: matched on hostname and user only.</strong>" in page(helpdesk, one)


def test_the_address_of_a_device_that_became_part_of_another_leads_there(helpdesk: Client, ivan: User) -> None:
    eset = shown.account("eset-main", "eset")
    one, two = shown.sighting(eset, "a"), shown.sighting(eset, "b")
    link(one.device_id, two.device_id, reason="same", act=AuditContext.of(ivan, now=timezone.now()))
    answer = helpdesk.get(f"/devices/{two.device_id}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/devices/{one.device_id}/")
    assert helpdesk.get("/devices/999999/").status_code == 404
