from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone


class Clock:
    """A clock that a test moves, from the present on."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def go(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
