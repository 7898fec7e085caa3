"""Whether a time that a device or a vendor reports is plausible. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

SKEW = timedelta(minutes=5)
FIRST_PLAUSIBLE_YEAR = 2000


def implausible(at: datetime, *, now: datetime) -> bool:
    """In the future or long past: a clock is wrong."""
    return at > now + SKEW or at.year < FIRST_PLAUSIBLE_YEAR


def newest(times: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """The newest plausible time; if there is none, the newest of all, so that the page shows an invalid date."""
    known = [at for at in times if at is not None]
    return max([at for at in known if not implausible(at, now=now)] or known, default=None)
