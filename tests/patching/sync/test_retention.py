"""Attempts are kept as long as this installation is to remember them, and the tallies of what is gone leave too."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as loaded
from django.utils import timezone
from pytest_django.fixtures import Settings

from patching import tasks
from patching.models import Attempt, AttemptTally, PatchRun
from patching.sync.attempt_writer import save_attempts
from tests.devices import rows as shown
from tests.patching.sync.test_attempt_writer import tried
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db


def test_old_attempts_are_forgotten_and_younger_ones_are_not(settings: Settings) -> None:
    now = timezone.now()
    run = PatchRun.objects.create(account=shown.account("eset-main", "eset"), source=Source.ATTEMPTS, created_at=now, next_step_at=now)
    save_attempts(run, [tried(f"d{days}", at=now - timedelta(days=days)) for days in (0, 29, 31, 399)], now)
    assert AttemptTally.objects.count() == 4
    settings.KEEP_ATTEMPTS_DAYS = 30
    tasks.tidy()
    assert sorted(Attempt.objects.values_list("device_ref", flat=True)) == ["d0", "d29"]
    assert list(AttemptTally.objects.values_list("number", flat=True)) == [1, 1]


def test_a_year_and_a_month_are_kept_unless_somebody_says_otherwise() -> None:
    assert loaded.KEEP_ATTEMPTS_DAYS == 400
