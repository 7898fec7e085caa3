from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from devices.models import JobState, Quarantine, SyncRun
from devices.sync.handler import SyncHandler
from devices.sync.page_writer import save_page
from devices.sync.quarantine import services as quarantine
from tests.devices import records as making
from vendors.base import Scope
from vendors.records import Reject

pytestmark = pytest.mark.django_db


def begun(run: SyncRun, at: datetime) -> SyncRun:
    run.started_at = at
    run.save()
    return run


def ended(run: SyncRun, at: datetime) -> None:
    SyncHandler().finish(run, at)
    run.state = JobState.DONE
    run.save()


@pytest.mark.parametrize(("scope", "left"), [(Scope(), {"bad again"}), (Scope(since=timezone.now()), {"a bad date", "bad again", "no id"})])
def test_what_a_later_complete_list_does_not_bring_again_leaves(scope: Scope, left: set[str]) -> None:
    account, start = making.account("epm", "five9s"), timezone.now()
    first = begun(making.run(account), start)
    save_page(first, [making.entry("bad", broken="a bad date"), making.entry("still bad", broken="a bad date")], start)
    quarantine.keep_rejects(first, [Reject("no id", "{}")], start)
    ended(first, start)
    assert Quarantine.objects.count() == 3
    later = start + timedelta(hours=1)
    second = begun(making.run(account, scope=scope), later)
    save_page(second, [making.entry("still bad", broken="bad again")], later)
    ended(second, later)
    assert set(Quarantine.objects.values_list("reason", "last_at")) == {
        (reason, later if reason == "bad again" else start) for reason in left
    }
