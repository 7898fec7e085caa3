"""Repaired fields where people look: on the page of the device and on the page of the account."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from devices.models import Account, Device, Sighting, User
from tests.browser.conftest import DESK, PHONE, Desk
from tests.browser.seen import overflow, violations
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "EpmInventory." + "AVeryLongNameOfACustomFieldWithoutAnyBlank" * 4


@pytest.fixture
def device(transactional_db: None) -> Device:
    shown.small_fleet()
    device = Device.objects.get(name="nb-berlin-01")
    repairs = [["description", "invalid_characters"], ["EpmInventory.Scopes.ScopeName", "wrong_type"], [LONG, "implausible_time"]]
    Sighting.objects.filter(device=device, vendor="eset").update(repairs=repairs)
    return device


@pytest.mark.parametrize("size", [DESK, PHONE, (1920, 1080)])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_repaired_fields_are_shown(desk: Desk, alice: User, device: Device, size: tuple[int, int], theme: str) -> None:
    page = desk.open(reverse("devices:detail", args=[device.pk]), user=alice, size=size, theme=theme)
    page.get_by_role("link", name="3 repaired fields").click()
    section = page.locator("#repaired")
    expect(section).to_contain_text("Invalid characters, replaced")
    expect(section).to_contain_text("EpmInventory.Scopes.ScopeName")
    assert overflow(page) == 0 and violations(page) == []
    account = Account.objects.get(vendor="eset")
    page.goto(reverse("devices:account", args=[account.name]))
    section = page.locator("#repaired")
    assert overflow(page) == 0 and violations(page) == []
    section.get_by_role("link", name="1 device").click()
    expect(page.get_by_role("link", name="nb-berlin-01").first).to_be_visible()
