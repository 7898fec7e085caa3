"""File of the device list: the rows, order and columns of the page, and always the serial."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from devices.account_status.stale_sources import StaleSource
from devices.device_list.columns import COLUMNS, NAME
from devices.device_list.facts import FACTS, fact_cell
from devices.device_list.filters import DeviceListing
from devices.device_list.queries import DeviceRow, ReportingAccount
from devices.lists.csv import moment
from devices.lists.file_table import FileTable
from devices.models import Life
from vendors.registry import label_of
from vendors.states import State

BETWEEN = "; "
STALE_SOURCES = "Stale sources"


def file_table(rows: Iterable[DeviceRow], listing: DeviceListing, aged: Sequence[StaleSource] = ()) -> FileTable:
    """Labels as on the page, times as ISO 8601 in UTC. The last column names the stale accounts of a row, which then needs its accounts
    (`with_accounts`).
    """
    old = {each.account: f"{each.account}, as of {moment(each.at) or 'an unknown time'}" for each in aged}
    columns = listing.columns if "serial" in listing.columns else (*listing.columns, "serial")

    def values(row: DeviceRow) -> list[object]:
        stale = BETWEEN.join(dict.fromkeys(old[seen.account] for seen in row.seen_by if seen.account in old))
        return [row.name, *(fact_cell(row.facts, key) if key in FACTS else VALUES[key](row) for key in columns), stale]

    return FileTable(["Name", *(COLUMNS[key].label for key in columns), STALE_SOURCES], map(values, rows))


def with_accounts(listing: DeviceListing) -> DeviceListing:
    """The same list, whose rows have their accounts whatever its columns are."""
    return replace(listing, columns=(*listing.columns, "accounts"))


def _state(row: DeviceRow) -> str:
    return State.labelled(row.state) if row.life == Life.SEEN else str(Life(row.life).label)


def _seen(source: ReportingAccount, name: str) -> str:
    several = f" ×{source.records}" if source.records > 1 else ""
    return f"{name}{several}{' (missing)' if not source.present else ' (stale)' if source.stale else ''}"


def _vendor(source: ReportingAccount) -> str:
    return f"{label_of(source.vendor)} {source.account}" if source.shared else label_of(source.vendor)


VALUES: dict[str, Callable[[DeviceRow], object]] = {
    NAME: lambda row: row.name,
    "state": _state,
    "user": lambda row: row.user,
    "serial": lambda row: row.serial,
    "os": lambda row: row.os_name,
    "seen_by": lambda row: BETWEEN.join(_seen(source, _vendor(source)) for source in row.sources),
    "issues": lambda row: row.issue_count,
    "last_seen": lambda row: moment(row.last_seen),
    "model": lambda row: row.model,
    "presence": lambda row: Life(row.life).label,
    "silenced": lambda row: "yes" if row.silenced else "no",
    "accounts": lambda row: BETWEEN.join(_seen(source, source.account) for source in row.sources),
    "groups": lambda row: BETWEEN.join(row.groups),
    "tags": lambda row: BETWEEN.join(row.tags),
    "known_since": lambda row: moment(row.created_at),
}
