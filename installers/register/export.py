"""The list of installers as a file, the newest first. It has no links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from devices.lists.csv import CHUNK, moment
from devices.lists.file_table import FileTable
from devices.models import User
from installers.models import Installer, Standing
from installers.register.filters import RegisterFilters
from installers.register.queries import rows_of
from vendors.registry import label_of
from vendors.states import Family

COLUMNS: dict[str, Callable[[Installer], object]] = {
    "Installer id": lambda row: row.pk,
    "Installer": lambda row: row.title,
    "Status": lambda row: Standing(row.standing).label,
    "Vendor": lambda row: label_of(row.account.vendor),
    "Vendor account": lambda row: row.account.name,
    "OS": lambda row: Family.labelled(row.family),
    "Language": lambda row: row.language or row.language_asked,
    "Group": lambda row: row.group_label,
    "Products": lambda row: "; ".join(name for name, _ in row.products),
    "Origin": lambda row: "Rollcall" if row.ours else "Vendor",
    "Created by": lambda row: row.requested_by.username if row.requested_by else "",
    "Ticket": lambda row: row.ticket,
    "Available to helpdesk": lambda row: "yes" if row.for_helpdesk else "no",
    "Requested": lambda row: moment(row.created_at) if row.ours else "",
    "Created": lambda row: moment(row.made_at),
    "Expires": lambda row: moment(row.expires_at),
    "Revoked": lambda row: moment(row.revoked_at),
    "Deliveries": lambda row: getattr(row, "given", None) or 0,
}


def file_table(user: User, filters: RegisterFilters, *, now: datetime) -> FileTable:
    """Labels in English, times as ISO 8601 in UTC. Read in chunks to limit memory."""
    return FileTable(COLUMNS, ([value(row) for value in COLUMNS.values()] for row in _newest_first(user, filters, now)))


def _newest_first(user: User, filters: RegisterFilters, now: datetime) -> Iterator[Installer]:
    last, rows = 0, rows_of(user, filters, now=now).order_by("-pk")
    while chunk := list((rows.filter(pk__lt=last) if last else rows)[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk
