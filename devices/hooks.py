"""What apps that stand on this one keep of devices. They enter themselves when they start (patching/apps.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from devices.mapped_entry import Mapped
from devices.models import SyncRun


class Keeper(Protocol):
    """All run inside the transaction that writes, which holds the devices already."""

    def page(self, run: SyncRun, mapped: Sequence[Mapped], now: datetime) -> None:
        """`mapped`: the new and changed devices of a page, written."""
        ...

    def ended(self, run: SyncRun, now: datetime) -> None:
        """The walk is complete, and what it did not show is settled."""
        ...

    def use_changed(self, devices: Collection[int]) -> None:
        """These devices went out of use or came back into it, or sightings moved to them, and their summaries are written."""
        ...


KEEPERS: list[Keeper] = []


def tell_use_changed(devices: Collection[int]) -> None:
    if devices:
        for keeper in KEEPERS:
            keeper.use_changed(devices)
