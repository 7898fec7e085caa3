"""The three roles and what each may do. Rights are Django permissions held by groups, made after every migrate."""

from __future__ import annotations

from typing import Any

HELPDESK = "Helpdesk"
IT_STAFF = "IT staff"
ADMINISTRATOR = "Administrator"

_HELPDESK = ("view_device", "view_sighting", "view_issue", "annotate_device", "open_remediation", "ask_device")
_IT_STAFF = (
    *_HELPDESK,
    *("view_account", "refresh_account", "export_device", "view_raw", "view_syncrun"),
    *("link_device", "share_view", "tag_device", "retire_device", "settle_device"),
)
_ADMINISTRATOR = (*_IT_STAFF, "manage_account", "manage_threshold", "change_syncrun", "delete_note", "view_audit", "view_quarantine")
ROLES: dict[str, tuple[str, ...]] = {HELPDESK: _HELPDESK, IT_STAFF: _IT_STAFF, ADMINISTRATOR: _ADMINISTRATOR}


def ensure_roles(**_kwargs: Any) -> None:
    """Make the groups and give each exactly its permissions. Runs after Django has made the permissions themselves."""
    from django.apps import apps
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(apps.get_app_config("devices"), verbosity=0)
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(Permission.objects.filter(content_type__app_label="devices", codename__in=codenames))
