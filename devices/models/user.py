from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user. Permissions come from groups only: see devices/web/roles.py."""

    language = models.CharField(max_length=10, blank=True, help_text="a code as `de`; empty: the browser's")
    time_zone = models.CharField(max_length=64, blank=True, help_text="a name as `Europe/Berlin`; empty: the browser's")

    class Meta(AbstractUser.Meta):
        permissions = [("view_audit", "Can read the audit log")]
