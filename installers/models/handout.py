"""Deliveries: which installer was shared with which recipient. The token of a short link is not stored, only its hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from devices.models import Device
from devices.models.change import LONGEST_NAME

LONGEST_RECIPIENT = 200


class Way(models.TextChoices):
    """How it was shared. Downloads are counted only through a short link; of one for several devices at the delivery that has the link."""

    SHOWN = "shown", gettext_lazy("Vendor link")
    SHORT = "short", gettext_lazy("Short link")
    GROUP = "group", gettext_lazy("Short link for several devices")


class Handout(models.Model):
    """A delivery: one installer, shared once. `device`: the device it is for, if any; the delivery closes when that device enrolls."""

    installer = models.ForeignKey("installers.Installer", on_delete=models.CASCADE, related_name="handouts", db_index=False)
    way = models.CharField(max_length=5, choices=Way)
    mark = models.CharField(
        max_length=64, unique=True, editable=False, help_text="hash of the token: a form that is sent twice shares once"
    )
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    giver = models.CharField(max_length=LONGEST_NAME, help_text="username at that time")
    recipient = models.CharField(max_length=LONGEST_RECIPIENT, blank=True)
    ticket = models.CharField(max_length=100, blank=True)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    through = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="members", help_text="which has the link of a group"
    )
    expires_at = models.DateTimeField(null=True, help_text="of the short link")
    most_uses = models.PositiveIntegerField(null=True, help_text="null: unlimited")
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, help_text="last download")
    ended_at = models.DateTimeField(null=True, help_text="disabled (short link) or closed by a user")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["installer", "-id"], name="handout_by_installer"),
            models.Index(fields=["given_by", "-id"], name="handout_by_giver"),
        ]

    @property
    def short(self) -> bool:
        return self.way == Way.SHORT

    @property
    def left(self) -> int | None:
        """Downloads that remain; None: unlimited."""
        return None if self.most_uses is None else max(0, self.most_uses - self.uses)
