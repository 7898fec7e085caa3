from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A user. Permissions come from groups only: see devices/web/roles.py."""

    class Meta(AbstractUser.Meta):
        permissions = [("view_audit", "Can read the audit log")]
