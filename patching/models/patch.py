"""What is missing, failed or installed on a device, as its vendor last told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.models import Account, Device, Sighting
from vendors.patch_states import OPEN_PATCHES, PatchKind, PatchReason, PatchStatus, Severity

OPEN = sorted(status.value for status in OPEN_PATCHES)


class Title(models.Model):
    """What a patch is for, as one vendor names it: an application, package, system or vulnerability. `key` is the vendor's own id of it.

    Some it does not name: `version`, which would be reached, stands for the name, and `likely` is what we infer
    (patching/sync/inferred_titles.py).
    """

    vendor = models.CharField(max_length=20)
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    developer = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=15, choices=[(kind.value, kind.label) for kind in PatchKind])
    version = models.CharField(max_length=255, blank=True, help_text="told in place of a name; empty where it is named")
    likely = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "key"], name="one_title_per_key")]
        indexes = [models.Index(fields=["name", "id"], name="title_by_name")]

    def __str__(self) -> str:
        return self.name


class Patch(models.Model):
    """One patch on one device. Written by patching/sync/patch_writer.py only; triggers keep PatchTally and DeviceTally beside it.

    `device_ref` is the vendor's id of the device; `sighting` is empty until that device was listed. `counted`: the device is listed and in
    use, so that the patch is counted and listed too; what its vendor no longer lists is kept and rests.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    device_ref = models.CharField(max_length=128)
    key = models.CharField(max_length=255)
    sighting = models.ForeignKey(
        Sighting, null=True, on_delete=models.SET_NULL, related_name="patches", db_constraint=False, db_index=False
    )
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="patches", db_constraint=False, db_index=False)
    status = models.CharField(max_length=15, choices=[(each.value, each.label) for each in PatchStatus])
    reason = models.CharField(max_length=10, blank=True, choices=[(each.value, each.label) for each in PatchReason])
    raw = models.CharField(max_length=100, blank=True)
    version = models.CharField(max_length=255, blank=True)
    severity = models.CharField(max_length=15, default=Severity.UNKNOWN, choices=[(each.value, each.label) for each in Severity])
    security = models.BooleanField(null=True)
    restart = models.BooleanField(null=True)
    fixes = ArrayField(models.CharField(max_length=30), default=list)
    released = models.DateField(null=True)
    notes = models.CharField(max_length=1000, blank=True)
    since = models.DateTimeField(null=True, help_text="when the vendor first detected it")
    first_at = models.DateTimeField(help_text="when it was first told to us")
    open_since = models.DateTimeField(help_text="the earlier of the two: what its age counts from")
    counted = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "device_ref", "key"], name="one_patch_per_device_and_key")]
        indexes = [
            models.Index(fields=["sighting"], name="patch_by_sighting"),
            models.Index(fields=["account", "device_ref"], condition=models.Q(counted=False), name="patch_resting"),
            models.Index(fields=["open_since", "id"], condition=models.Q(status__in=OPEN, counted=True), name="patch_open_by_age"),
            models.Index(fields=["open_since", "id"], condition=models.Q(counted=True), name="patch_by_age"),
            models.Index(fields=["title", "status", "open_since", "id"], name="patch_by_title"),
            models.Index(fields=["status", "reason", "open_since", "id"], name="patch_by_status"),
        ]
        permissions = [("export_patch", "Can export patches")]


class PatchTally(models.Model):
    """How many patches that are counted stand so. Kept by a trigger, so that an overview adds up hundreds of rows and not a million."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="tallies", db_constraint=False)
    status = models.CharField(max_length=15)
    reason = models.CharField(max_length=10, blank=True)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "title", "status", "reason"], name="one_patch_tally")]


class DeviceTally(models.Model):
    """How many open patches each device has, and how many of them need more. Kept by triggers, also when devices merge or part."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, related_name="+", db_constraint=False, primary_key=True)
    open = models.IntegerField(default=0)
    high = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    restart = models.IntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=[each, "device"], condition=models.Q(open__gt=0), name=f"device_tally_by_{each}")
            for each in ("open", "high", "failed", "restart")
        ]
