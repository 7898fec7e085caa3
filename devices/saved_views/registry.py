"""Every list that can be kept as a saved view. Apps that stand on this one add theirs when they start (patching/apps.py)."""

from __future__ import annotations

from typing import Any

from devices.device_list.filters import DEVICES
from devices.issues.filters import ISSUES
from devices.lists.state import Shape
from devices.models import User
from devices.web.roles import dotted

LISTS: list[Shape[Any]] = [DEVICES, ISSUES]


def lists_of(user: User) -> dict[str, Shape[Any]]:
    """By name, those that this person may open."""
    return {shape.name: shape for shape in LISTS if user.has_perm(dotted(shape.right))}
