"""Names for the rows of patching lists: of the application, the device and the account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any

from django.db.models import QuerySet

from devices.models import Account, Sighting
from patching.models import Title

IDS = ("account_id", "title_id", "device_ref", "sighting_id")


@dataclass(slots=True, kw_only=True)
class NamedRow:
    """`device` None: no device of Rollcall; then `device_ref` is the vendor's id of a device that was not synced yet, or empty.

    `user`: the user of the device. `probably`: the application that a title without a name is likely for.
    """

    account_id: int
    title_id: int
    device_ref: str
    sighting_id: int | None
    account: str = ""
    vendor: str = ""
    title: str = ""
    developer: str = ""
    kind: str = ""
    likely_id: int | None = None
    probably: str = ""
    device: int | None = None
    device_name: str = ""
    user: str = ""


def selected_columns(row: type[NamedRow]) -> tuple[str, ...]:
    """The columns of the model; `add_names` fills the other fields of NamedRow."""
    return (*IDS, *(each.name for each in fields(row) if each.name not in NamedRow.__dataclass_fields__))


@dataclass(slots=True)
class AccountNames:
    """Names and vendors by id, read once."""

    known: dict[int, tuple[str, str]] = field(default_factory=lambda: {pk: (name, vendor) for pk, name, vendor in _accounts()})


def _accounts() -> QuerySet[Account, tuple[Any, ...]]:
    return Account.objects.order_by().values_list("pk", "name", "vendor")


def add_names(rows: Sequence[NamedRow], accounts: AccountNames, *, devices: bool = True) -> None:
    """Two queries; one without `devices`."""
    titles = Title.objects.select_related("likely").in_bulk({row.title_id for row in rows})
    sightings = Sighting.objects.filter(pk__in={row.sighting_id for row in rows if row.sighting_id} if devices else []).order_by()
    named = sightings.values_list("pk", "device_id", "device__name", "name", "device__user")
    placed = {pk: (device, name or reported, user) for pk, device, name, reported, user in named}
    for row in rows:
        row.account, row.vendor = accounts.known.get(row.account_id, ("", ""))
        if (title := titles.get(row.title_id)) is not None:
            row.title, row.developer, row.kind = title.name, title.developer, title.kind
            row.likely_id, row.probably = title.likely_id, title.likely.name if title.likely else ""
        if row.sighting_id in placed:
            row.device, row.device_name, row.user = placed[row.sighting_id]


def naming() -> Callable[[Sequence[NamedRow]], None]:
    """Names for page after page."""
    return partial(add_names, accounts=AccountNames())
