"""/healthz: 200 when database and broker work, a worker reported recently and syncs are not paused, else 503. Details only for loopback."""

from __future__ import annotations

from typing import Any

import redis
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from devices.account_status.status import statuses
from devices.db import free_space, redis_client
from devices.jobs import heartbeat
from devices.web.client_address import is_local

_WRITTEN = "rollcall:healthz"  # a full broker answers reads but accepts no messages


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    report: dict[str, Any] = {"database": _database()}
    report["broker"], report["beat"], alive = _broker()
    report["disk"], roomy = _disk()
    if report["database"] == "ok":
        try:
            report["accounts"] = {each.name: each.code.value for each in statuses(timezone.now())}
        except DatabaseError:
            report["database"] = "its tables cannot be read: run migrate"
    well = alive and roomy and report["database"] == "ok"
    body = {"status": "ok" if well else "failing"}
    if is_local(request):
        body |= report
    return JsonResponse(body, status=200 if well else 503)


def _broker() -> tuple[str, str, bool]:
    """Status of the broker, time of the last worker report, and whether jobs can run."""
    beat, late = "unknown", True
    try:
        age = heartbeat.age()
        beat, late = "never" if age is None else f"{age:.0f} s ago", age is None or age > heartbeat.LATE_SECONDS
        redis_client.client().set(_WRITTEN, 1, ex=60)
    except redis_client.SILENT:
        return "does not answer", beat, False
    except redis.RedisError:
        return "refuses writes", beat, False
    return "ok", beat, not late


def _disk() -> tuple[str, bool]:
    """Free space of the disks with the data that are visible on this host, and whether syncs run."""
    free = free_space.lowest_free_percent()
    if free is None:
        return "not measured", True
    low = free_space.is_low()
    return f"{free:.0f}% free" + (", syncs are paused" if low else ""), not low


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"
