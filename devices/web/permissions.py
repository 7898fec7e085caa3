"""Permissions of views: each names those it needs, and a refusal names the roles that have one of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from devices.web.roles import ROLES, dotted

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# What the page of a refusal says.
REFUSALS = {
    "view_device": gettext_lazy("You don't have permission to view devices."),
    "view_sighting": gettext_lazy("You don't have permission to view the records of a device."),
    "view_issue": gettext_lazy("You don't have permission to view issues."),
    "view_account": gettext_lazy("You don't have permission to view vendor accounts."),
    "refresh_account": gettext_lazy("You don't have permission to refresh vendor accounts."),
    "export_device": gettext_lazy("You don't have permission to export device data."),
    "annotate_device": gettext_lazy("You don't have permission to add notes to devices."),
    "delete_note": gettext_lazy("You don't have permission to delete other users' notes."),
    "ask_device": gettext_lazy("You don't have permission to refresh a device from its vendors."),
    "open_remediation": gettext_lazy("You don't have permission to open a device's remediation page."),
    "tag_device": gettext_lazy("You don't have permission to tag devices."),
    "retire_device": gettext_lazy("You don't have permission to retire or restore devices."),
    "settle_device": gettext_lazy("You don't have permission to resolve data conflicts."),
    "triage_issue": gettext_lazy("You don't have permission to acknowledge, snooze or mute issues."),
    "manage_threshold": gettext_lazy("You don't have permission to edit staleness thresholds."),
    "link_device": gettext_lazy("You don't have permission to merge or split devices."),
    "share_view": gettext_lazy("You don't have permission to share saved views."),
    "view_raw": gettext_lazy("You don't have permission to view raw vendor data."),
    "view_syncrun": gettext_lazy("You don't have permission to view the sync history."),
    "manage_account": gettext_lazy("You don't have permission to add, edit or delete vendor accounts."),
    "change_syncrun": gettext_lazy("You don't have permission to review missing devices."),
    "view_audit": gettext_lazy("You don't have permission to view the audit log."),
    "view_installer": gettext_lazy("You don't have permission to view installers."),
    "create_installer": gettext_lazy("You don't have permission to create installers."),
    "hand_out_installer": gettext_lazy("You don't have permission to share installers."),
    "revoke_installer": gettext_lazy("You don't have permission to revoke installers."),
    "export_patch": gettext_lazy("You don't have permission to export patch data."),
    "change_user": gettext_lazy("You don't have permission to manage users."),
    "view_quarantine": gettext_lazy("You don't have permission to view quarantined records."),
}


def needs(*codenames: str) -> Callable[[View[P]], View[P]]:
    """Refuse a user who has none of these permissions (devices/web/roles.py) with 403."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(request.user.has_perm(dotted(codename)) for codename in codenames):
                return refuse(request, *codenames)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refuse(request: HttpRequest, *codenames: str) -> HttpResponse:
    """403 as a page, or as a notice for a fragment: what the first permission allows, and the roles that have one of them."""
    roles = [gettext(role) for role, given in ROLES.items() if set(codenames) & set(given)]
    context = {"refusal": REFUSALS[codenames[0]], "roles": roles}
    return render(request, "ui/refused.html" if is_fragment(request) else "403.html", context, status=403)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx requests a part of a page. The back button uses htmx too, but needs the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request and not htmx.boosted
