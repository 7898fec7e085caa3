"""Lists of patching as files: the rows and the order of the page, in English, times as ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from devices.account_status.stale_sources import StaleSource
from devices.lists.csv import moment
from devices.lists.file_table import FileTable
from patching.lists.attempts import AttemptRow
from patching.lists.devices import PatchDeviceRow
from patching.lists.patches import PatchRow
from patching.lists.rows import NamedRow
from patching.lists.titles import TitleRow
from vendors.patch_states import PatchKind, PatchReason, PatchStatus, Severity
from vendors.registry import label_of

NO_DEVICE = "not reported"
Values = Mapping[str, Callable[[Any], object]]


def _device(row: NamedRow) -> str:
    return row.device_name or row.device_ref or NO_DEVICE


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


_WHAT: Values = {
    "Device": _device,
    "Application": lambda row: row.title,
    "Developer": lambda row: row.developer,
    "Kind": lambda row: PatchKind.labelled(row.kind),
    "Status": lambda row: PatchStatus.labelled(row.status),
    "Reason": lambda row: PatchReason.labelled(row.reason),
    "Next step": lambda row: row.work.step if row.work else "",
    "Vendor status": lambda row: row.raw,
    "Device id": lambda row: row.device or "",
    "User": lambda row: row.user,
}
PATCH_VALUES: Values = {
    **_WHAT,
    "Likely application": lambda row: row.probably,
    "To version": lambda row: row.version,
    "Severity": lambda row: Severity.labelled(row.severity),
    "Security update": lambda row: _yes(row.security),
    "Restart required": lambda row: _yes(row.restart),
    "Fixes": lambda row: " ".join(row.fixes),
    "Released": lambda row: row.released or "",
    "Since": lambda row: moment(row.open_since),
    "Account": lambda row: row.account,
}
ATTEMPT_VALUES: Values = {
    **_WHAT,
    "From version": lambda row: row.before,
    "To version": lambda row: row.after,
    "Started": lambda row: moment(row.started_at),
    "Ended": lambda row: moment(row.ended_at),
    "Latest on its device": lambda row: _yes(row.last if row.device_ref else None),
    "First reported": lambda row: moment(row.first_at),
    "Sync": lambda row: row.run_id or "",
    "Account": lambda row: row.account,
}
TITLE_VALUES: Values = {
    "Application": lambda row: row.name,
    "Developer": lambda row: row.developer,
    "Kind": lambda row: PatchKind.labelled(row.kind),
    "Vendor": lambda row: label_of(row.vendor),
    "Open patches": lambda row: row.open,
    "Failed patches": lambda row: row.failed,
    "Attempts, 30 days": lambda row: row.tried,
    "Failed attempts": lambda row: row.failures,
    "Likely application": lambda row: row.probably,
}
DEVICE_VALUES: Values = {
    "Device": lambda row: row.name,
    "Device id": lambda row: row.device_id,
    "User": lambda row: row.user,
    "System": lambda row: row.os,
    "Open patches": lambda row: row.open,
    "High severity": lambda row: row.high,
    "Failed": lambda row: row.failed,
    "Restart required": lambda row: row.restart,
    "Oldest": lambda row: moment(row.oldest),
}


def dated(values: Values, ages: Mapping[str, StaleSource]) -> Values:
    """With two more columns, for rows of one account each: its last full sync, and why that is old."""

    def of(row: NamedRow) -> StaleSource:
        return ages.get(row.account) or StaleSource(row.account, "", None)

    return {**values, "As of": lambda row: moment(of(row).at), "Old because": lambda row: of(row).because}


def file_table(rows: Iterable[PatchRow | AttemptRow | TitleRow | PatchDeviceRow], values: Values) -> FileTable:
    return FileTable(values, ([value(row) for value in values.values()] for row in rows))
