from __future__ import annotations

from django.db import models

from devices.models.device import Device

LONGEST_NAME = 150


class ChangeKind(models.TextChoices):
    """What happened. `FIELD` and `STATE` carry before and after; the others say it all with their kind."""

    FIELD = "field", "Changed"
    STATE = "state", "Status changed"
    MISSING = "missing", "Missing from a complete list"
    GONE = "gone", "Removed"
    RETURNED = "returned", "Listed again"
    LINKED = "linked", "Linked by a person"
    PARTED = "parted", "Split by a user"
    MERGED = "merged", "Merged with another device"
    MOVED = "moved", "A vendor's answer came from or went to another device"
    RETIRED = "retired", "Retired"
    WOKEN = "woken", "Seen again after it was retired"
    SETTLED = "settled", "Disagreement settled"
    TAGGED = "tagged", "Tags changed"
    TRIAGED = "triaged", "Issue triaged"


class Change(models.Model):
    """One thing that changed on a device. `account` and `run_id` say which answer brought it; `actor_name` which person did it.

    That a vendor saw the device for the first time stands in Sighting.created_at, so a first import writes nothing here.
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
