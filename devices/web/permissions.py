"""Who may see what: every view and fragment names the permission it needs, and a refusal names it too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from devices.web.roles import ROLES, dotted

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# What a permission lets a person do, for the page that refuses it.
WORDS = {
    "view_device": "look at devices",
    "view_sighting": "look at what a vendor says about a device",
    "view_issue": "look at issues",
    "view_account": "look at vendor accounts",
    "refresh_account": "refresh a vendor account",
    "export_device": "export devices",
    "annotate_device": "write notes on devices",
    "delete_note": "delete notes of others",
    "ask_device": "ask the vendors about one device now",
    "open_remediation": "open a device's remediation page",
    "tag_device": "tag devices",
    "retire_device": "retire devices and bring them back",
    "settle_device": "resolve data conflicts",
    "triage_issue": "acknowledge, snooze and mute issues",
    "manage_threshold": "change staleness thresholds",
    "link_device": "link devices and take them apart",
    "share_view": "share saved views",
    "view_raw": "read a vendor's raw answer",
    "view_syncrun": "look at the history of fetches",
    "manage_account": "add, change and delete vendor accounts",
    "change_syncrun": "apply disappearances that were held back",
    "view_audit": "read the audit log",
    "view_installer": "look at installers",
    "create_installer": "make installers",
    "hand_out_installer": "hand out installers",
    "revoke_installer": "revoke installers",
    "export_patch": "export patches and attempts",
    "view_quarantine": "look at records that could not be used",
}


def needs(*codenames: str, to: str = "") -> Callable[[View[P]], View[P]]:
    """Refuse with 403 whoever has none of these rights (devices/web/roles.py); the page says what they are called and which roles have
    them. `to`: what the page is for, where its right is named after something else.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not any(request.user.has_perm(dotted(codename)) for codename in codenames):
                return refuse(request, *codenames, to=to)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def refuse(request: HttpRequest, *codenames: str, to: str = "") -> HttpResponse:
    """403 as a page, or as a line of text inside the page that asked for a fragment. What was to be done is said by the first."""
    roles = [role for role, given in ROLES.items() if set(codenames) & set(given)]
    doing = to or WORDS.get(codenames[0], codenames[0].replace("_", " "))
    context = {"permission": " or ".join(codenames), "doing": doing, "roles": roles}
    return render(request, "ui/refused.html" if is_fragment(request) else "403.html", context, status=403)


def is_fragment(request: HttpRequest) -> bool:
    """Asked by htmx for a part of a page. The back button asks by htmx too, but wants the whole page."""
    htmx = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.history_restore_request and not htmx.boosted
