"""Accounts as they were at a time, as far as coverage depends on them: the rules of devices/account_status/status.py over former facts."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db.models import Max

from devices.account_status.status import AccountStatus, status_of
from devices.account_status.text import Facts
from devices.as_of.former_states import FormerStates, former_states, moment_of
from devices.models import Account, JobState, Quarantine, Subject, SyncRun

_OF_ACCOUNT = (Subject.ACCOUNT, Subject.QUARANTINE, Subject.RUN)
_TIMES = ("switched_off_at", "deletion_requested_at", "complete_at")
_RUN_TIMES = ("finished_at", "decided_at", "applied_at")


def statuses_at(at: datetime) -> list[AccountStatus]:
    """Of the accounts that existed then, by name. Five queries. Health and syncs under way are not recorded: read no code or label."""
    accounts = list(Account.objects.filter(created_at__lte=at).defer("tokens"))
    former = former_states([each.pk for each in accounts], _OF_ACCOUNT, at)
    runs = _full_runs(at, former)
    invalid = _quarantined(at, former)
    return [_status(each, runs.get(each.pk), invalid[each.pk], former, at) for each in accounts]


def _status(account: Account, full: SyncRun | None, quarantined: int, former: FormerStates, at: datetime) -> AccountStatus:
    for column, value in former.of(Subject.ACCOUNT, account.pk).items():
        setattr(account, column, moment_of(value) if column in _TIMES else value)
    if account.complete_at is not None and (full is None or full.finished_at is None or full.finished_at < account.complete_at):
        # Deleted since, and only those that proved nothing are recorded.
        full = SyncRun(account_id=account.pk, finished_at=account.complete_at)
    return status_of(Facts(account, None, full, quarantined, has_devices=True), at)


def _full_runs(at: datetime, former: FormerStates) -> dict[int, SyncRun]:
    """The last full sync of each account that had completed."""
    done = SyncRun.objects.filter(lane="list", kind="everything", state=JobState.DONE, finished_at__lte=at)
    last = done.order_by().values("account").annotate(newest=Max("pk")).values("newest")
    found = {each.account_id: each for each in SyncRun.objects.filter(pk__in=last)}
    for (account, _), was in former.rows(Subject.RUN).items():
        run = SyncRun(
            account_id=account, withheld=was["withheld"], rejected=was["rejected"], **{name: moment_of(was[name]) for name in _RUN_TIMES}
        )
        newest = found[account].finished_at if account in found else None
        if run.finished_at is not None and run.finished_at <= at and (newest is None or newest < run.finished_at):
            found[account] = run
    for run in found.values():
        for name in ("decided_at", "applied_at"):
            when: datetime | None = getattr(run, name)
            if when is not None and when > at:
                setattr(run, name, None)
    return found


def _quarantined(at: datetime, former: FormerStates) -> Counter[int]:
    """account → invalid records."""
    found = Counter(Quarantine.objects.filter(first_at__lte=at).values_list("account_id", flat=True))
    for (account, _), was in former.rows(Subject.QUARANTINE).items():
        first: Any = moment_of(was["first_at"])
        found[account] += first is not None and first <= at
    return found
