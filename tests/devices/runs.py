"""Accounts at simulated vendors, and runs that are followed to their end without waiting in real time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from devices.accounts.services import create_account
from devices.db.redis_client import worker_client
from devices.jobs import engine as jobs
from devices.models import Account, MatchUpgrade, SyncRun
from devices.sync import upgrade
from devices.sync.handler import SyncHandler, request_run
from sandbox.credentials import account_settings
from vendors.base import Scope


def account_at(url: str, vendor: str, *, name: str = "", **settings: str) -> Account:
    values, secrets = account_settings(url)[vendor]
    return create_account(name=name or f"{vendor}-demo", vendor=vendor, settings={**values, **settings}, secrets=secrets)


class Follower:
    """Advances a run and moves the engine's clock to the next step, so that a vendor's waits cost no time here."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def steps(self, run: SyncRun, times: int) -> None:
        """Wake a worker for this run, each time when its step is due."""
        for _ in range(times):
            run.refresh_from_db()
            self.now = max(self.now, run.next_step_at) + timedelta(milliseconds=1)
            _budgets_recover()
            self._advance(run)

    def _advance(self, run: SyncRun) -> None:
        handler = SyncHandler()
        try:
            jobs.Engine(handler, clock=self, roll=lambda: 0.5).advance(run.pk)
        finally:
            handler.close()

    def follow(self, run: SyncRun, *, steps: int = 500) -> SyncRun:
        for _ in range(steps):
            self._advance(run)
            run = SyncRun.objects.select_related("account").get(pk=run.pk)
            if not run.active:
                return run
            self.now = max(self.now, run.next_step_at) + timedelta(milliseconds=1)
            _budgets_recover()
        raise AssertionError(f"still {run.state} after {steps} steps: {run.waiting_for}")


def sync(account: Account, scope: Scope | None = None) -> SyncRun:
    follower = Follower()
    return follower.follow(request_run(account, scope or Scope(), now=follower.now))


def _budgets_recover() -> None:
    """The time that was waited passes for budgets too: their clock is Redis' own."""
    for part in ("log", "block"):
        for key in worker_client().scan_iter(f"rollcall:budget:*:{part}"):
            worker_client().delete(key)


def upgraded(now: datetime) -> int:
    """How many records an upgrade moves, in as many rounds as this machine needs; a round without progress fails."""
    moved, progress = upgrade.carry_on(now), (-1, -1)
    while (upgrading := MatchUpgrade.objects.get()).done_at is None:
        reached = (upgrading.last, -1 if upgrading.device is None else upgrading.device)
        assert reached > progress
        moved, progress = moved + upgrade.carry_on(now), reached
    return moved
