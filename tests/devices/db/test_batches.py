from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices import tasks
from devices.db import batches as retention
from devices.models import Change, Device, DeviceTag, Note, User

pytestmark = pytest.mark.django_db


def aged(device: Device, *days: float) -> None:
    now = timezone.now()
    Change.objects.bulk_create(Change(device=device, at=now - timedelta(days=each), kind="field", field=f"{each}") for each in days)


def test_old_changes_are_forgotten_and_notes_never(settings: Settings, bob: User) -> None:
    settings.KEEP_CHANGES_DAYS = 30
    device = Device.objects.create(name="nb-1", created_at=timezone.now())
    aged(device, 0, 29, 31, 4000)
    ancient = timezone.now() - timedelta(days=4000)
    Note.objects.create(device=device, text="Old", author=bob, author_name="bob", at=ancient)
    DeviceTag.objects.create(device=device, key="a", name="a", by_name="bob", at=ancient)
    tasks.tidy()
    assert sorted(Change.objects.values_list("field", flat=True)) == ["0", "29"]
    assert (Note.objects.count(), DeviceTag.objects.count()) == (1, 1)


def test_many_are_forgotten_in_small_batches() -> None:
    device = Device.objects.create(name="nb-1", created_at=timezone.now())
    aged(device, *(500 + number / 1000 for number in range(25)), 1)
    assert retention.forget_changes(timezone.now(), batch=10) == 25
    assert retention.forget_changes(timezone.now(), batch=10) == 0
    assert Change.objects.count() == 1


def test_the_setting_is_a_year_and_a_month_unless_said(settings: Settings) -> None:
    assert settings.KEEP_CHANGES_DAYS == 400
