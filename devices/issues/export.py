"""The list of issues as a file: its rows in their order, with the decision about each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from devices.issues.filters import STANDINGS
from devices.issues.rows import IssueRow
from devices.lists.csv import moment
from devices.lists.file_table import FileTable
from vendors.states import State

COLUMNS: dict[str, Callable[[IssueRow], object]] = {
    "Severity": lambda issue: State.labelled(issue.state),
    "Issue": lambda issue: issue.title,
    "Vendor status": lambda issue: issue.raw,
    "Type": lambda issue: issue.kind.label,
    "Device": lambda issue: issue.device_name,
    "Device id": lambda issue: issue.device,
    "Vendor": lambda issue: issue.account.vendor_label,
    "Account": lambda issue: issue.account.name,
    "As of": lambda issue: moment(issue.account.complete_at),
    "Old because": lambda issue: issue.account.doubt if issue.account.outdated else "",
    "Since": lambda issue: moment(issue.since),
    "Assignee": lambda issue: issue.assignee,
    "Triage status": lambda issue: STANDINGS[issue.standing],
    "Until": lambda issue: moment(issue.until),
    "Reason": lambda issue: issue.reason,
    "Ticket": lambda issue: issue.ticket,
    "By": lambda issue: issue.by_name,
    "At": lambda issue: moment(issue.at),
}


def file_table(issues: Iterable[IssueRow]) -> FileTable:
    """Labels in English, times as ISO 8601 in UTC."""
    return FileTable(COLUMNS, ([value(issue) for value in COLUMNS.values()] for issue in issues))
