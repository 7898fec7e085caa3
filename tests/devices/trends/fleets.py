"""Random fleets, and a recount of their day in plain Python."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from devices.account_status.status import statuses
from devices.coverage.queries import CoverageQuery
from devices.models import Change, ChangeKind, DailyCount, Device, DeviceGroup, Issue, JobState, Life, Sighting
from devices.trends.days import day_of
from tests.devices import rows as shown

Rows = Counter[tuple[str, str, int | None, str, str]]  # measure, vendor, account, group, status → number
VENDORS = ("eset", "opswat", "five9s")
AGES = (0.2, 0.9, 1.5, 6.5, 8, 29, 31, 400)  # days


def random_fleet(seed: int, *, devices: int = 18) -> None:
    """Devices with one to three records, in groups by name and by id, with issues of all ages; some are missing, gone, stale or muted."""
    dice, now = Random(seed), timezone.now()
    accounts = [shown.account(f"{vendor}-{number}", vendor) for vendor in VENDORS for number in range(dice.randint(1, 2))]
    for account in accounts:
        shown.fetch(account, state=JobState.DONE)
        for number in range(3):
            DeviceGroup.objects.create(account=account, external_id=f"id-{number}", name=f"Group {number % 2}")
    for number in range(devices):
        device = None
        for account in dice.sample(accounts, dice.randint(1, min(3, len(accounts)))):
            life = dice.choice([Life.SEEN] * 5 + [Life.MISSING, Life.GONE])
            group: dict[str, Any] = dice.choice(
                [{}, {"group_name": f"Group {dice.randint(0, 3)}"}, {"group_id": f"id-{dice.randint(0, 4)}"}]
            )
            made = shown.sighting(
                account,
                f"nb-{seed}-{number}",
                device=device,
                state=dice.choice(["ok", "attention", "critical", "unknown"]),
                life=life,
                missing_since=now if life != Life.SEEN else None,
                stale=dice.random() < 0.1,
                silenced=dice.random() < 0.1,
                enrolment=dice.choice(["managed", "managed", "pending"]),
                issues=[(f"Problem {dice.randint(0, 3)}", dice.choice(["critical", "attention"])) for _ in range(dice.randint(0, 3))],
                **group,
            )
            device = made.device
            for issue in Issue.objects.filter(sighting=made):
                since = now - timedelta(days=dice.choice(AGES))
                told = {"since": since} if dice.random() < 0.5 else {"first_seen_at": since}
                Issue.objects.filter(sighting=made, key=issue.key).update(silenced=dice.random() < 0.2, **told)
        assert device is not None
        _changes(dice, device, now)


def _changes(dice: Random, device: Device, now: datetime) -> None:
    Device.objects.filter(pk=device.pk).update(created_at=now - timedelta(days=dice.choice([0, 1, 3])))
    for _ in range(dice.randint(0, 3)):
        at = now - timedelta(days=dice.choice([0, 0, 1, 2]))
        if dice.random() < 0.4:
            Change.objects.create(device=device, at=at, kind=ChangeKind.MISSING)
        else:
            before, after = dice.sample(["ok", "attention", "critical"], 2)
            Change.objects.create(device=device, at=at, kind=ChangeKind.STATE, before=before, after=after)


def stored(day: date) -> Rows:
    found = DailyCount.objects.filter(day=day).exclude(measure="patching")
    return Counter({(row.measure, row.vendor, row.account_id, row.group, row.status): row.number for row in found})


def recounted(now: datetime) -> Rows:
    return _status() + _coverage(now) + _issues(now) + changes_of(day_of(now))


def _status() -> Rows:
    named: dict[str, set[str]] = defaultdict(set)
    for group in DeviceGroup.objects.all():
        named[group.external_id].add(group.name)
    rows: Rows = Counter()
    for device in Device.objects.filter(life__in=["seen", "missing"]):
        groups = {""}
        for record in Sighting.objects.filter(device=device):
            groups |= {record.group_name} | (named.get(record.group_id) or {record.group_id})
        for label in groups:
            for vendor in ("", *device.vendors):
                rows["status", vendor, None, label, device.state] += 1
    return rows


def _coverage(now: datetime) -> Rows:
    known = statuses(now)
    vendor_of = {each.pk: each.vendor for each in known}
    at_vendor: dict[tuple[int, str], list[str]] = defaultdict(list)
    rows: Rows = Counter()
    for device, account, cover in CoverageQuery(known).rows():
        word = "reported" if cover in ("fresh", "stale", "silenced") else cover.value
        rows["coverage", vendor_of[account], account, "", word] += 1
        at_vendor[device, vendor_of[account]].append(word)
    for (_, vendor), words in at_vendor.items():
        best = next(word for word in ("reported", "pending", "unknown", "missing") if word in words)
        rows["coverage", vendor, None, "", best] += 1
    return rows


def _issues(now: datetime) -> Rows:
    rows: Rows = Counter()
    having: dict[str, set[int]] = defaultdict(set)
    for issue in Issue.objects.select_related("sighting__device"):
        record = issue.sighting
        if issue.silenced or record.life != "seen" or record.superseded or record.device.life not in ("seen", "missing"):
            continue
        having[issue.title].add(record.device_id)
        if issue.state == "critical":
            days = (now - (issue.since or issue.first_seen_at)) / timedelta(days=1)
            band = "within-1" if days <= 1 else "between-1-7" if days <= 7 else "between-7-30" if days <= 30 else "over-30"
            rows["critical", "", None, "", band] += 1
            rows["critical", record.vendor, None, "", band] += 1
    for title, devices in having.items():
        rows["top", "", None, "", title] = len(devices)
    return rows


def changes_of(day: date) -> Rows:
    found: dict[str, set[int]] = {
        "new": {device.pk for device in Device.objects.filter(life__in=["seen", "missing"]) if day_of(device.created_at) == day}
    }
    found |= {"missing": set(), "critical": set(), "resolved": set()}
    for change in Change.objects.all():
        if day_of(change.at) != day:
            continue
        if change.kind == ChangeKind.MISSING:
            found["missing"].add(change.device_id)
        elif change.kind == ChangeKind.STATE:
            found["critical"] |= {change.device_id} if change.after == "critical" else set()
            found["resolved"] |= {change.device_id} if change.before == "critical" else set()
    return Counter({("changes", "", None, "", status): len(devices) for status, devices in found.items() if devices})
