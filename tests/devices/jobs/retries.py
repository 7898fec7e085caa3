"""Faults of a vendor's lists, and a beat that plans and follows the syncs of one account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from devices.models import Account
from devices.sync import handler as sync
from sandbox.server import Simulation
from tests.devices.runs import Follower

VENDORS = ("eset", "opswat", "five9s")
LIST = {"eset": "/v1/devices", "opswat": "/o/api/v2.3/devices", "five9s": "/five9sWS/api/devices/RequestAllInfos"}
HTML = ["content-type", "text/html"]
RAW: dict[str, dict[str, Any]] = {
    "302": {"status": 302, "headers": [["location", "https://maintenance.example/"], HTML], "body": "<p>moved</p>"},
    "403-html": {"status": 403, "headers": [HTML], "body": "<html><title>Web application firewall</title>blocked</html>"},
    "413-html": {"status": 413, "headers": [HTML], "body": "<html>too large</html>"},
}
TICK = timedelta(seconds=10)


def strike(sim: Simulation, vendor: str, fault: str, path: str, times: int | None = None) -> None:
    raw = RAW.get(fault)
    sim.fault(f"{vendor}:raw" if raw else f"{vendor}:{fault}", path=path, times=times, **({"value": raw} if raw else {}))


class Beat:
    """Plans every ten seconds, as beat does, and does at once what was planned."""

    def __init__(self) -> None:
        self.follower = Follower()
        self.began = self.follower.now
        self.started: list[float] = []  # minutes after the beginning

    def run(self, account: Account, minutes: float) -> None:
        ends = self.follower.now + timedelta(minutes=minutes)
        while self.follower.now < ends:
            for run in sync.schedule_due_runs([Account.objects.get(pk=account.pk)], self.follower.now):
                self.started.append((self.follower.now - self.began).total_seconds() / 60)
                self.follower.follow(run)
            self.follower.now += TICK


def health_of(account: Account) -> str:
    return Account.objects.get(pk=account.pk).health
