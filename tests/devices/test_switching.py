from __future__ import annotations

import pytest

from devices import accounts, jobs
from devices.models import AuditEvent, JobState, Sighting
from devices.upsert import save_page
from tests.devices import making
from tests.devices.test_jobs import Script
from vendors.base import Page

pytestmark = pytest.mark.django_db


def test_switching_off_ends_the_fetch_under_way_and_its_late_step_writes_nothing() -> None:
    account = making.account()
    run = making.run(account)

    def switched_off_meanwhile(_run: object) -> Page:
        accounts.switch_account(account, enabled=False)
        return Page(cursor={"page": 2})

    script = Script(switched_off_meanwhile)
    jobs.Engine(script).advance(run.pk)
    run.refresh_from_db()
    assert (run.state, script.kept, script.ends) == (JobState.CANCELLED, [], [])
    assert run.error == "The account was switched off while this fetch was under way."
    assert not jobs.due(type(run), now=jobs.database_clock())


def test_switching_off_keeps_what_was_fetched_and_on_fetches_again() -> None:
    account = making.account()
    run = making.run(account)
    save_page(run, [making.entry("one")], jobs.database_clock())
    accounts.switch_account(account, enabled=False)
    assert Sighting.objects.count() == 1
    accounts.switch_account(account, enabled=True)
    assert making.run(account).pk > run.pk
    assert AuditEvent.objects.filter(action="account switched").count() == 2
