"""Whether a time that a device or a vendor claims can be true. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

SKEW = timedelta(minutes=5)
FIRST_PLAUSIBLE_YEAR = 2000


def implausible(at: datetime, *, now: datetime) -> bool:
    """Clocks go wrong: a time from the future or from before all this is not an age."""
    return at > now + SKEW or at.year < FIRST_PLAUSIBLE_YEAR


def newest(times: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """The newest that can be true; if none can, the newest of them all, so that the page shows that a clock is wrong."""
    told = [at for at in times if at is not None]
    return max([at for at in told if not implausible(at, now=now)] or told, default=None)
