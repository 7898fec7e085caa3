"""An account in each state that an account can be in, made as workers and users make it: rows and clocks, no vendor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from devices.models import Account, Health, JobState, Quarantine, SyncRun
from devices.sync import absence
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices import rows as shown

REFUSED = "ESET Connect refused the username or password."
DOWN = "Could not list devices: the server is temporarily unavailable (status 503)."


def listed(account: Account, *, at: datetime, count: int = 30) -> SyncRun:
    """A complete list of so many devices, which ended at `at`."""
    run = making.run(account)
    with transaction.atomic():
        save_page(run, [making.entry(f"{account.name}-{number}") for number in range(count)], at)
    run.state, run.records, run.calls = JobState.DONE, count, 2
    run.started_at = run.finished_at = at
    absence.apply_absence(run, at)
    run.save()
    Account.objects.filter(pk=account.pk).update(health=Health.OK, complete_at=at, health_since=at)
    return run


def never_synced(account: Account, now: datetime) -> None:
    """As it was added."""


def first_sync(account: Account, now: datetime) -> None:
    shown.fetch(account, records=10, expected=60, started_at=now)


def partial(account: Account, now: datetime) -> None:
    run = listed(account, at=now)
    SyncRun.objects.filter(pk=run.pk).update(quarantined=1)
    Quarantine.objects.create(
        account=account, run=run, external_id="x", reason="The name is not text.", sample="{}", first_at=now, last_at=now
    )


def withheld(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(minutes=10))
    listed(account, at=now, count=5)


def overdue(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(seconds=2 * account.full_seconds + 60))


def failing(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(minutes=5))
    Account.objects.filter(pk=account.pk).update(
        health=Health.FAILING,
        health_code="unavailable",
        health_sentence=DOWN,
        failures=2,
        health_since=now,
        try_after=now + timedelta(minutes=15),
    )


def credentials_refused(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(minutes=5))
    Account.objects.filter(pk=account.pk).update(
        health=Health.PERSON, health_code="auth", health_sentence=REFUSED, health_next_step="Enter them again.", health_since=now
    )


def disabled(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(minutes=5))
    Account.objects.filter(pk=account.pk).update(enabled=False, switched_off_at=now)


def being_deleted(account: Account, now: datetime) -> None:
    listed(account, at=now - timedelta(minutes=5))
    Account.objects.filter(pk=account.pk).update(deletion_requested_at=now)


def healthy(account: Account, now: datetime) -> None:
    listed(account, at=now)


STATES: dict[str, Callable[[Account, datetime], None]] = {
    each.__name__: each
    for each in (never_synced, first_sync, partial, withheld, overdue, failing, credentials_refused, disabled, being_deleted, healthy)
}


def account_in(state: str, *, vendor: str = "eset", name: str = "") -> Account:
    account = making.account(name or state.replace("_", "-"), vendor)
    STATES[state](account, timezone.now())
    account.refresh_from_db()
    return account
