"""The newest of several times. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from vendors.parsing.times import implausible


def newest(times: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """The newest plausible time; where there is none, the newest of all, so that the page shows that a clock is wrong."""
    known = [at for at in times if at is not None]
    return max([at for at in known if not implausible(at, now=now)] or known, default=None)
