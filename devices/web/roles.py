"""Roles and their permissions: Django groups, set after every migrate."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

# Names of groups, translated where they are shown.
HELPDESK = gettext_noop("Helpdesk")
IT_STAFF = gettext_noop("IT staff")
ADMINISTRATOR = gettext_noop("Administrator")

# Permissions are named without their app; those of other apps are listed here.
APPS = dict.fromkeys(("view_installer", "create_installer", "hand_out_installer", "revoke_installer"), "installers")
APPS |= {"export_patch": "patching"}

_HELPDESK = ("view_device", "view_sighting", "view_issue", "annotate_device", "open_remediation", "ask_device", "hand_out_installer")
_IT_STAFF = (
    *_HELPDESK,
    *("view_account", "refresh_account", "export_device", "view_raw", "view_syncrun"),
    *("link_device", "share_view", "tag_device", "retire_device", "settle_device", "triage_issue"),
    *("view_installer", "create_installer", "revoke_installer", "export_patch"),
)
_ADMINISTRATOR = (
    *_IT_STAFF,
    "manage_account",
    "manage_threshold",
    "change_syncrun",
    "delete_note",
    "view_audit",
    "view_quarantine",
    "change_user",
)
ROLES: dict[str, tuple[str, ...]] = {HELPDESK: _HELPDESK, IT_STAFF: _IT_STAFF, ADMINISTRATOR: _ADMINISTRATOR}


def dotted(codename: str) -> str:
    """The permission with its app, as `has_perm` expects it."""
    return f"{APPS.get(codename, 'devices')}.{codename}"


def ensure_roles(**_kwargs: Any) -> None:
    """Create the groups and set their permissions. Runs after Django has created the permissions."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    labels = {"devices", *APPS.values()}
    for label in labels:
        create_permissions(apps.get_app_config(label), verbosity=0)
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(content_type__app_label__in=labels, codename__in=codenames))
