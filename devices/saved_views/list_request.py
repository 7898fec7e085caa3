"""A list as requested by a user: its address, on top of a saved view or of the user's default view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def viewed(request: HttpRequest, shape: ListDefinition[A], *, turn: Callable[[A], ListDefinition[A]] | None = None) -> ListRequest[A]:
    """One query. `turn`: another form of the same list, which its filters ask for."""
    user, slug = person(request), request.GET.get("view", "")
    views = list(visible_to(user).filter(page=shape.name))
    view = next((each for each in views if each.slug == slug), None)
    own = next((each for each in views if each.is_default and each.owner_id == user.pk), None)

    def read(form: ListDefinition[A]) -> ListState[A]:
        base = form.stored(view.query) if view else form.stored(own.query).look if own else None
        return form.read(request.GET.dict(), base=base, view=view.slug if view else "")

    listing = read(shape)
    turned = turn(listing.filters) if turn else shape
    return ListRequest(listing if turned is shape else read(turned), views, view)


def read_listing(request: HttpRequest, shape: ListDefinition[A], *, turn: Callable[[A], ListDefinition[A]] | None = None) -> ListState[A]:
    """For actions and files, which need no views."""
    return viewed(request, shape, turn=turn).listing
