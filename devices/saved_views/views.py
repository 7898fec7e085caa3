"""Pages of saved views: create, rename, share and delete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from devices.audit.request import act_of, person
from devices.errors import ActionRefused
from devices.lists.filters import FilterChip
from devices.lists.state import ListDefinition
from devices.models import SavedView, User
from devices.saved_views import services as saving
from devices.saved_views.forms import ChangeForm, SaveForm
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
    """All views that the user may open, by list; those that the user may change have a form."""
    user = person(request)
    views = list(visible_to(user))
    found = [(shape, list(_lines(shape, [each for each in views if each.page == shape.name], user))) for shape in lists_of(user).values()]
    return render(request, "devices/saved_views/list.html", {"lists": found, "some": bool(views), "all_roles": list(ROLES)})


def _lines(shape: ListDefinition[Any], views: Sequence[SavedView], user: User) -> Iterator[SavedViewRow]:
    unnamed = [list(shape.stored(view.query).chips()) for view in views]
    named = iter(shape.named([chip for chips in unnamed for chip in chips]))  # all at once: names may cost a query
    for view, chips in zip(views, unnamed, strict=True):
        yield SavedViewRow(view, list(islice(named, len(chips))), may_change(view, user), view.owner_id == user.pk)


@require_POST
@needs("view_device")
def save(request: HttpRequest, page: str) -> HttpResponse:
    """Save the list of this address as a new view, or update its view."""
    user, act = person(request), act_of(request)
    shape = next((each for each in LISTS if each.name == page), None)
    if shape is None:
        raise Http404
    if page not in lists_of(user):
        return refuse(request, shape.right)
    look, form = viewed(request, shape), SaveForm(request.POST)
    listing, view = look.listing, look.view
    form.full_clean()
    renew = form.cleaned_data.pop("renew")
    try:
        if view is not None and renew:
            saving.renew(_changeable(view, user), listing, act=act)
        else:
            view = saving.create(listing, **form.cleaned_data, act=act)
    except ActionRefused as problem:
        messages.error(request, problem.sentence)
        return redirect(reverse(shape.url) + listing.address)
    messages.success(request, gettext("View “%(name)s” saved.") % {"name": view.name})
    return redirect(f"{reverse(shape.url)}?view={view.slug}")


@require_POST
@needs("view_device")
def change(request: HttpRequest, slug: str) -> HttpResponse:
    """Save or delete a view. 404 for one that the user may not open."""
    user = person(request)
    view = get_object_or_404(visible_to(user), slug=slug)
    form = ChangeForm(request.POST, initial={"role": view.shared_with.name if view.shared_with else ""})
    form.full_clean()
    removing, confirmed = form.cleaned_data.pop("action") == "remove", form.cleaned_data.pop("confirmed")
    try:
        _changeable(view, user)
        if removing and not confirmed:
            return render(request, "devices/saved_views/delete.html", {"view": view})
        if removing:
            saving.remove(view, act=act_of(request))
            messages.success(request, gettext("View “%(name)s” deleted.") % {"name": view.name})
        else:
            saving.change(view, **form.cleaned_data, act=act_of(request))
            messages.success(request, gettext("View “%(name)s” saved.") % {"name": view.name})
    except ActionRefused as problem:
        messages.error(request, problem.sentence)
    return redirect("devices:views")


def _changeable(view: SavedView, user: User) -> SavedView:
    if not may_change(view, user):
        text = gettext("You don't have permission to change “%(name)s”, owned by %(owner)s. Save it under another name.")
        raise ActionRefused(text % {"name": view.name, "owner": view.owner})
    return view
