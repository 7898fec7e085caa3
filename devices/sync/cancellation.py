"""Cancellation of a sync: its row ends, the worker that holds it drops its step, and nothing is concluded from what had arrived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.models import Account, JobState, SyncRun
from devices.models.job import ACTIVE
from vendors.texts import Message, gettext_noop

CODE = "cancelled"  # by a user: until its next regular time no such sync is planned
NONE: Mapping[str, datetime] = MappingProxyType({})
NEXT_STEP = Message(gettext_noop("The next sync starts at its regular time; refresh to start one now."))
UNNAMED = Message(gettext_noop("This sync was canceled on the command line."))


def cancel(account: Account, *, act: AuditContext | None = None) -> SyncRun | None:
    """End the sync of the list that is under way; None when there is none. Health stays as it is."""
    act = act or AuditContext(timezone.now())
    with transaction.atomic():
        active = SyncRun.objects.filter(account=account, lane="list", state__in=ACTIVE)
        run = active.select_for_update(of=("self",)).order_by("-id").first()
        if run is None:
            return None
        why = Message(gettext_noop("%(user)s canceled this sync."), user=str(act.person)) if act.person else UNNAMED
        end(SyncRun.objects.filter(pk=run.pk), why, NEXT_STEP, code=CODE)
        audit.record("sync cancelled", act=act, target=account.name, run=run.pk, records=run.records)
    run.refresh_from_db()
    return run


def end(jobs: QuerySet[Any], why: str, next_step: str, *, code: str = "") -> None:
    """`jobs`: rows of one job type. A step that is at the vendor at that time is dropped: its job is no longer active."""
    jobs.filter(state__in=ACTIVE).update(
        state=JobState.CANCELLED,
        finished_at=timezone.now(),
        lease_until=None,
        waiting_for="",
        error_code=code,
        error=why,
        error_next_step=next_step,
    )


def cancelled(accounts: Iterable[Account]) -> dict[int, dict[str, datetime]]:
    """Account → kind of sync → when a user last canceled one. One query."""
    found: dict[int, dict[str, datetime]] = {}
    runs = SyncRun.objects.filter(account__in=accounts, state=JobState.CANCELLED, error_code=CODE).order_by()
    for account, kind, at in runs.values_list("account_id", "kind").annotate(at=Max("finished_at")).values_list("account_id", "kind", "at"):
        found.setdefault(account, {})[kind] = at
    return found


def regular(ended: datetime | None, stopped: datetime | None, seconds: int, now: datetime) -> datetime:
    """When the next sync is due: an interval after the last one, whether it ended complete or was cancelled; now where there was none."""
    latest = max((at for at in (ended, stopped) if at is not None), default=None)
    return now if latest is None else latest + timedelta(seconds=seconds)
