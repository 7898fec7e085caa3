"""One page of the devices behind a number of the coverage matrix, by name. A place is the id of the row it follows; never an OFFSET."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from devices.clocks import newest
from devices.models import Life, Sighting
from devices.queries.coverage import Drill

PAGE = 50
HIGHEST = 2**63 - 1
COLUMNS = ("id", "name", "serial", "user", "os_name", "state", "life", "silenced", "issue_count")


@dataclass(frozen=True, slots=True)
class Seen:
    vendor: str
    present: bool
    stale: bool


@dataclass(slots=True)
class Row:
    id: int
    name: str
    serial: str
    user: str
    os_name: str
    state: str
    life: str
    silenced: bool
    issue_count: int
    seen_by: list[Seen] = field(default_factory=list)
    last_seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class DrillPage:
    """`older` and `newer`: the ids that the neighbouring pages follow and precede."""

    rows: list[Row]
    total: int
    older: int | None
    newer: int | None


def drill_page(drill: Drill, *, now: datetime, after: str = "", before: str = "") -> DrillPage:
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
    page = [Row(*values) for values in rows.order_by(*order).values_list(*COLUMNS)[: PAGE + 1]]
    further, page = len(page) > PAGE, page[:PAGE]
    if back:
        page.reverse()
    _add_sightings(page, now=now)
    return DrillPage(
        rows=page,
        total=total,
        older=page[-1].id if page and (further or back) else None,
        newer=page[0].id if page and (further if back else on) else None,
    )


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= HIGHEST else None


def _add_sightings(rows: list[Row], *, now: datetime) -> None:
    by_id = {row.id: row for row in rows}
    columns = ("device_id", "vendor", "life", "stale", "pulse__seen_at")
    for device, vendor, life, stale, seen_at in (
        Sighting.objects.filter(device_id__in=list(by_id)).order_by("vendor", "id").values_list(*columns)
    ):
        row = by_id[device]
        row.seen_by.append(Seen(vendor, present=life == Life.SEEN, stale=stale))
        row.last_seen = newest((row.last_seen, seen_at), now=now)
