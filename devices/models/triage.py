from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from devices.models.account import Account
from devices.models.change import LONGEST_NAME
from devices.models.device import Device


class IssueKind(models.TextChoices):
    """Source of an issue: reported by a vendor, or noticed by Rollcall because of old data or a coverage gap."""

    ISSUE = "issue", gettext_lazy("Reported by vendor")
    STALE = "stale", gettext_lazy("No recent contact")
    GAP = "gap", gettext_lazy("Coverage gap")


class Standing(models.TextChoices):
    """Decision of a user about an issue."""

    ACKNOWLEDGED = "acknowledged", gettext_lazy("Acknowledged")
    SNOOZED = "snoozed", gettext_lazy("Snoozed")
    MUTED = "muted", gettext_lazy("Muted")


class Triage(models.Model):
    """A user's decision about one issue. In force while the issue is what `token` says, `until` has not come, and nothing ended it.

    Whether it is in force is asked when it is read (devices/issues/rows.py), so that it is never late; `ended_at` only remembers.
    `ref` is a sighting, for a gap the id of the gap; both stay when devices merge.
    """

    kind = models.CharField(max_length=10, choices=IssueKind)
    ref = models.BigIntegerField()
    key = models.CharField(max_length=255, blank=True)
    standing = models.CharField(max_length=12, choices=Standing)
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    ticket = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=LONGEST_NAME)
    at = models.DateTimeField()
    token = models.TextField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "key"], name="one_triage_per_issue")]
        permissions = [("triage_issue", "Can acknowledge, snooze and mute issues")]


class Assignment(models.Model):
    """The user to whom an issue is assigned. Ends with the user, and with the issue (`tidy` of devices/issues/decisions.py)."""

    kind = models.CharField(max_length=10, choices=IssueKind)
    ref = models.BigIntegerField()
    key = models.CharField(max_length=255, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    by_name = models.CharField(max_length=LONGEST_NAME)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref", "key"], name="one_assignment_per_issue")]


class ProblemEvent(models.Model):
    """An entry in the history of a problem: a note, a decision or an assignment. `problem`: as `ProblemKey.text`; `number`: of issues."""

    problem = models.CharField(max_length=600)
    at = models.DateTimeField()
    action = models.CharField(max_length=12, help_text="note, a Standing, open, assigned or unassigned")
    number = models.IntegerField(default=0, db_default=0)
    text = models.TextField(blank=True)
    until = models.DateField(null=True)
    ticket = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    by_name = models.CharField(max_length=LONGEST_NAME)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        indexes = [models.Index(fields=["problem", "-id"], name="event_of_problem")]


class Gap(models.Model):
    """A device that a full sync of an account did not list, and since when. A worker renews them (devices/coverage/gaps.py)."""

    # No constraint: renewing must not hold up imports; a gap of a device that ended shows nowhere and goes with the next round.
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="gaps", db_constraint=False, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="gaps", db_index=False)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "device"], name="one_gap_per_account")]
        indexes = [
            models.Index(fields=["since", "id"], name="gap_by_age"),
            models.Index(fields=["device"], name="gap_of_device"),
        ]
