"""/healthz: 200 when database and broker answer and a worker reported lately, else 503. Details only for loopback."""

from __future__ import annotations

from typing import Any

import redis
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from devices import heartbeat
from devices.account_status import statuses

LOOPBACK = ("127.0.0.1", "::1")
FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded")  # a proxy on this machine stands for somebody elsewhere


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    report: dict[str, Any] = {"database": _database()}
    try:
        age = heartbeat.age()
        report["broker"] = "ok"
        report["beat"] = "never" if age is None else f"{age:.0f} s ago"
        alive = age is not None and age <= heartbeat.LATE_SECONDS
    except redis.RedisError:
        report["broker"], report["beat"], alive = "does not answer", "unknown", False
    if report["database"] == "ok":
        try:
            report["accounts"] = {each.name: each.code.value for each in statuses(timezone.now())}
        except DatabaseError:
            report["database"] = "its tables cannot be read: run migrate"
    well = alive and report["database"] == "ok"
    body = {"status": "ok" if well else "failing"}
    if _local(request):
        body |= report
    return JsonResponse(body, status=200 if well else 503)


def _local(request: HttpRequest) -> bool:
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "does not answer"
    return "ok"
