"""What beat wakes, with accounts that cannot be fetched among those that can."""

from __future__ import annotations

import pytest

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from devices import tasks
from devices.models import SyncRun
from tests.devices import records as making

pytestmark = pytest.mark.django_db


def test_an_account_of_a_vendor_that_is_gone_does_not_stop_the_others() -> None:
    making.account("a-gone", "gone-vendor")
    good = making.account("b-good")
    tasks.plan()
    tasks.tidy()
    assert list(SyncRun.objects.values_list("account__name", flat=True)) == [good.name]
