"""The list of issues by problem as a file: its rows in their order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from devices.account_status.status import AccountStatus
from devices.device_list.export import BETWEEN, STALE_SOURCES
from devices.issues.problems.queries import ProblemRow
from devices.lists.csv import moment
from devices.lists.file_table import FileTable
from vendors.states import State

COLUMNS: dict[str, Callable[[ProblemRow], object]] = {
    "Issue": lambda row: row.title,
    "Severity": lambda row: State.labelled(row.state),
    "Type": lambda row: row.kind.label,
    "Vendor": lambda row: row.vendor_label,
    "Account": lambda row: row.account.name if row.account else "",
    "Devices": lambda row: row.shown_devices if row.more else row.devices,
    "Open": lambda row: row.open,
    "Acknowledged": lambda row: row.acknowledged,
    "Snoozed": lambda row: row.snoozed,
    "Muted": lambda row: row.muted,
    "Muted by vendor": lambda row: row.vendor_muted,
    "First seen": lambda row: moment(row.oldest),
    "Newest": lambda row: moment(row.newest),
    "Assignees": lambda row: BETWEEN.join(row.assignees),
}


def file_table(rows: Iterable[ProblemRow], accounts: Collection[AccountStatus]) -> FileTable:
    """Labels in English, times as ISO 8601 in UTC. The last column names the stale accounts of the vendor, or the one of the row."""
    stale = [each for each in accounts if each.outdated]

    def old(row: ProblemRow) -> str:
        own = [each for each in stale if each == row.account or (row.account is None and each.vendor == row.vendor)]
        return BETWEEN.join(f"{each.name}, as of {moment(each.complete_at) or 'an unknown time'}" for each in own)

    return FileTable((*COLUMNS, STALE_SOURCES), ([*(value(row) for value in COLUMNS.values()), old(row)] for row in rows))
