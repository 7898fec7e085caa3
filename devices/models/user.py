from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A user. Permissions come from groups only: see devices/web/roles.py."""

    language = models.CharField(max_length=10, blank=True, help_text="a code as `de`; empty: the browser's")
    time_zone = models.CharField(max_length=64, blank=True, help_text="a name as `Europe/Berlin`; empty: the browser's")

    class Meta(AbstractUser.Meta):
        permissions = [("view_audit", "Can read the audit log")]


class SignInAddress(models.Model):
    """A usual address of a user: a network from which the user has signed in. Failures elsewhere do not block it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_addresses", db_index=False)
    network = models.CharField(max_length=43, blank=True, help_text="an IPv4 address or an IPv6 network; empty: a unix socket")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="one_row_per_network")]
