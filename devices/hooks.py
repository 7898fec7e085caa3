"""Hooks: the protocol by which other apps store more of a synced page. They register when they start (patching/apps.py)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from devices.models import SyncRun
from vendors.records import Device, Entry


@dataclass(slots=True)
class MappedEntry:
    """An entry after reading; `raw` is without secrets. `sighting_id` is None until it is written, `device_id` until
    it is matched; `fresh`: it was inserted.
    """

    entry: Entry
    device: Device
    raw: bytes
    sighting_id: int | None
    device_id: int | None
    fresh: bool = False


class SyncHook(Protocol):
    """All run inside the transaction that writes, which holds the devices already."""

    def page(self, run: SyncRun, mapped: Sequence[MappedEntry], now: datetime) -> None:
        """`mapped`: the new and changed devices of a page, written."""
        ...

    def ended(self, run: SyncRun, now: datetime) -> None:
        """The walk is complete, and what it did not show is settled."""
        ...

    def use_changed(self, devices: Collection[int]) -> None:
        """These devices went out of use or came back into it, or sightings moved to them, and their summaries are written."""
        ...


KEEPERS: list[SyncHook] = []


def tell_use_changed(devices: Collection[int]) -> None:
    if devices:
        for keeper in KEEPERS:
            keeper.use_changed(devices)
