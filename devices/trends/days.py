"""The day of a moment. One rule for daily counts, patch attempts and charts: the time zone of the installation (TIME_ZONE: UTC)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def day_of(at: datetime) -> date:
    """In the time zone of the installation, whatever the time zone of the user."""
    return timezone.localdate(at, timezone.get_default_timezone())


def start_of(day: date) -> datetime:
    """Its first moment."""
    return datetime.combine(day, time(), timezone.get_default_timezone())


def days_from(first: date, last: date) -> list[date]:
    """Both included; empty where `last` is earlier."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
