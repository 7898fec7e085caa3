"""The log of hand-outs as pages read it, and what became of each: found by asking what the vendors list now, no job needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, When

from devices.lists.csv import CHUNK, csv_table, moment
from devices.lists.filters import FilterField, FilterSet
from devices.lists.keyset import LogPage, newest
from devices.models import Device, Sighting, User
from installers.models import Handout, Installer, Standing, Way
from vendors.parsing.times import SKEW
from vendors.states import Enrolment

PAGE = 50
LOG = 10  # on the page of an installer
SHOWN = {"open": "Not used or not arrived"}
NOT_MANAGED = (Enrolment.PENDING, Enrolment.FAILED)
COLUMNS = (
    *("given", "by", "to", "ticket", "way", "installer", "account", "os", "device", "outcome", "uses", "most_uses"),
    *("expires", "last_used", "arrived"),
)


class HandoutStyle(NamedTuple):
    word: str
    colour: str  # as in the pill tag
    icon: str
    meaning: str


LOOKS = {
    "arrived": HandoutStyle("Arrived", "ok", "circle-check", "The account that it was missing at has heard from the device since."),
    "used": HandoutStyle("Used", "ok", "download", "The short link was used. It names no device, so nobody can tell whether one arrived."),
    "not_arrived": HandoutStyle(
        "Used, not arrived", "attention", "hourglass", "The short link was used; the account has not seen the device since."
    ),
    "waiting": HandoutStyle("Not used yet", "busy", "hourglass", "The short link works, and nobody has used it."),
    "expected": HandoutStyle("Not arrived yet", "busy", "hourglass", "The link was shown, and the account has not seen the device since."),
    "unused": HandoutStyle("Ended unused", "attention", "clock-alert", "The short link has ended, and nobody had used it."),
    "off": HandoutStyle("Switched off", "unknown", "circle-off", "A person switched it off."),
    "closed": HandoutStyle("Closed", "unknown", "circle-off", "A person decided that nobody waits for it any more."),
    "shown": HandoutStyle("Shown", "unknown", "eye", "The vendor's link was shown. Nobody can tell whether it was used."),
}


@dataclass(frozen=True, slots=True)
class HandoutFilters(FilterSet):
    kinds = {"q": FilterField("Text"), "show": FilterField("Show", SHOWN)}

    q: str = ""
    show: str = ""


@dataclass(frozen=True, slots=True)
class HandoutRow:
    """`off`: a person may still end it."""

    handout: Handout
    look: HandoutStyle
    arrived_at: datetime | None
    off: bool


def visible(user: User) -> QuerySet[Handout]:
    """Everything for those who may see the register; else what this person gave."""
    rows = Handout.objects.all()
    if user.has_perm("installers.view_installer"):
        return rows
    return rows.filter(given_by=user) if user.has_perm("installers.hand_out_installer") else rows.none()


def page(
    user: User, filters: HandoutFilters, *, now: datetime, before: str = "", after: str = ""
) -> tuple[list[HandoutRow], LogPage[Handout]]:
    """One query."""
    found = newest(_found(user, filters), size=PAGE, before=before, after=after)
    return [line(each, now) for each in found.rows], found


def of_installer(installer: Installer, user: User, *, now: datetime) -> list[HandoutRow]:
    """The latest. One query."""
    rows = _with_arrival(visible(user).filter(installer=installer)).order_by("-pk")[:LOG]
    return [line(each, now) for each in rows]


def open_for_device(device: Device, user: User, *, now: datetime) -> list[HandoutRow]:
    """What was given for a device that has not arrived, by anybody: who helps next should know. One query."""
    rows = Handout.objects.filter(device=device) if user.has_perm("installers.hand_out_installer") else Handout.objects.none()
    return [line(each, now) for each in _unfinished(_with_arrival(rows)).order_by("-pk")[:LOG]]


def waiting_count(user: User) -> int:
    return _unfinished(_with_arrival(visible(user))).count()


def line(handout: Handout, now: datetime) -> HandoutRow:
    arrived: datetime | None = getattr(handout, "arrived_at", None)
    state = _state(handout, arrived, now)
    return HandoutRow(
        handout, LOOKS[state], arrived, off=state in ("waiting", "expected", "used", "not_arrived") and handout.ended_at is None
    )


def csv_lines(user: User, filters: HandoutFilters, *, now: datetime) -> Iterator[str]:
    """The newest first, a chunk at a time: memory stays flat."""
    return csv_table(COLUMNS, (_row(line(each, now)) for each in _newest_first(_found(user, filters))))


def _newest_first(found: QuerySet[Handout]) -> Iterator[Handout]:
    last, rows = 0, found.order_by("-pk")
    while chunk := list((rows.filter(pk__lt=last) if last else rows)[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk


def _found(user: User, filters: HandoutFilters) -> QuerySet[Handout]:
    rows = _with_arrival(visible(user))
    if filters.q:
        words = ("recipient", "ticket", "giver", "installer__name", "device__name")
        rows = rows.filter(Q(*[(f"{word}__icontains", filters.q) for word in words], _connector=Q.OR))
    return _unfinished(rows) if filters.show else rows


def _with_arrival(rows: QuerySet[Handout]) -> QuerySet[Handout]:
    """A device arrived when the installer's account listed it for the first time, or heard from it again, after it was given.

    A clock that is ahead proves nothing.
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
    """Given but not used, or for a device that has not arrived."""
    unused = Q(way=Way.SHORT, uses=0)
    return rows.filter(unused | Q(device__isnull=False), Q(("arrived_at", None)), ended_at=None)


def _state(handout: Handout, arrived: datetime | None, now: datetime) -> str:
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


def _row(line: HandoutRow) -> list[object]:
    given, installer = line.handout, line.handout.installer
    times = (given.expires_at, given.used_at, line.arrived_at)
    return [
        *(moment(given.given_at), given.giver, given.recipient, given.ticket, given.get_way_display()),
        *(installer.name, installer.account.name, installer.family, given.device.name if given.device else "", line.look.word),
        *(given.uses if given.short else "", given.most_uses or "", *map(moment, times)),
    ]
