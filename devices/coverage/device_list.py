"""One page of the devices behind a number of the coverage matrix, by name. A place is the id of the row it follows; never an OFFSET."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from devices.coverage.queries import CoverageCell
from devices.device_list.filters import DEVICES
from devices.device_list.queries import FIELDS, DeviceRow, add_sightings
from devices.lists.state import ColumnHeader

PAGE = 50
HIGHEST = 2**63 - 1
LOOK = DEVICES.at_first  # the columns that the list of devices has at first


@dataclass(frozen=True, slots=True)
class CoverageDevicePage:
    """`older` and `newer`: the ids that the neighbouring pages follow and precede."""

    rows: list[DeviceRow]
    total: int
    older: int | None
    newer: int | None

    @property
    def columns(self) -> tuple[str, ...]:
        return LOOK.columns

    @property
    def heads(self) -> list[ColumnHeader]:
        """Without links: the order is fixed."""
        return [replace(head, url="", order="") for head in LOOK.heads()]


def drill_page(drill: CoverageCell, *, now: datetime, after: str = "", before: str = "") -> CoverageDevicePage:
    """`after` and `before` are ids as an address gives them; anything else begins at the beginning. Four queries."""
    found = drill.devices()
    total = found.count()
    back, on = _id(before), _id(after)
    place = back or on
    rows = found
    if place is not None:
        row = f'("devices_device"."name", "devices_device"."id") {"<" if back else ">"} (SELECT name, id FROM devices_device WHERE id = %s)'
        rows = rows.filter(RawSQL(row, (place,), output_field=BooleanField()))  # noqa: S611
    order = ("-name", "-id") if back else ("name", "id")
    page = [DeviceRow(*values) for values in rows.order_by(*order).values_list(*FIELDS)[: PAGE + 1]]
    further, page = len(page) > PAGE, page[:PAGE]
    if back:
        page.reverse()
    add_sightings(page, LOOK, now=now)
    return CoverageDevicePage(
        rows=page,
        total=total,
        older=page[-1].id if page and (further or back) else None,
        newer=page[0].id if page and (further if back else on) else None,
    )


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= HIGHEST else None
