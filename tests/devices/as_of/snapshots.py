"""What the pages showed at a time, read from the live queries, and the same from the queries for earlier times."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from devices.account_status.status import AccountStatus, statuses
from devices.as_of.accounts import statuses_at
from devices.as_of.coverage_sql import CoverageAsOf
from devices.as_of.devices import devices_at
from devices.coverage.queries import CoverageQuery
from devices.coverage.states import CoverageState
from devices.issues.filters import ALL, ISSUES, IssueFilters
from devices.issues.queries import every_issue, matching
from devices.models import Device, Issue, IssueKind, Retirement, Sighting

# All columns of a summary, but for the two that are listed as not recorded or serve search alone.
SUMMARY = (
    *("name", "serial", "user", "os_name", "os_family", "os_release", "model"),
    *("state", "life", "silenced", "vendors", "issue_count"),
)
RECORD = (
    *("device_id", "life", "missing_since", "stale", "quiet_since", "superseded", "silenced", "enrolment", "key_kinds"),
    *("name", "serial", "user", "os_name", "os_family", "os_release", "model", "manufacturer", "group_name", "state"),
)
REPORTED = (CoverageState.FRESH, CoverageState.STALE, CoverageState.SILENCED, CoverageState.PENDING)
Snapshot = dict[str, Any]


def live(now: datetime) -> Snapshot:
    known = statuses(now)
    devices = {each.pk: {name: getattr(each, name) for name in SUMMARY} for each in Device.objects.all()}
    found = matching(IssueFilters(standing=ALL), now=now, known=known)
    rows = [each for each in every_issue(ISSUES.at_first, found) if each.kind == IssueKind.ISSUE]
    return {
        "devices": devices,
        "records": {each.pk: {name: getattr(each, name) for name in RECORD} for each in Sighting.objects.all()},
        "issues": {
            (each.sighting_id, each.key): (each.title, each.state, each.raw, each.since, each.silenced, each.first_seen_at)
            for each in Issue.objects.all()
        },
        "decisions": {(each.ref, each.key): (each.standing, each.by_name, each.reason) for each in rows if each.decided},
        "listed issues": {(each.ref, each.key): True for each in rows},
        "retirements": dict(Retirement.objects.values_list("device_id", "reason")),
        "coverage": {(device, account): cover for device, account, cover in CoverageQuery(known).rows()},
        "accounts": _facts(known),
        "held": _held(known),
    }


def earlier(at: datetime, devices: Collection[int]) -> Snapshot:
    known = statuses_at(at)
    found = devices_at(devices, at)
    issues = [issue for each in found.values() for issue in each.issues]
    listed = {
        (issue.sighting, issue.key) for each in found.values() if each.device.life in ("seen", "missing") for issue in each.open_issues
    }
    return {
        "devices": {pk: {name: getattr(each.device, name) for name in SUMMARY} for pk, each in found.items()},
        "records": {one.pk: {name: getattr(one, name) for name in RECORD} for each in found.values() for one in each.records},
        "issues": {
            (each.sighting, each.key): (each.vendors_title, each.state, each.raw, each.since, each.silenced, each.first_seen_at)
            for each in issues
        },
        "decisions": {
            (each.sighting, each.key): (each.decision.standing, each.decision.by_name, each.decision.reason)
            for each in issues
            if each.decision and (each.sighting, each.key) in listed
        },
        "listed issues": dict.fromkeys(listed, True),
        "retirements": {pk: each.retirement.reason for pk, each in found.items() if each.retirement},
        "coverage": {(device, account): cover for device, account, cover in CoverageAsOf(known, at).rows()},
        "accounts": _facts(known),
        "held": _held(known),
    }


def _held(known: list[AccountStatus]) -> dict[int, int]:
    return {each.pk: each.held.withheld for each in known if each.held}


def _facts(known: list[AccountStatus]) -> dict[str, tuple[Any, ...]]:
    return {each.name: (each.doubt, each.outdated, each.complete_at) for each in known}


def differences(snapshot: Snapshot, found: Snapshot) -> list[str]:
    """One line for each value that is not equal, but for those of `NotRecorded`."""
    lines = []
    for part in snapshot:
        then, now = snapshot[part], found[part]
        lines += [
            f"{part} {key}: {then.get(key)} ≠ {now.get(key)}"
            for key in {*then, *now}
            if then.get(key) != now.get(key) and (part != "coverage" or not _awaited_review(snapshot, key, then.get(key), now.get(key)))
        ]
    return sorted(lines)


def _awaited_review(snapshot: Snapshot, key: tuple[int, int], then: CoverageState | None, now: CoverageState | None) -> bool:
    """NotRecorded.REVIEW: a device that awaited a review was unknown, and counts as reported."""
    held = snapshot["held"].get(key[1], 0)
    return held > 0 and then == CoverageState.UNKNOWN and now in REPORTED
