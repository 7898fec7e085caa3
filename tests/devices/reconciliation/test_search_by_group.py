"""Devices are found by the present name of their group, also where the vendor reports only its id."""

from __future__ import annotations

import pytest
from django.utils import timezone

from devices.models import DeviceGroup
from devices.sync import group_names
from devices.sync.page_writer import save_groups, save_page
from tests.devices import records as making
from tests.devices.reconciliation.test_search_text import found
from vendors.records import Group

pytestmark = pytest.mark.django_db


def test_a_device_is_found_by_the_name_of_its_group_and_by_its_new_one() -> None:
    account, now = making.account(), timezone.now()
    save_groups(making.run(account), [Group("g-1", "Einkauf"), Group("g-2", "Versand")], now)
    save_page(making.run(account), [making.entry(f"d-{n}", group_id=f"g-{n}") for n in (1, 2)], now)
    assert found("einkauf") == {"D-1"}
    save_groups(making.run(account), [Group("g-1", "Beschaffung"), Group("g-2", "Versand")], now)
    assert group_names.carry_on(now) == 1
    assert found("einkauf") == set()
    assert found("beschaff") == {"D-1"}
    assert not DeviceGroup.objects.filter(renamed_up_to__isnull=False).exists()


def test_a_group_that_is_told_after_its_devices_counts_too() -> None:
    account, now = making.account(), timezone.now()
    save_page(making.run(account), [making.entry("d-1", group_id="g-1")], now)
    save_groups(making.run(account), [Group("g-1", "Einkauf")], now)
    group_names.carry_on(now)
    assert found("einkauf") == {"D-1"}


def test_a_large_group_is_renamed_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_names, "AT_ONCE", 2)
    account, now = making.account(), timezone.now()
    save_groups(making.run(account), [Group("g-1", "Einkauf")], now)
    save_page(making.run(account), [making.entry(f"d-{n}", group_id="g-1") for n in range(5)], now)
    save_groups(making.run(account), [Group("g-1", "Beschaffung")], now)
    assert group_names.carry_on(now, most=2) == 2
    assert len(found("beschaffung")) == 2 and len(found("einkauf")) == 3
    assert group_names.carry_on(now) == 3
    assert len(found("beschaffung")) == 5
