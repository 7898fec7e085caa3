"""The clock of a simulation: that of the triggers which record former states, and that of Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import time_machine
from django.db import connection


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """What is written in this block is written at `now`."""
    set_clock(now)
    try:
        with time_machine.travel(now, tick=True):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('rollcall.clock', '', false)")


def set_clock(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('rollcall.clock', %s, false)", [now.isoformat()])


def recorded_since(began: datetime) -> None:
    """As if the database had been upgraded then."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = %s WHERE app = 'devices' AND name = '0042_former_states'", [began])
