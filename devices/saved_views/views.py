"""Saved views: kept, renamed, shared and removed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from devices.audit.request import act_of, person
from devices.errors import ActionRefused
from devices.lists.filters import FilterChip
from devices.lists.state import ListDefinition
from devices.models import SavedView, User
from devices.saved_views import services as saving
from devices.saved_views.list_request import viewed
from devices.saved_views.registry import LISTS, lists_of
from devices.saved_views.services import may_change, visible_to
from devices.web.permissions import needs, refuse
from devices.web.roles import ROLES


@dataclass(frozen=True, slots=True)
class SavedViewRow:
    view: SavedView
    chips: Sequence[FilterChip]
    changeable: bool
    mine: bool


@require_safe
@needs("view_device")
def index(request: HttpRequest) -> HttpResponse:
    """All that this person sees, by list; what may be changed has its form."""
    user = person(request)
    views = list(visible_to(user))
    found = [(shape, list(_lines(shape, [each for each in views if each.page == shape.name], user))) for shape in lists_of(user).values()]
    return render(request, "devices/saved_views/list.html", {"lists": found, "some": bool(views), "all_roles": list(ROLES)})


def _lines(shape: ListDefinition[Any], views: Sequence[SavedView], user: User) -> Iterator[SavedViewRow]:
    told = [list(shape.stored(view.query).chips()) for view in views]
    named = iter(shape.named([chip for chips in told for chip in chips]))  # all at once: names may cost a query
    for view, chips in zip(views, told, strict=True):
        yield SavedViewRow(view, list(islice(named, len(chips))), may_change(view, user), view.owner_id == user.pk)


@require_POST
@needs("view_device")
def save(request: HttpRequest, page: str) -> HttpResponse:
    """Keep what the list at this address shows, under a new name or in the view that it stands on."""
    user, act = person(request), act_of(request)
    shape = next((each for each in LISTS if each.name == page), None)
    if shape is None:
        raise Http404
    if page not in lists_of(user):
        return refuse(request, shape.right)
    look = viewed(request, shape)
    listing, view = look.listing, look.view
    try:
        if view is not None and request.POST.get("renew"):
            saving.renew(_changeable(view, user), listing, act=act)
        else:
            view = saving.create(
                listing,
                name=request.POST.get("name", ""),
                role=request.POST.get("role", ""),
                default=bool(request.POST.get("default")),
                act=act,
            )
    except ActionRefused as problem:
        messages.error(request, problem.sentence)
        return redirect(reverse(shape.url) + listing.address)
    messages.success(request, f"The view “{view.name}” is saved.")
    return redirect(f"{reverse(shape.url)}?view={view.slug}")


@require_POST
@needs("view_device")
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """`action`: save or remove. What a person cannot see is not there."""
    user = person(request)
    view = get_object_or_404(visible_to(user), slug=slug)
    try:
        _changeable(view, user)
        if request.POST.get("action") == "remove":
            saving.remove(view, act=act_of(request))
            messages.success(request, f"The view “{view.name}” is removed.")
        else:
            _save_changes(request, view, user)
            messages.success(request, f"The view “{view.name}” is saved.")
    except ActionRefused as problem:
        messages.error(request, problem.sentence)
    return redirect("devices:views")


def _save_changes(request: HttpRequest, view: SavedView, user: User) -> None:
    role = request.POST.get("role", view.shared_with.name if view.shared_with else "")
    default = bool(request.POST.get("default"))
    saving.change(view, name=request.POST.get("name", ""), role=role, default=default, act=act_of(request))


def _changeable(view: SavedView, user: User) -> SavedView:
    if not may_change(view, user):
        raise ActionRefused(
            f"Only its owner, {view.owner}, or somebody who may share views can change “{view.name}”: save it under another name."
        )
    return view
