"""A sync that is followed to its end with every clock in hand: also the vendor's and that of its adapter."""

from __future__ import annotations

from datetime import datetime

import time_machine

from devices.models import Account, SyncRun
from devices.sync.handler import request_run
from tests.devices.runs import Follower
from vendors.base import Scope


class Traveller(Follower):
    def _advance(self, run: SyncRun) -> None:
        with time_machine.travel(self.now, tick=True):
            super()._advance(run)


def sync_in_time(account: Account, scope: Scope | None = None, *, now: datetime | None = None) -> tuple[SyncRun, float]:
    """The sync that ended, and the minutes that it took."""
    traveller = Traveller()
    traveller.now = now or traveller.now
    began = traveller.now
    run = traveller.follow(request_run(account, scope or Scope(), now=began))
    return run, (traveller.now - began).total_seconds() / 60
