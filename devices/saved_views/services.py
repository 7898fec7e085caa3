"""Saved views of lists: who may open them, and create, update, change, delete. Shared ones are audited."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.lists.filters import clean_query
from devices.lists.state import LONGEST, ListState
from devices.models import SavedView, User
from devices.saved_views.registry import lists_of

LONGEST_NAME = 80
LONGEST_SLUG = 60


def visible_to(user: User) -> QuerySet[SavedView]:
    """The user's own and those shared with one of the user's roles, of lists that the user may open."""
    shared = Q(shared_with__in=user.groups.order_by().values("pk"))
    return SavedView.objects.filter(Q(owner=user) | shared, page__in=lists_of(user)).select_related("owner", "shared_with")


def may_change(view: SavedView, user: User) -> bool:
    """The owner; for a shared view every user who may share."""
    return view.owner_id == user.pk or (view.shared_with_id is not None and user.has_perm("devices.share_view"))


def create(listing: ListState[Any], *, name: str, role: str, default: bool, act: AuditContext) -> SavedView:
    """Raises ActionRefused."""
    view = SavedView(owner=act.signed_in, page=listing.shape.name, query=_storable(listing), changed_at=act.now)
    with transaction.atomic():
        if default:
            _no_default(view)
        view.is_default = default
        _name(view, name)
        _share(view, role, act.signed_in)
        _store(view)
        if view.shared_with:
            _record("view shared", view, act, role=view.shared_with.name, filters=view.query)
    return view


def renew(view: SavedView, listing: ListState[Any], *, act: AuditContext) -> None:
    """Store the present state of the list in the view. Raises ActionRefused."""
    with transaction.atomic():
        before, view.query, view.changed_at = view.query, _storable(listing), act.now
        _store(view)
        if view.shared_with:
            _record("view changed", view, act, before=before, after=view.query)


def change(view: SavedView, *, name: str, role: str, default: bool, act: AuditContext) -> None:
    """Only the owner can make it a default. Raises ActionRefused."""
    with transaction.atomic():
        old_name, old_role, view.changed_at = view.name, view.shared_with, act.now
        _name(view, name)
        _share(view, role, act.signed_in)
        if view.owner_id == act.signed_in.pk and view.is_default is not default:
            _no_default(view)
            view.is_default = default
        _store(view)
        if (view.name, view.shared_with) != (old_name, old_role) and (old_role or view.shared_with):
            roles = {"shared_with": view.shared_with.name if view.shared_with else "", "before": old_role.name if old_role else ""}
            _record("view changed", view, act, old_name=old_name, **roles)


def remove(view: SavedView, *, act: AuditContext) -> None:
    with transaction.atomic():
        if view.shared_with:
            _record("view removed", view, act, role=view.shared_with.name, filters=view.query)
        view.delete()


def _record(action: str, view: SavedView, act: AuditContext, **detail: Any) -> None:
    audit.record(action, act=act, target=view.name, list=view.page, **detail)


def _storable(listing: ListState[Any]) -> str:
    if len(listing.whole) > LONGEST:
        raise ActionRefused(gettext("The filters are too long to save. Shorten them and try again."))
    return listing.whole


def _no_default(view: SavedView) -> None:
    """Clear the owner's present default of the list."""
    SavedView.objects.filter(owner=view.owner, page=view.page, is_default=True).update(is_default=False)


def _name(view: SavedView, name: str) -> None:
    view.name = clean_query(name)[:LONGEST_NAME].strip()
    if not view.name:
        raise ActionRefused(gettext("Enter a name for the view."), field="name")
    if not view.slug:
        view.slug = _free_slug(view.name)


def _free_slug(name: str) -> str:
    stem = slugify(name)[: LONGEST_SLUG - 6].strip("-") or "view"
    taken = set(SavedView.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return stem if stem not in taken else next(slug for n in range(2, len(taken) + 3) if (slug := f"{stem}-{n}") not in taken)


def _share(view: SavedView, role: str, by: User) -> None:
    if role == (view.shared_with.name if view.shared_with else ""):
        return
    if not by.has_perm("devices.share_view"):
        raise ActionRefused(gettext("Sharing views requires the IT staff role. Save the view as private."), field="role")
    found = Group.objects.filter(name=role).first() if role else None
    if role and found is None:
        raise ActionRefused(gettext("Unknown role. Select one from the list."), field="role")
    view.shared_with = found


def _store(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        text = gettext("A view named “%(name)s” already exists. Choose another name.")
        raise ActionRefused(text % {"name": view.name}, field="name") from None
