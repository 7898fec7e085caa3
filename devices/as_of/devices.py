"""Devices as they were at a time, made of their records by the rules of devices/reconciliation/summary.py and precedence.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from devices.as_of.former_states import former_states, moment_of
from devices.as_of.issues import FormerIssue, issues_at
from devices.as_of.records import Records, records_at
from devices.models import Device, Life, Retirement, Settlement, Sighting, Subject
from devices.reconciliation.precedence import COLUMNS, outranked, rank
from vendors.states import State

_EMPTY = ("", "unknown")
_WORST = (State.CRITICAL, State.ATTENTION, State.OK)


@dataclass(frozen=True, slots=True)
class FormerRetirement:
    at: datetime
    by_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class DeviceAsOf:
    """`device`: with the summary of that time, not to be saved; `sources`: field → the record that its value came from."""

    device: Device
    records: list[Sighting]
    issues: list[FormerIssue]
    sources: Mapping[str, Sighting]
    retirement: FormerRetirement | None

    @property
    def open_issues(self) -> list[FormerIssue]:
        """As the list of issues counted them: of records that were listed, and that no newer one superseded."""
        current = {each.pk for each in self.records if each.present and not each.superseded}
        return [each for each in self.issues if each.sighting in current]


def devices_at(devices: Collection[int], at: datetime, *, records: Records | None = None) -> dict[int, DeviceAsOf]:
    """Those that existed then. Five queries, beside those of `records`."""
    records = records or records_at(devices, at)
    wins = _choices(records.ids, at, records)
    retired = _retirements(devices, at)
    issues = issues_at(records.ids, at, records.former)
    return {
        device: _made(device, found, [each for each in issues if each.sighting in {one.pk for one in found}], wins, retired.get(device))
        for device, found in records.by_device.items()
    }


def _made(
    pk: int, records: list[Sighting], issues: list[FormerIssue], wins: Mapping[tuple[int, str], Any], retirement: FormerRetirement | None
) -> DeviceAsOf:
    device = Device(pk=pk)
    sources: dict[str, Sighting] = {}
    for field, columns in COLUMNS.items():
        ordered = sorted(records, key=lambda each: _place(field, each, records, chosen=(each.pk, field) in wins))
        for column in columns:
            source = next((each for each in ordered if getattr(each, column) not in _EMPTY), None)
            if source is not None:
                setattr(device, column, getattr(source, column))
                sources.setdefault(field, source)
    grouped = sorted(records, key=lambda each: _place("group", each, records, chosen=False))
    if group := next((each for each in grouped if each.group_name), None):
        sources["group"] = group
    counted = [each for each in records if each.counted]
    device.state = next((state for state in _WORST if any(each.state == state for each in counted)), State.UNKNOWN)
    if worst := next((each for each in counted if each.state == device.state), None):
        sources["state"] = worst
    device.life = Life.RETIRED if retirement else _life(records)
    device.silenced = any(each.silenced for each in records if each.present and not each.superseded)
    device.vendors = sorted({each.vendor for each in records if each.present})
    listed = {each.pk for each in records if each.present and not each.superseded}
    device.issue_count = sum(each.sighting in listed and not each.silenced for each in issues)
    return DeviceAsOf(device, records, issues, sources, retirement)


def _place(field: str, record: Sighting, records: Iterable[Sighting], *, chosen: bool) -> tuple[bool | int, ...]:
    """As `places_sql` of devices/reconciliation/precedence.py."""
    behind = not record.present, record.stale, bool(record.superseded), outranked(field, record, records)
    return not (chosen and record.present), *behind, rank(field, record.vendor), record.pk


def _life(records: Iterable[Sighting]) -> Life:
    lives = {each.life for each in records}
    return next((life for life in (Life.SEEN, Life.MISSING) if life in lives), Life.GONE)


def _choices(ids: Collection[int], at: datetime, records: Records) -> Mapping[tuple[int, str], Any]:
    """(record, field) that a user had chosen."""
    made = Settlement.objects.filter(sighting__in=ids, made_at__lte=at).values_list("sighting_id", "field", "made_at", "ended_at")
    found = {(record, field): ended for record, field, _, ended in made if ended is None or ended > at}
    for (record, field), was in records.former.rows(Subject.SETTLEMENT).items():
        made_at, ended_at = moment_of(was["made_at"]), moment_of(was["ended_at"])
        if made_at is not None and made_at <= at and (ended_at is None or ended_at > at):
            found[record, field] = None
    return found


def _retirements(devices: Collection[int], at: datetime) -> dict[int, FormerRetirement]:
    """Two queries."""
    rows: dict[int, dict[str, Any]] = {
        device: {"at": when, "by_name": name, "reason": reason}
        for device, when, name, reason in Retirement.objects.filter(device__in=devices).values_list("device_id", "at", "by_name", "reason")
    }
    for (device, _), was in former_states(devices, [Subject.RETIREMENT], at).rows(Subject.RETIREMENT).items():
        rows[device] = {**was, "at": moment_of(was["at"])}
    return {device: FormerRetirement(**row) for device, row in rows.items() if row["at"] <= at}
