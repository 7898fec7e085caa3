"""Deliveries are deleted after their time; a link that works, and what the audit log says of the others, stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.models import AuditEvent, User
from installers import tasks
from installers.handouts import retention
from installers.models import Handout, Installer, Way
from tests.installers.handout_rows import ready, short_link

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def given(installer: Installer, name: str, *, days: float, way: Way = Way.SHORT, **columns: object) -> Handout:
    values = {"recipient": name, "mark": name, "giver": "ivan", "given_at": NOW - timedelta(days=days), **columns}
    return Handout.objects.create(installer=installer, way=way, **values)


def ago(days: float) -> object:
    return NOW - timedelta(days=days)


def test_ended_deliveries_go_and_valid_links_stay(settings: Settings) -> None:
    settings.KEEP_HANDOUTS_DAYS = 30
    installer = ready()
    given(installer, "expired long ago", days=90, expires_at=ago(31))
    given(installer, "disabled long ago", days=90, expires_at=ago(-5), ended_at=ago(31))
    given(installer, "shown long ago", days=31, way=Way.SHOWN)
    given(installer, "expired lately", days=90, expires_at=ago(29))
    given(installer, "closed lately", days=29, way=Way.SHOWN, ended_at=ago(1))
    given(installer, "valid", days=300, expires_at=ago(-5))
    tasks.tidy()
    assert sorted(Handout.objects.values_list("recipient", flat=True)) == ["closed lately", "expired lately", "valid"]
    assert Installer.objects.get() == installer


def test_they_are_deleted_in_small_batches() -> None:
    installer = ready()
    for number in range(25):
        given(installer, f"{number}", days=500, way=Way.SHOWN)
    assert retention.tidy(NOW, batch=10) == 25
    assert not Handout.objects.exists()


def test_the_audit_log_keeps_who_shared_it_and_the_address_answers_as_an_unknown_one(ivan: User) -> None:
    path = short_link(ivan, ready())
    before = AuditEvent.objects.count()
    Handout.objects.update(given_at=ago(500), expires_at=ago(450))
    tasks.tidy()
    assert not Handout.objects.exists() and AuditEvent.objects.count() == before > 0
    assert Client().get(path).status_code == Client().get("/i/" + "x" * 24).status_code
