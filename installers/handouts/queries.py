"""Deliveries as pages read them. Their status comes from the current device records, so no job maintains it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from devices.lists.csv import CHUNK, moment
from devices.lists.file_table import FileTable
from devices.lists.filters import FilterField, FilterSet
from devices.lists.keyset import LogPage, newest
from devices.models import Device, Sighting, User
from installers.models import Handout, Installer, Standing, Way
from vendors.parsing.times import SKEW
from vendors.states import Enrolment

PAGE = 50
LOG = 10  # on the page of an installer
SHOWN = {"open": pgettext_lazy("deliveries", "Open")}
ENDABLE = ("waiting", "expected", "used", "not_arrived")
NOT_MANAGED = (Enrolment.PENDING, Enrolment.FAILED)
COLUMNS = (
    *("Shared", "Shared by", "Recipient", "Ticket", "Method", "Installer", "Vendor account", "OS", "Device", "Status", "Downloads"),
    *("Downloads allowed", "Expires", "Last download", "Enrolled"),
)


class HandoutStyle(NamedTuple):
    """Status of a delivery; `look` and `icon` as in the pill tag."""

    label: str | Promise
    look: str
    icon: str
    meaning: str | Promise


LOOKS = {
    "arrived": HandoutStyle(gettext_lazy("Enrolled"), "ok", "circle-check", gettext_lazy("The device has enrolled.")),
    "used": HandoutStyle(
        gettext_lazy("Downloaded"), "ok", "download", gettext_lazy("Downloaded. Enrollment is unknown, because no device is named.")
    ),
    "not_arrived": HandoutStyle(
        gettext_lazy("Downloaded, not enrolled"), "attention", "hourglass", gettext_lazy("Downloaded, but the device has not enrolled.")
    ),
    "waiting": HandoutStyle(gettext_lazy("Not downloaded"), "busy", "hourglass", gettext_lazy("The short link is valid and unused.")),
    "expected": HandoutStyle(gettext_lazy("Not enrolled"), "busy", "hourglass", gettext_lazy("The device has not enrolled yet.")),
    "unused": HandoutStyle(
        gettext_lazy("Expired unused"), "attention", "clock-alert", gettext_lazy("The short link ended without a download.")
    ),
    "off": HandoutStyle(gettext_lazy("Disabled"), "unknown", "circle-off", gettext_lazy("A user disabled the short link.")),
    "closed": HandoutStyle(gettext_lazy("Closed"), "unknown", "circle-off", gettext_lazy("A user closed the delivery.")),
    "shown": HandoutStyle(
        gettext_lazy("Shown"), "unknown", "eye", gettext_lazy("The vendor link was shown. Its downloads are not counted.")
    ),
}


@dataclass(frozen=True, slots=True)
class HandoutFilters(FilterSet):
    kinds = {"q": FilterField(gettext_lazy("Search")), "show": FilterField(gettext_lazy("Status"), SHOWN)}

    q: str = ""
    show: str = ""


@dataclass(frozen=True, slots=True)
class HandoutRow:
    """`can_end`: a user may disable or close it."""

    handout: Handout
    style: HandoutStyle
    arrived_at: datetime | None
    can_end: bool


def visible(user: User) -> QuerySet[Handout]:
    """All deliveries for users who may see all installers, else the user's own."""
    rows = Handout.objects.all()
    if user.has_perm("installers.view_installer"):
        return rows
    return rows.filter(given_by=user) if user.has_perm("installers.hand_out_installer") else rows.none()


def page(
    user: User, filters: HandoutFilters, *, now: datetime, before: str = "", after: str = ""
) -> tuple[list[HandoutRow], LogPage[Handout]]:
    """One query."""
    found = newest(_found(user, filters), size=PAGE, before=before, after=after)
    return [row_of(each, now) for each in found.rows], found


def of_installer(installer: Installer, user: User, *, now: datetime) -> list[HandoutRow]:
    """The latest deliveries of an installer. One query."""
    rows = _with_arrival(visible(user).filter(installer=installer)).order_by("-pk")[:LOG]
    return [row_of(each, now) for each in rows]


