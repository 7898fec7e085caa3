"""Handler and schedule of syncs. It decides; page_writer.py and absence.py write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from devices.connections import health
from devices.connections.connection import JobConnection
from devices.db import free_space
from devices.db.locks import lock_devices, lock_requests
from devices.hooks import KEEPERS
from devices.jobs import wake_ups
from devices.jobs.handler import JobHandler
from devices.matching import renewal
from devices.models import Account, Health, JobState, SyncRun, User
from devices.models.job import ACTIVE
from devices.reconciliation import field_repairs, freshness
from devices.reconciliation.summary import reordered, summarise
from devices.sync import absence, named_jobs
from devices.sync.cancellation import NONE, cancelled, regular
from devices.sync.named_jobs import concurrency_key
from devices.sync.page_writer import save_groups, save_page
from devices.sync.quarantine import services as quarantine
from vendors.base import DevicePage, Kind, Scope
from vendors.errors import AuthFailed, VendorError
from vendors.registry import VENDORS


class SyncHandler(JobHandler[SyncRun, DevicePage]):
    """Lives for one slice of one run, so that its pages share a network connection."""

    model = SyncRun

    def __init__(self) -> None:
        self._line = JobConnection()

    def step(self, run: SyncRun) -> DevicePage:
        if free_space.is_low():
            return DevicePage(cursor=run.cursor or named_jobs.NOT_BEGUN, wait=free_space.PAUSE, waiting_for=free_space.WAITING)
        if named_jobs.must_wait(run):
            return DevicePage(cursor=named_jobs.NOT_BEGUN, wait=named_jobs.WAIT, waiting_for=named_jobs.OTHERS)
        return self._line.open(run.account, asked_at=run.asked_at).walk(run.walk_scope, run.cursor)

    def keep(self, run: SyncRun, page: DevicePage, now: datetime) -> None:
        groups = save_groups(run, page.groups, now)
        run.repairs = field_repairs.add(run.repairs, "group", (group.repairs for group in page.groups))
        outcome = save_page(run, page.entries, now)
        quarantine.keep_rejects(run, page.rejects, now)
        if page.entries:
            _measure(run, now)
        run.records += len(page.entries)
        run.created += outcome.created
        run.changed += outcome.changed
        run.unchanged += outcome.unchanged
        run.quarantined += outcome.quarantined + groups
        run.rejected += len(page.rejects) + outcome.rejected
        run.expected = page.expected if page.expected is not None else run.expected
        run.absent = sorted({*run.absent, *page.absent})
        run.calls += self._line.new_calls()

    def finish(self, run: SyncRun, now: datetime) -> None:
        lock_devices()
        account = Account.objects.select_for_update(no_key=True).get(pk=run.account_id)
        run.account = account
        if run.kind == "everything":
            absence.apply_absence(run, now)
            renewal.renew(run, now)
            quarantine.forget_older(run)
            account.complete_at = now
        if run.kind in ("everything", "changed"):
            account.changes_at, account.changes_since = now, run.started_at
        absence.mark_stale(account.pk, freshness.of(account.vendor).stale, now)
        summarise(reordered(account.pk), now, run=run)
        for keeper in KEEPERS:
            keeper.ended(run, now)
        if run.kind != "named":
            health.succeeded(account, now, asked_at=run.asked_at)

    def failed(self, run: SyncRun, error: VendorError, now: datetime) -> None:
        """Lists decide about the account: a single device that cannot be read does not."""
        run.calls += self._line.new_calls()
        if run.kind != "named" and not isinstance(error, AuthFailed):
            health.failed(Account.objects.select_for_update(no_key=True).get(pk=run.account_id), error, now)

    def close(self) -> None:
        self._line.close()


def _measure(run: SyncRun, now: datetime) -> None:
    """A page of devices arrived: how long it took, from when its step was due."""
    run.pages += 1
    run.first_page_at = run.first_page_at or now
    run.page_seconds += max(0.0, (now - max(run.progressed_at or now, run.next_step_at)).total_seconds())


def request_run(account: Account, scope: Scope, *, now: datetime, by: User | None = None, interactive: bool = False) -> SyncRun:
    """Ask for a run, or get the one that is already on its way: however many ask, one lane has one. Raises Unsupported.

    `interactive`: a user waits for it, so a worker is woken at once.
    """
    account.about.require(scope.kind)
    run = _requested(account, scope, now=now, by=by, interactive=interactive)
    if interactive:
        wake_ups.job_after_commit("sync", run.pk)
    return run


def _requested(account: Account, scope: Scope, *, now: datetime, by: User | None, interactive: bool) -> SyncRun:
    if not named_jobs.limited(account, scope):
        return _run_of_lane(account, scope, now=now, by=by, interactive=interactive)
    with transaction.atomic():
        lock_requests(account.pk)
        return named_jobs.joined(account, scope) or _run_of_lane(account, scope, now=now, by=by, interactive=interactive)


def _run_of_lane(account: Account, scope: Scope, *, now: datetime, by: User | None, interactive: bool) -> SyncRun:
    lane = concurrency_key(scope)
    active = SyncRun.objects.filter(account=account, lane=lane, state__in=ACTIVE)
    while True:
        asked = SyncRun(
            account=account,
            scope=scope.as_json(),
            kind=scope.kind,
            lane=lane,
            interactive=interactive,
            requested_by=by,
            created_at=now,
            next_step_at=now,
        )
        SyncRun.objects.bulk_create([asked], ignore_conflicts=True)
        if run := active.order_by("-id").first():
            return run  # else the one in our way has just ended


def plan(now: datetime) -> list[SyncRun]:
    """An account whose vendor this version does not know must not keep the others from being synced."""
    return schedule_due_runs(list(Account.objects.filter(enabled=True, vendor__in=VENDORS)), now)


def schedule_due_runs(accounts: Sequence[Account], now: datetime) -> list[SyncRun]:
    """Start what is due, and again what failed. Missed runs are made up for by one; refused credentials wait for a user."""
    planned, stopped = [], cancelled(accounts)
    for account in accounts:
        ended_by_hand = stopped.get(account.pk, NONE)
        kind = due_kind(account, now, ended_by_hand) or _kind_to_retry(account, now, ended_by_hand)
        if kind and not SyncRun.objects.filter(account=account, lane="list", state__in=ACTIVE).exists():
            since = account.changes_since if kind == "changed" else None
            planned.append(request_run(account, Scope(since=since), now=now))
    return planned


def mark_stale_sightings(now: datetime, *, vendor: str = "") -> None:
    """Mark what crossed its vendor's threshold, also at accounts that are switched off: what they last said grows old."""
    limits = freshness.limits()
    accounts = Account.objects.filter(vendor=vendor) if vendor else Account.objects.all()
    for account in accounts:
        absence.mark_stale(account.pk, limits.get(account.vendor, freshness.Limits()).stale, now)


