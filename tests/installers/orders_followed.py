"""Orders at a simulated vendor, followed to their end with the clock in hand."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from devices.audit.context import AuditContext
from devices.db.redis_client import worker_client
from devices.jobs import engine as jobs
from devices.models import Account, DeviceGroup, User
from installers.models import Installer, Stocktake
from installers.orders import services
from installers.orders.connection import InstallerJobConnection
from installers.orders.job import InstallerHandler
from installers.orders.requests import InstallerRequest
from installers.register.scheduling import request_stocktake
from installers.register.sync import StocktakeHandler
from sandbox.eset.groups import LOST_GROUP
from sandbox.server import Simulation
from tests.devices.runs import account_at

WISH = InstallerRequest(purpose="Reception", family="windows", language="de-de")


def account(sim: Simulation, **more: str) -> Account:
    made = account_at(sim.url, "eset", **more)
    DeviceGroup.objects.create(account=made, external_id=LOST_GROUP, name="Lost & found", static=True)
    DeviceGroup.objects.create(account=made, external_id="dynamic-1", name="Servers", static=False)
    return made


def order(
    at: Account, wish: InstallerRequest = WISH, *, key: uuid.UUID | None = None, actor: User | None = None, ticket: str = ""
) -> Installer:
    return services.order(at, key=key or services.new_key(), wish=wish, act=AuditContext.of(actor, now=timezone.now(), ticket=ticket))


def created(sim: Simulation) -> int:
    return int(sim.eset.installers.tally()["created"])


class Hand:
    """Moves an engine's clock and the vendor's to the next step, so that waits cost no time here."""

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

    def step(self, installer: Installer, *, line: InstallerJobConnection | None = None) -> Installer:
        """What a worker does that was woken up for it, when it is due."""
        self.go(max(0.0, (installer.next_step_at - self.now).total_seconds()))
        handler = InstallerHandler(clock=self, line=line)
        try:
            jobs.Engine(handler, clock=self, roll=lambda: 0.5).advance(installer.pk)
        finally:
            handler.close()
        return Installer.objects.select_related("account").get(pk=installer.pk)

    def follow(self, installer: Installer, *, steps: int = 200) -> Installer:
        for _ in range(steps):
            installer = self.step(installer)
            if not installer.active:
                return installer
            wake = max(installer.next_step_at, installer.lease_until or installer.next_step_at)
            self.go(max(0.0, (wake - self.now).total_seconds()) + 0.001)
        raise AssertionError(f"still {installer.standing} after {steps} steps: {installer.cursor} {installer.error}")

    def take_stock(self, at: Account) -> Stocktake:
        stocktake = request_stocktake(at, now=self.now)
        while stocktake.active:
            handler = StocktakeHandler(clock=self)
            try:
                jobs.Engine(handler, clock=self, roll=lambda: 0.5).advance(stocktake.pk)
            finally:
                handler.close()
            stocktake = Stocktake.objects.get(pk=stocktake.pk)
            self.go(2)
        return stocktake
