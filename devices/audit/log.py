"""Audit log: append-only and signed, one entry for every sign-in, change, export and decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from devices.audit.chain import chain_after_commit
from devices.audit.context import AuditContext
from devices.audit.signing import sign_new
from devices.models import AuditEvent, User

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# Every action that is recorded, with its label on the page. The keys are stored and never change.
ACTIONS: Mapping[str, str | StrPromise] = {
    "sign-in": gettext_lazy("Signed in"),
    "sign-in refused": gettext_lazy("Sign-in failed"),
    "sign-in limited": gettext_lazy("Sign-in refused by a limit"),
    "second factor refused": gettext_lazy("Two-factor code refused"),
    "sign-out": gettext_lazy("Signed out"),
    "person added": gettext_lazy("User created"),
    "person switched": gettext_lazy("User enabled or disabled"),
    "role changed": gettext_lazy("Role changed"),
    "password replaced": gettext_lazy("Password changed"),
    "second factor changed": gettext_lazy("Two-factor authentication changed"),
    "account added": gettext_lazy("Vendor account added"),
    "account changed": gettext_lazy("Vendor account changed"),
    "account switched": gettext_lazy("Vendor account enabled or disabled"),
    "account deletion requested": gettext_lazy("Vendor account deletion requested"),
    "account deleted": gettext_lazy("Vendor account deleted"),
    "private host allowed": gettext_lazy("Private host allowed"),
    "private host no longer allowed": gettext_lazy("Private host removed"),
    "secret replaced": gettext_lazy("Secret replaced"),
    "connection tested": gettext_lazy("Connection tested"),
    "export": gettext_lazy("Devices exported"),
    "issues exported": gettext_lazy("Issues exported"),
    "patching exported": gettext_lazy("Patch data exported"),
    "disappearance decided": gettext_lazy("Missing devices reviewed"),
    "disappearance applied": gettext_lazy("Missing devices marked"),
    "disappearance overtaken": gettext_lazy("Review of missing devices superseded"),
    "devices linked": gettext_lazy("Devices merged"),
    "device taken apart": gettext_lazy("Device split"),
    "devices kept separate": gettext_lazy("Devices kept separate"),
    "disagreement settled": gettext_lazy("Data conflict resolved"),
    "settlement ended": gettext_lazy("Data conflict reopened"),
    "threshold changed": gettext_lazy("Staleness thresholds changed"),
    "ruling ended": gettext_lazy("Merge or split undone"),
    "note taken back": gettext_lazy("Note deleted"),
    "devices tagged": gettext_lazy("Tag added to devices"),
    "tag taken off devices": gettext_lazy("Tag removed from devices"),
    "device retired": gettext_lazy("Device retired"),
    "device brought back": gettext_lazy("Device restored"),
    "issues triaged": gettext_lazy("Issues acknowledged, snoozed or muted"),
    "triage taken back": gettext_lazy("Issues reopened"),
    "issues assigned": gettext_lazy("Issues assigned or unassigned"),
    "conflicts exported": gettext_lazy("Data conflicts exported"),
    "installers exported": gettext_lazy("Installers exported"),
    "view shared": gettext_lazy("Saved view shared"),
    "view changed": gettext_lazy("Shared view changed"),
    "view removed": gettext_lazy("Shared view deleted"),
    "remediation opened": gettext_lazy("Remediation page opened"),
    "raw data read": gettext_lazy("Raw data viewed"),
    "refresh asked": gettext_lazy("Sync requested"),
    "sync cancelled": gettext_lazy("Sync canceled"),
    "installer ordered": gettext_lazy("Installer creation requested"),
    "installer revocation asked": gettext_lazy("Installer revocation requested"),
    "installers compared": gettext_lazy("Sync of installers requested"),
    "installer settled": gettext_lazy("Installer status resolved"),
    "installer marked": gettext_lazy("Helpdesk access to an installer changed"),
    "installer link shown": gettext_lazy("Installer link shown"),
    "short link made": gettext_lazy("Short link created"),
    "short link used": gettext_lazy("Short link used"),
    "short link switched off": gettext_lazy("Short link revoked"),
    "hand-out closed": gettext_lazy("Delivery closed"),
    "secrets rotated": gettext_lazy("Encryption key rotated"),
    "audit log pruned": gettext_lazy("Audit log pruned"),
    "audit log exported": gettext_lazy("Audit log exported"),
    "name erased": gettext_lazy("Name of a user erased from the audit log"),
}


def record(action: str, *, act: AuditContext, target: str | User = "", **detail: Any) -> AuditEvent:
    """Write one entry. Where the action is about a user, `target` is that user, and the entry has the id.

    `detail` is shown to administrators: never a secret value, and no name of a user.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not in audit.ACTIONS: add it there with its label.")
    event = AuditEvent(
        at=act.now,
        actor_id=act.person.pk if act.person else None,
        source=act.source,
        action=action,
        target=target[:255] if isinstance(target, str) else "",
        subject_id=None if isinstance(target, str) else target.pk,
        detail=detail | ({"ticket": act.ticket} if act.ticket else {}),
        address=act.address,
    )
    event.pk, event.mac = sign_new(event)
    event.save(force_insert=True)
    chain_after_commit()
    return event
