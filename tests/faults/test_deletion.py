"""kill -9 of the worker while an account is being deleted: the next worker goes on, and nothing is left of the account."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.utils import timezone

from devices.accounts.deletion import services as deletion
from devices.audit.context import AuditContext
from devices.models import Account, AuditEvent, Device, Sighting
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices.accounts.test_deletion import orphans
from tests.faults.processes import Processes, wait_for

ENTRIES = 8_000  # several batches and some seconds of work


@pytest.mark.django_db(transaction=True)
def test_a_deletion_survives_its_worker_and_frees_the_name(processes: Processes) -> None:
    account, other = making.account(), making.account("other", "opswat")
    for of, count in ((account, ENTRIES), (other, 10)):
        with transaction.atomic():
            save_page(making.run(of), [making.entry(f"{of.name}-{number}") for number in range(count)], timezone.now())
    processes.beat()
    worker = processes.worker()
    assert deletion.request_deletion(account, act=AuditContext(timezone.now()))

    def left() -> int:
        return Sighting.objects.filter(account=account).count()

    kills = 0
    for share in (0.8, 0.5):

        def some_are_gone(share: float = share) -> bool:
            return left() < ENTRIES * share

        wait_for(some_are_gone, seconds=60, why=processes.logs)
        processes.kill(worker)
        kills += left() > 0
        worker = processes.worker()
    assert kills == 2, "it was over before the worker was killed"
    wait_for(lambda: not Account.objects.filter(pk=account.pk).exists(), seconds=120, why=processes.logs)
    assert orphans() == {}
    assert (Sighting.objects.count(), Device.objects.count()) == (10, 10)
    deleted = AuditEvent.objects.get(action="account deleted")
    assert deleted.detail["device records"] == deleted.detail["devices"] == ENTRIES
    assert making.account().pk != account.pk
    connection.close()
