"""The moment of a page of an earlier day: the end of a day in the user's time zone, or a time of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext

from devices.errors import ActionRefused
from devices.web.dates import date_words

_RECORDS = "0042_former_states"
_LAST = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """`at`: the time that is asked about; `day` and `clock`: as they stand in the form; `clock` "" is the end of the day."""

    at: datetime
    day: date
    clock: str = ""

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return f"?date={self.day}" + (f"&time={self.clock}" if self.clock else "")


def read_moment(query: Mapping[str, str], *, now: datetime) -> Moment:
    """Of `date=2026-11-12` and, if given, `time=14:30`, in the active time zone; today without a time is now. Raises ActionRefused."""
    day, clock = _day(query.get("date", "")), _clock(query.get("time", ""))
    if day > timezone.localdate(now):
        raise ActionRefused(gettext("%(day)s is in the future. Choose an earlier date.") % {"day": date_words(day)})
    at = _end_of(day) if clock is None else timezone.make_aware(datetime.combine(day, clock))
    if clock is not None and at > now:
        raise ActionRefused(gettext("This time is in the future. Choose an earlier time."))
    return Moment(min(at, now), day, f"{clock:%H:%M}" if clock is not None else "")


def ensure_recorded(moment: Moment, *, began: datetime, now: datetime) -> None:
    """Raises ActionRefused for a moment before former states were recorded (`began`), or for which they were deleted."""
    oldest = now - timedelta(days=settings.KEEP_CHANGES_DAYS)
    if moment.at < oldest:
        text = gettext("Earlier states are kept for %(days)s days. Choose %(day)s or later.")
        raise ActionRefused(text % {"days": settings.KEEP_CHANGES_DAYS, "day": date_words(timezone.localdate(max(began, oldest)))})
    if moment.at < began:
        raise ActionRefused(
            gettext("Earlier states are recorded since %(day)s. Choose this day or later.") % {"day": date_words(timezone.localdate(began))}
        )


def recorded_since() -> datetime:
    """When the migration that records former states was applied. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations WHERE app = 'devices' AND name = %s", [_RECORDS])
        began: datetime = cursor.fetchone()[0]
    return began


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ActionRefused(gettext("Enter a date as YYYY-MM-DD, for example 2026-11-12."), field="date") from None


def _clock(text: str) -> time | None:
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007  # a time of day
    except ValueError:
        raise ActionRefused(gettext("Enter a time as HH:MM, for example 14:30."), field="time") from None


def _end_of(day: date) -> datetime:
    if day == date.max:
        raise ActionRefused(gettext("Enter a date as YYYY-MM-DD, for example 2026-11-12."), field="date")
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time())) - _LAST
