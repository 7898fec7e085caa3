"""Free space of the disks with the data: below the configured percentage syncs pause, because PostgreSQL stops when its disk is full.

Each process measures its own host. A disk of another host is not visible here and counts as not measured.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from django.conf import settings

from vendors.texts import Message, gettext_noop

PAUSE = 10.0  # seconds until a paused job measures again
WAITING = Message(gettext_noop("free disk space"))


def lowest_free_percent() -> float | None:
    """Of the measured disks, as `df` calculates it: what users other than root may still write. None: none is visible on this host."""
    return min(_free_percents(settings.DATA_FOLDERS), default=None)


def is_low() -> bool:
    free = lowest_free_percent()
    return free is not None and free < settings.MIN_FREE_PERCENT


def _free_percents(folders: Iterable[str]) -> Iterable[float]:
    for folder in folders:
        try:
            disk = os.statvfs(folder)
        except OSError:
            continue  # not on this host
        usable = disk.f_blocks - disk.f_bfree + disk.f_bavail
        if usable > 0:
            yield 100 * disk.f_bavail / usable
