"""Panels of the device page: recent activity, notes, tags, retirement, and decisions about issues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from devices.account_status.status import AccountStatus
from devices.device_detail import note_views, tag_views
from devices.device_detail.queries import DeviceDetail
from devices.history.queries import timeline
from devices.issues.queries import device_issues
from devices.models import Device, IssueKind, Life, Retirement, User

LAST_CHANGES = 6


def beside(device: Device, reader: User) -> dict[str, Any]:
    """Three queries, and one more for a retired device."""
    retired = Retirement.objects.filter(device=device).first() if device.life == Life.RETIRED else None
    last = timeline(device.pk, size=LAST_CHANGES, notes=False)
    return {"timeline": last, "retirement": retired, **note_views.beside(device, reader), **tag_views.beside(device)}


def decisions(found: DeviceDetail, known: Sequence[AccountStatus], *, now: datetime) -> dict[str, Any]:
    """Each vendor issue with its decision (None: the device is no longer listed), and the issues that Rollcall found. One query."""
    rows = device_issues(found.device.pk, known, now=now)
    named = {(row.ref, row.key): row for row in rows if row.kind == IssueKind.ISSUE}
    problems = [(each, named.get((each.issue.sighting_id, each.issue.key))) for each in (*found.problems, *found.silenced_problems)]
    return {"problems": problems, "noticed": [row for row in rows if row.kind != IssueKind.ISSUE]}
