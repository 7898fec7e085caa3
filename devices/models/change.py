from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy

from devices.models.device import Device

LONGEST_NAME = 150


class ChangeKind(models.TextChoices):
    """What happened. `FIELD` and `STATE` carry before and after; the others say it all with their kind."""

    FIELD = "field", gettext_lazy("Changed")
    STATE = "state", gettext_lazy("Status changed")
    MISSING = "missing", gettext_lazy("Missing from full sync")
    GONE = "gone", gettext_lazy("Removed")
    RETURNED = "returned", gettext_lazy("Reported again")
    LINKED = "linked", gettext_lazy("Merged by a user")
    PARTED = "parted", gettext_lazy("Split by a user")
    MERGED = "merged", gettext_lazy("Merged with another device")
    MOVED = "moved", gettext_lazy("Record moved")
    RETIRED = "retired", gettext_lazy("Retired")
    WOKEN = "woken", gettext_lazy("Restored automatically")
    SETTLED = "settled", gettext_lazy("Data conflict resolved")
    TAGGED = "tagged", gettext_lazy("Tags changed")
    TRIAGED = "triaged", gettext_lazy("Issue decision")


class Change(models.Model):
    """One thing that changed on a device. `account` and `run_id` say which answer brought it; `actor_name` which person did it.

    The first sighting by a vendor is Sighting.created_at, so a first import writes nothing here.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="changes", db_constraint=False, db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=ChangeKind)
    field = models.CharField(max_length=20, blank=True)
    before = models.CharField(max_length=255, blank=True)
    after = models.CharField(max_length=255, blank=True)
    account_id = models.BigIntegerField(null=True)
    run_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    ticket = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["device", "-at", "-id"], name="change_of_device"),
            models.Index(fields=["at"], name="change_by_age"),
        ]


class Subject(models.TextChoices):
    """What a former state is of. `ref` is a sighting, or for the last three a device (retirement) or an account."""

    PLACEMENT = "placement", "the device of a record"
    PRESENCE = "presence", "presence of a record, and what coverage counts"
    VALUES = "values", "values of a record"
    ISSUE = "issue", "issue of a record"
    TRIAGE = "triage", "decision about an issue of a record"
    SETTLEMENT = "settlement", "record chosen for a field"
    RETIREMENT = "retirement", "retirement of a device"
    ACCOUNT = "account", "account"
    QUARANTINE = "quarantine", "invalid record of an account"
    RUN = "run", "full sync of an account that proved nothing"


class FormerState(models.Model):
    """What a row was until `until`: the columns that changed then, or those of a row that was deleted. Written by triggers.

    `key`: what tells several rows of one `ref` apart: the key of an issue, the former device of a record. No foreign key: the triggers
    delete the rows of a deleted record and account.
    """

    subject = models.CharField(max_length=10, choices=Subject)
    ref = models.BigIntegerField()
    key = models.CharField(max_length=255, blank=True)
    until = models.DateTimeField()
    was = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["ref", "subject", "until"], name="former_of_row"),
            models.Index(fields=["key"], condition=models.Q(subject="placement"), name="former_by_device"),
            models.Index(fields=["until"], condition=models.Q(subject__in=["placement", "presence"]), name="former_of_coverage"),
            BrinIndex(fields=["until"], name="former_by_age", autosummarize=True),  # rows are added in this order
        ]
