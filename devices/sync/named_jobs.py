"""Syncs of single devices: one for the same names, and where a vendor makes a job of each, at most two of an account at a time.

Further requests of devices join the next job, because such a vendor takes lists. A sync may begin when fewer than two with a smaller id are
under way, so the order of ids, which is that of commits, decides without a lock.
"""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from devices.models import Account, SyncRun
from devices.models.job import ACTIVE
from vendors.base import Scope
from vendors.texts import Message, gettext_noop

MOST_JOBS = 2
MOST_JOINED = 500  # devices
WAIT = 2.0  # seconds
NOT_BEGUN: dict[str, object] = {}  # a cursor that starts the walk
OTHERS = Message(gettext_noop("other jobs of the account"))


def concurrency_key(scope: Scope) -> str:
    """Runs of one lane wait for each other: all lists of an account are in one, each set of names has its own, in any order and case."""
    if scope.kind != "named":
        return "list"
    hosts, serials = (sorted({name.casefold() for name in names}) for names in (scope.hostnames, scope.serials))
    names = "\n".join((*sorted(set(scope.ids)), "", *hosts, "", *serials))
    return "named:" + hashlib.blake2b(names.encode(), digest_size=16).hexdigest()


def limited(account: Account, scope: Scope) -> bool:
    return scope.kind == "named" and not account.about.named_at_once


def must_wait(run: SyncRun) -> bool:
    if run.cursor or not limited(run.account, run.walk_scope):
        return False
    return _named(run.account).filter(pk__lt=run.pk).count() >= MOST_JOBS


def joined(account: Account, scope: Scope) -> SyncRun | None:
    """The job under way for these devices, or the next one, to which they were added. Inside `lock_requests`."""
    if not scope.ids or scope.hostnames or scope.serials:
        return None
    if same := _named(account).filter(lane=concurrency_key(scope)).first():
        return same
    waiting = list(_named(account).order_by("pk").values_list("pk", flat=True))[MOST_JOBS:]
    # A job that a worker holds just now is skipped: it may begin.
    rows = SyncRun.objects.select_for_update(skip_locked=True).filter(pk__in=waiting, lease_until=None).order_by("pk")
    return next((run for run in rows if _add(run, scope)), None)


def _add(run: SyncRun, scope: Scope) -> bool:
    names = run.walk_scope
    together = tuple(dict.fromkeys((*names.ids, *scope.ids)))
    if run.cursor or not names.ids or names.hostnames or names.serials or len(together) > MOST_JOINED:
        return False
    grown = Scope(ids=together)
    run.scope, run.lane = grown.as_json(), concurrency_key(grown)
    run.save(update_fields=["scope", "lane"])
    return True


def _named(account: Account) -> QuerySet[SyncRun]:
    return SyncRun.objects.filter(account=account, kind="named", state__in=ACTIVE)
