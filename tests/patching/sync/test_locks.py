"""A walk of devices and a walk of patching of one account that end at the same time, on two real connections."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from devices.models import Account, SyncRun, User
from devices.sync.handler import SyncHandler
from patching.models import PatchRun, Reading
from patching.sync import source_access
from patching.sync.assignment import hold_patching
from tests.devices import records as making
from tests.devices.db.test_locks import somebody_waits, start, until
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


@pytest.mark.parametrize("refused_before", [False, True], ids=["first walk", "a person refreshes what was refused"])
def test_they_wait_for_each_other_and_do_not_deadlock(refused_before: bool, ivan: User) -> None:
    account = making.account()
    devices = making.run(account)
    SyncRun.objects.filter(pk=devices.pk).update(started_at=NOW, requested_by=ivan)
    patches = PatchRun.objects.create(account=account, source=Source.PATCHES, created_at=NOW, next_step_at=NOW)
    if refused_before:
        Reading.objects.create(account=account, source=Source.PATCHES, can=False, tried_at=NOW)
    failures: list[Exception] = []

    def end_of_devices() -> None:
        try:
            with transaction.atomic():
                SyncHandler().finish(SyncRun.objects.get(pk=devices.pk), NOW)
        except Exception as error:
            failures.append(error)

    with transaction.atomic():
        hold_patching()
        thread = start(end_of_devices)
        until(somebody_waits)
        source_access.succeeded(patches, NOW)
    thread.join(timeout=30)
    assert not failures and not thread.is_alive()
    assert Reading.objects.get().can and Account.objects.get().complete_at == NOW
