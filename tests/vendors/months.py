"""Calendar arithmetic that tests check dates against."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime


def six_months_after(moment: datetime) -> datetime:
    """To the second; the last day of the month where the month has no such day."""
    year, month = (moment.year + 1, moment.month - 6) if moment.month > 6 else (moment.year, moment.month + 6)
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]), microsecond=0)
