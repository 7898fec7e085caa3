"""Authentication backend: that of django-allauth, which reads all permissions of a user with one query instead of two."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from devices.models import User

_CACHE = "_perm_cache"  # Django's
_PERMISSIONS = """
SELECT c.app_label || '.' || p.codename FROM auth_permission p JOIN django_content_type c ON c.id = p.content_type_id
WHERE p.id IN (
    SELECT permission_id FROM devices_user_user_permissions WHERE user_id = %(user)s
    UNION ALL
    SELECT permission_id FROM auth_group_permissions WHERE group_id IN (SELECT group_id FROM devices_user_groups WHERE user_id = %(user)s)
)
"""


class RollcallBackend(AuthenticationBackend):
    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Every page checks permissions, and building Django's two queries took a tenth of a short page's time."""
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return set(super().get_all_permissions(user_obj, obj))
        found: set[str] | None = getattr(user_obj, _CACHE, None)
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(_PERMISSIONS, {"user": user_obj.pk})
                found = {name for (name,) in cursor.fetchall()}
            setattr(user_obj, _CACHE, found)
        return found
