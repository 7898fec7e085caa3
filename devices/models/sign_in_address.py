from __future__ import annotations

from django.conf import settings
from django.db import models


class SignInAddress(models.Model):
    """A usual address of a user: a network from which the user has signed in. Failures elsewhere do not block it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_in_addresses", db_index=False)
    network = models.CharField(max_length=43, blank=True, help_text="an IPv4 address or an IPv6 network; empty: a unix socket")
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="one_row_per_network")]
