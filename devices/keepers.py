"""What apps that stand on this one keep of a walk of devices. They enter themselves when they start (patching/apps.py)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from devices.mapped import Mapped
from devices.models import SyncRun


class Keeper(Protocol):
    """Both run inside the transaction that saves the cursor, which holds the devices already."""

    def page(self, run: SyncRun, mapped: Sequence[Mapped], now: datetime) -> None:
        """`mapped`: the new and changed devices of a page, written."""
        ...

    def ended(self, run: SyncRun, now: datetime) -> None:
        """The walk is complete, and what it did not show is settled."""
        ...


KEEPERS: list[Keeper] = []
