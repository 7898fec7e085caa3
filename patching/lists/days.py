"""The day of a moment, as attempts store it: in the time zone of the installation, whatever the time zone of the user."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def day_of(at: datetime) -> date:
    return timezone.localdate(at, timezone.get_default_timezone())
