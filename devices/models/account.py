from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from devices.db.messages import MessageField
from devices.encryption import cipher
from vendors.base import Vendor
from vendors.registry import VENDORS, choices
from vendors.secret import Secret


class Health(models.TextChoices):
    """The outcome of an account's last syncs, as it is stored. What that means together with everything else:
    devices/account_status/status.py."""

    NEW = "new", gettext_lazy("Never synced")
    OK = "ok", gettext_lazy("OK")
    FAILING = "failing", gettext_lazy("Failing")
    PERSON = "person", gettext_lazy("Credentials refused")


class Account(models.Model):
    """Our credentials at one vendor. Secrets are rows of AccountSecret; `tokens` is sealed and never leaves the token store."""

    name = models.SlugField(max_length=60, unique=True)
    vendor = models.CharField(max_length=20, choices=choices)
    enabled = models.BooleanField(default=True)
    switched_off_at = models.DateTimeField(null=True, help_text="since when nobody asks any more")
    deletion_requested_at = models.DateTimeField(null=True, help_text="since when workers delete it; nothing is synced any more")
    deletion_requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    deletion_progress = models.JSONField(default=dict, help_text="rows deleted so far, by what they are called")
    settings = models.JSONField(default=dict)
    ca_pem = models.TextField(blank=True)
    strict_ca = models.BooleanField(default=True)
    private_hosts = models.JSONField(default=list, blank=True, help_text="host:port on private networks that an administrator allowed")
    full_every = models.PositiveIntegerField(null=True, blank=True, help_text="seconds; empty: as the vendor's default")
    changes_every = models.PositiveIntegerField(null=True, blank=True, help_text="seconds; empty: as the vendor's default")
    tokens = models.TextField(blank=True, editable=False)
    health = models.CharField(max_length=10, choices=Health, default=Health.NEW)
    health_code = models.CharField(max_length=30, blank=True)
    health_sentence = MessageField(blank=True)
    health_next_step = MessageField(blank=True)
    health_since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    try_after = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True, help_text="when the last complete run over everything ended")
    changes_at = models.DateTimeField(null=True, help_text="when the last run that brought changes ended")
    changes_since = models.DateTimeField(null=True, help_text="start of that run: the next one asks for what changed since")
    gaps_at = models.DateTimeField(null=True, help_text="when it was last worked out which devices its complete list lacks")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = [("manage_account", "Can add and change vendor accounts"), ("refresh_account", "Can refresh now")]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def tokens_context(pk: int) -> str:
        """What sealed tokens are bound to."""
        return f"devices.account:tokens:{pk}"

    @property
    def being_deleted(self) -> bool:
        return self.deletion_requested_at is not None

    @property
    def about(self) -> Vendor:
        return VENDORS[self.vendor]

    @property
    def full_seconds(self) -> int:
        return self.about.full_every if self.full_every is None else self.full_every

    @property
    def changes_seconds(self) -> int:
        return self.about.changes_every if self.changes_every is None else self.changes_every


class AccountSecret(models.Model):
    """One write-only secret of an account, sealed and bound to this row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=40)
    sealed = models.TextField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="one_secret_per_name")]

    @staticmethod
    def context(pk: uuid.UUID) -> str:
        """What a sealed secret is bound to."""
        return f"devices.accountsecret:sealed:{pk}"

    def seal(self, value: Secret) -> None:
        self.sealed = cipher.seal(value.reveal(), context=self.context(self.pk))

    def open(self) -> Secret:
        return Secret(cipher.unseal(self.sealed, context=self.context(self.pk)))