def apply_changed_thresholds(now: datetime) -> None:
    """Mark again what a changed threshold touches. What a stopped worker leaves out, the hourly round does."""
    for vendor in freshness.recently_changed(now):
        mark_stale_sightings(now, vendor=vendor)


def due_kind(account: Account, now: datetime, stopped: Mapping[str, datetime] = NONE) -> Kind | None:
    """What the schedule asks for now. `stopped`: when a user last canceled a sync of a kind, which then waits for its regular time."""
    if _blocked(account, now):
        return None
    if account.full_seconds and regular(account.complete_at, stopped.get("everything"), account.full_seconds, now) <= now:
        return "everything"
    if account.changes_seconds and account.changes_since:
        return "changed" if regular(account.changes_at, stopped.get("changed"), account.changes_seconds, now) <= now else None
    return None


def _kind_to_retry(account: Account, now: datetime, stopped: Mapping[str, datetime]) -> Kind | None:
    """A list that failed is started again after its pause, also where the schedule does not ask for it yet, or never does; not one that a
    person has cancelled since.
    """
    if account.health != Health.FAILING or _blocked(account, now):
        return None
    last = SyncRun.objects.filter(account=account, lane="list", state=JobState.FAILED).order_by("-id").first()
    kind: Kind = "changed" if last is not None and last.kind == "changed" and account.changes_since else "everything"
    failed_at, stopped_at = last.finished_at if last is not None else None, stopped.get(kind)
    return None if stopped_at is not None and (failed_at is None or stopped_at > failed_at) else kind


def _blocked(account: Account, now: datetime) -> bool:
    if not account.enabled or account.deletion_requested_at is not None or account.health == Health.PERSON:
        return True
    return account.try_after is not None and account.try_after > now
