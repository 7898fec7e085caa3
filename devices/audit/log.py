"""One append-only log of everything that leaves or decides."""

from __future__ import annotations

import ipaddress
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from devices.audit.context import AuditContext
from devices.models import AuditEvent

# Every action that is written anywhere, with the words the audit page shows.
ACTIONS = {
    "sign-in": "Signed in",
    "sign-in refused": "Sign-in refused",
    "sign-out": "Signed out",
    "person added": "Person added",
    "person switched": "Person switched on or off",
    "role changed": "Role changed",
    "password replaced": "Password replaced",
    "second factor changed": "Second factor added or removed",
    "account added": "Vendor account added",
    "account changed": "Vendor account changed",
    "account switched": "Vendor account enabled or disabled",
    "account deletion requested": "Deletion of a vendor account requested",
    "account deleted": "Vendor account deleted",
    "private host allowed": "Private host allowed for a vendor account",
    "private host no longer allowed": "Private host no longer allowed for a vendor account",
    "secret replaced": "Secret replaced",
    "connection tested": "Connection tested",
    "export": "Devices exported",
    "issues exported": "Issues exported",
    "patching exported": "Patches or attempts exported",
    "disappearance decided": "Disappearance decided about",
    "disappearance applied": "Disappearance applied",
    "disappearance overtaken": "Disappearance overtaken by a newer list",
    "devices linked": "Devices linked",
    "device taken apart": "Device split",
    "disagreement settled": "Data conflict resolved",
    "settlement ended": "Data conflict reopened",
    "threshold changed": "Threshold of a vendor changed",
    "ruling ended": "Link between devices ended",
    "note taken back": "Note taken back",
    "devices tagged": "Devices tagged",
    "tag taken off devices": "Tag taken off devices",
    "device retired": "Device retired",
    "device brought back": "Retired device brought back",
    "issues triaged": "Issues acknowledged, snoozed or muted",
    "triage taken back": "Decision about issues taken back",
    "view shared": "View shared",
    "view changed": "Shared view changed",
    "view removed": "Shared view removed",
    "remediation opened": "Remediation page opened",
    "refresh asked": "Refresh asked for",
    "sync cancelled": "Sync cancelled",
    "installer ordered": "Installer ordered",
    "installer revocation asked": "Revocation of an installer asked for",
    "installer settled": "Doubt about an installer settled",
    "installer marked": "Installer marked for the helpdesk, or no longer",
    "installer link shown": "Link of an installer shown",
    "short link made": "Short link to an installer made",
    "short link used": "Short link to an installer used",
    "short link switched off": "Short link to an installer switched off",
    "hand-out closed": "Hand-out of an installer closed",
    "secrets rotated": "Secrets sealed with the new key",
}


def record(action: str, *, act: AuditContext, target: str = "", **detail: Any) -> AuditEvent:
    """Write one entry. `detail` is shown to administrators: never a secret value."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not in audit.ACTIONS: add it there with its words.")
    return AuditEvent.objects.create(
        at=act.now,
        actor=act.person,
        actor_name=act.name,
        action=action,
        target=target[:255],
        detail=detail | ({"ticket": act.ticket} if act.ticket else {}),
        address=act.address,
    )


def address_of(request: HttpRequest) -> str | None:
    """The one that sign-in is limited by: behind ROLLCALL_TRUSTED_PROXIES proxies the client's; what a client claims counts for nothing."""
    try:
        return str(ipaddress.ip_address(get_client_ip(request) or ""))
    except (ValueError, ImproperlyConfigured):
        return request.META.get("REMOTE_ADDR") or None
