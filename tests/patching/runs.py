"""Walks about patching at a simulated vendor, followed to their end with the clock in hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from devices.db.redis_client import worker_client
from devices.jobs import engine as jobs
from devices.models import Account
from patching.models import PatchRun, Reading
from patching.sync import scheduling
from patching.sync.job import PatchRunHandler
from sandbox.server import Simulation
from vendors.patching_api import Source


class Hand:
    """Moves the engine's clock and the vendor's together, so that days cost no time here."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.sim.clock.forward(seconds)
        for part in ("log", "block"):
            for key in worker_client().scan_iter(f"rollcall:budget:*:{part}"):
                worker_client().delete(key)

    def ask(self, account: Account, source: Source) -> PatchRun:
        reading = Reading.objects.filter(account=account, source=source).first()
        return scheduling.request_run(account, source, reading=reading, now=self.now)

    def step(self, run: PatchRun, *, slice_seconds: float = 60.0) -> PatchRun:
        """What a worker does that was woken up for it, when it is due."""
        self.go(max(0.0, (run.next_step_at - self.now).total_seconds()) + 0.001)
        handler = PatchRunHandler()
        try:
            jobs.Engine(handler, clock=self, roll=lambda: 0.5).advance(run.pk, slice_seconds=slice_seconds)
        finally:
            handler.close()
        return PatchRun.objects.select_related("account").get(pk=run.pk)

    def poll(self, account: Account, source: Source) -> PatchRun:
        run = self.ask(account, source)
        for _ in range(500):
            run = self.step(run)
            if not run.active:
                return run
        raise AssertionError(f"still {run.state}: {run.waiting_for} {run.error}")
