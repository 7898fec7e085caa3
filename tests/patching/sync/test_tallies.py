from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Account
from patching.models import Attempt, AttemptTally, Patch, PatchTally, Title
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def titled(name: str = "Firefox") -> Title:
    return Title.objects.create(vendor="eset", key=name, name=name, kind="application")


def patch(title: Title, device: str, status: str = "available", **more: object) -> Patch:
    now = timezone.now()
    account = Account.objects.first() or shown.account("eset-main", "eset")
    return Patch.objects.create(
        account=account, device_ref=device, key=title.key, title=title, status=status, first_at=now, open_since=now, **more
    )


def numbers(model: type[PatchTally] | type[AttemptTally]) -> dict[str, int]:
    return {f"{row.status} {row.reason}".strip(): row.number for row in model._default_manager.filter(number__gt=0)}


def test_the_tally_of_patches_follows_every_write() -> None:
    title = titled()
    first, second = patch(title, "a"), patch(title, "b")
    patch(title, "c", status="failed", reason="running")
    assert numbers(PatchTally) == {"available": 2, "failed running": 1}
    Patch.objects.filter(pk=first.pk).update(status="installed")
    assert numbers(PatchTally) == {"available": 1, "installed": 1, "failed running": 1}
    Patch.objects.filter(pk=second.pk).update(counted=False)
    assert numbers(PatchTally) == {"installed": 1, "failed running": 1}
    Patch.objects.all().delete()
    assert numbers(PatchTally) == {}


def test_the_tally_of_attempts_follows_every_write() -> None:
    title, now = titled(), timezone.now()
    account = shown.account("eset-main", "eset")
    Attempt.objects.bulk_create(
        Attempt(account=account, title=title, loose=b"x", status="failed", reason="download", at=at, day=at.date(), first_at=now)
        for at in (now, now, now - timedelta(days=1))
    )
    assert sorted(AttemptTally.objects.values_list("number", flat=True)) == [1, 2]
    Attempt.objects.filter(day=now.date()).update(status="installed", reason="")
    assert numbers(AttemptTally) == {"installed": 2, "failed download": 1}
    Attempt.objects.all().delete()
    assert numbers(AttemptTally) == {}
