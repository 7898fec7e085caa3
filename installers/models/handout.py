"""The log of what was given to whom. The secret part of a short link is not in it, only its hash."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from devices.models import Device
from devices.models.change import LONGEST_NAME

LONGEST_RECIPIENT = 200


class Way(models.TextChoices):
    """How it was given. Nobody can tell whether a link that was shown was used; a short link is counted."""

    SHOWN = "shown", "Link shown"
    SHORT = "short", "Short link"


class Handout(models.Model):
    """One installer, given once. `device` is what it was meant for, if anybody said so: by that it is known when it arrived."""

    installer = models.ForeignKey("installers.Installer", on_delete=models.CASCADE, related_name="handouts", db_index=False)
    way = models.CharField(max_length=5, choices=Way)
    mark = models.CharField(max_length=64, unique=True, editable=False, help_text="hash of the token: the same form gives once")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    giver = models.CharField(max_length=LONGEST_NAME, help_text="the name of that person then")
    recipient = models.CharField(max_length=LONGEST_RECIPIENT, blank=True)
    ticket = models.CharField(max_length=100, blank=True)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(null=True, help_text="of the short link")
    most_uses = models.PositiveIntegerField(null=True, help_text="null: as often as it is asked for")
    uses = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True, help_text="the last time")
    ended_at = models.DateTimeField(null=True, help_text="switched off, or nobody needs to watch it any more")
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
        """None: as often as it is asked for."""
        return None if self.most_uses is None else max(0, self.most_uses - self.uses)
