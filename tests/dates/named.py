"""The dates of `make dates`: ends of months, the leap day, New Year's Eve, and both changes of the clock in Berlin."""

from __future__ import annotations

from datetime import UTC, datetime

# Moments in UTC. Where something happens at an hour, the run begins five minutes before it, so that tests run on both sides.
DATES = {
    "2027-01-31 12:00": "the next month has no 31st",
    "2027-02-28 12:00": "end of the shortest month",
    "2027-03-28 00:55": "Berlin changes to summer time at 01:00 UTC",
    "2027-08-31 12:00": "six months before the leap day",
    "2027-10-31 00:55": "Berlin changes back at 01:00 UTC, on the last day of a month",
    "2027-11-29 12:00": "in February there may be no 29th",
    "2027-11-30 23:55": "end of a month of 30 days, midnight UTC during the run",
    "2027-12-30 22:55": "midnight in Berlin during the run",
    "2027-12-31 23:55": "New Year's Eve, the year changes during the run",
    "2028-02-28 23:55": "the leap day begins during the run",
    "2028-02-29 12:00": "leap day",
    "2028-12-31 22:55": "day 366, the year changes in Berlin during the run",
}


def chosen(day: str) -> dict[datetime, str]:
    """All dates, or those of `day` (YYYY-MM-DD); a day that is not among them begins at noon.

    Raises ValueError when `day` is no date.
    """
    if day:
        datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    named = {moment: why for moment, why in DATES.items() if moment.startswith(day)}
    return {datetime.fromisoformat(f"{moment}Z"): why for moment, why in (named or {f"{day} 12:00": "chosen"}).items()}
