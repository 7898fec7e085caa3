"""A five(9)s server that plays from a script, and what a walk makes of it."""

from __future__ import annotations

from typing import Any

from tests.vendors.scripted_server import NOW, Asked, Reply, Script, connection, pages, scripted
from vendors.base import DevicePage, Scope
from vendors.five9s.adapter import Five9s

JOB = "73c2e338-bc13-44e8-83eb-d48efc86d007"
STARTED = Reply(200, {"JobId": JOB})
RUNNING = Reply(200, {"Status": 2, "StatusDetails": "Running"})
SUCCESS = Reply(200, {"Status": 3, "StatusDetails": ""})
GONE = Reply(404, {"Message": "Job not found."})
SETTINGS = {"time_zone": "Europe/Berlin", "allow_http": "true"}


class Time:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def data(first: int, count: int, *, total: int, **more: Any) -> Reply:
    found = [{"Computer_Idn": number, "DeviceName": f"PC-{number}", "SecurityInfo": []} for number in range(first, first + count)]
    return Reply(200, {"ReturnedCount": count, "TotalCount": total, "Results": found, "DevicesNotFound": [], **more})


def five9s(script: Script, *, clock: Time | None = None, token: str = "CANARYTOKEN1", zone: str = "Europe/Berlin") -> Five9s:
    settings = {**SETTINGS, "url": script.url, "time_zone": zone}
    return Five9s(connection(settings, {"token": token}), clock=clock or Time())


def methods(script: Script) -> list[str]:
    return [asked.path.rpartition("/")[2] for asked in script.asked]


def walked(*replies: Reply, scope: Scope | None = None) -> tuple[list[DevicePage], list[Asked]]:
    with scripted(*replies) as script:
        return pages(five9s(script), scope), script.asked


def ids(found: list[DevicePage]) -> list[str]:
    return [entry.external_id for page in found for entry in page.entries]


def start_body(scope: Scope) -> Any:
    return walked(STARTED, SUCCESS, data(0, 0, total=0), scope=scope)[1][0].json()
