"""What people keep about a device, for its page: last changes, notes, tags, and whether it is retired."""

from __future__ import annotations

from typing import Any

from devices.models import Device, Life, Retirement, User
from devices.queries.timeline import timeline
from devices.views import notes, tags

LAST_CHANGES = 6


def beside(device: Device, reader: User) -> dict[str, Any]:
    """Three queries, and one more for a retired device."""
    retired = Retirement.objects.filter(device=device).first() if device.life == Life.RETIRED else None
    last = timeline(device.pk, size=LAST_CHANGES, notes=False)
    return {"timeline": last, "retirement": retired, **notes.beside(device, reader), **tags.beside(device)}
