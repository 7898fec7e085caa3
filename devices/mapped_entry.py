"""A new or changed entry on its way into the tables."""

from __future__ import annotations

from dataclasses import dataclass

from vendors.records import Device, Entry


@dataclass(slots=True)
class Mapped:
    """An entry after reading; `raw` is without secrets. `sighting_id` is None until it is written, `device_id` until
    it is matched; `fresh`: it was inserted.
    """

    entry: Entry
    device: Device
    raw: bytes
    sighting_id: int | None
    device_id: int | None
    fresh: bool = False
