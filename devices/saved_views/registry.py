"""Registry of the lists that have saved views. Each app registers its own when it starts (apps.py)."""

from __future__ import annotations

from typing import Any

from devices.lists.state import ListDefinition
from devices.models import User
from devices.web.roles import dotted

LISTS: list[ListDefinition[Any]] = []


def lists_of(user: User) -> dict[str, ListDefinition[Any]]:
    """By name, those that the user may open."""
    return {shape.name: shape for shape in LISTS if user.has_perm(dotted(shape.right))}