def open_for_device(device: Device, user: User, *, now: datetime) -> list[HandoutRow]:
    """Open deliveries for a device, of all users. One query."""
    rows = Handout.objects.filter(device=device) if user.has_perm("installers.hand_out_installer") else Handout.objects.none()
    return [row_of(each, now) for each in _unfinished(_with_arrival(rows)).order_by("-pk")[:LOG]]


def waiting_count(user: User) -> int:
    return _unfinished(_with_arrival(visible(user))).count()


def row_of(handout: Handout, now: datetime) -> HandoutRow:
    arrived: datetime | None = getattr(handout, "arrived_at", None)
    status = _status(handout, arrived, now)
    return HandoutRow(handout, LOOKS[status], arrived, can_end=status in ENDABLE and handout.ended_at is None)


def file_table(user: User, filters: HandoutFilters, *, now: datetime) -> FileTable:
    """The newest first, read in chunks to limit memory."""
    return FileTable(COLUMNS, (_cells(row_of(each, now)) for each in _newest_first(_found(user, filters))))


def _newest_first(found: QuerySet[Handout]) -> Iterator[Handout]:
    last, rows = 0, found.order_by("-pk")
    while chunk := list((rows.filter(pk__lt=last) if last else rows)[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk


def _found(user: User, filters: HandoutFilters) -> QuerySet[Handout]:
    rows = _with_arrival(visible(user))
    if filters.q:
        columns = ("recipient", "ticket", "giver", "installer__name", "device__name")
        rows = rows.filter(Q(*[(f"{column}__icontains", filters.q) for column in columns], _connector=Q.OR))
    return _unfinished(rows) if filters.show else rows


def _with_arrival(rows: QuerySet[Handout]) -> QuerySet[Handout]:
    """Adds `arrived_at`: when the installer's account listed the device for the first time, or had a new check-in, after the delivery.

    A check-in in the future does not count.
    """
    new = Q(created_at__gte=OuterRef("given_at"))
    heard = new | Q(pulse__seen_at__gte=OuterRef("given_at"), pulse__seen_at__lte=F("pulse__fetched_at") + SKEW)
    since = Case(When(new, then=F("created_at")), default=F("pulse__seen_at"), output_field=DateTimeField())
    at = Sighting.objects.filter(heard, device=OuterRef("device"), account=OuterRef("installer__account")).exclude(
        enrolment__in=NOT_MANAGED
    )
    arrived = Subquery(at.order_by("created_at").values(at=since)[:1])
    beside = rows.select_related("installer__account", "device", "given_by").defer("installer__link", "device__haystack")
    return beside.annotate(arrived_at=arrived)


def _unfinished(rows: QuerySet[Handout]) -> QuerySet[Handout]:
    """Not downloaded, or for a device that has not enrolled."""
    unused = Q(way=Way.SHORT, uses=0)
    return rows.filter(unused | Q(device__isnull=False), Q(("arrived_at", None)), ended_at=None)


def _status(handout: Handout, arrived: datetime | None, now: datetime) -> str:
    if arrived is not None:
        return "arrived"
    if handout.ended_at is not None:
        return "off" if handout.short else "closed"
    if not handout.short:
        return "expected" if handout.device_id else "shown"
    if handout.uses:
        return "not_arrived" if handout.device_id else "used"
    over = handout.expires_at is None or handout.expires_at <= now or handout.installer.standing != Standing.READY
    return "unused" if over else "waiting"


def _cells(row: HandoutRow) -> list[object]:
    handout, installer = row.handout, row.handout.installer
    times = (handout.expires_at, handout.used_at, row.arrived_at)
    return [
        *(moment(handout.given_at), handout.giver, handout.recipient, handout.ticket, handout.get_way_display()),
        *(installer.name, installer.account.name, installer.family, handout.device.name if handout.device else "", row.style.label),
        *(handout.uses if handout.short else "", handout.most_uses or "", *map(moment, times)),
    ]
