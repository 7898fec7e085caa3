"""A list as requested by a user: its address, on top of a saved view or of the user's default view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

from devices.audit.request import person
from devices.lists.filters import FilterSet
from devices.lists.state import ListDefinition, ListState
from devices.models import SavedView
from devices.saved_views.services import visible_to

A = TypeVar("A", bound=FilterSet)


@dataclass(frozen=True, slots=True)
class ListRequest(Generic[A]):
    """`views`: of this list, those that the user may open; `view`: the one of the address."""

    listing: ListState[A]
    views: Sequence[SavedView]
    view: SavedView | None


def viewed(request: HttpRequest, shape: ListDefinition[A]) -> ListRequest[A]:
    """One query."""
    user, slug = person(request), request.GET.get("view", "")
    views = list(visible_to(user).filter(page=shape.name))
    view = next((each for each in views if each.slug == slug), None)
    own = next((each for each in views if each.is_default and each.owner_id == user.pk), None)
    base = shape.stored(view.query) if view else shape.stored(own.query).look if own else None
    return ListRequest(shape.read(request.GET.dict(), base=base, view=view.slug if view else ""), views, view)


def read_listing(request: HttpRequest, shape: ListDefinition[A]) -> ListState[A]:
    """For actions and files, which need no views."""
    return viewed(request, shape).listing
