"""Patches: missing, failed or installed on a device, as the vendor last reported them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.models import Account, Device, Sighting
from vendors.patch_states import OPEN_PATCHES, PatchKind, PatchReason, PatchStatus, Severity

OPEN = sorted(status.value for status in OPEN_PATCHES)


class Title(models.Model):
    """An application, package, system or vulnerability that a patch is for, as one vendor names it. `key`: the vendor's id of it.

    Without a name from the vendor, `version` is the target version, and `likely` the title that Rollcall infers
    (patching/sync/inferred_titles.py).
    """

    vendor = models.CharField(max_length=20)
    key = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    developer = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=15, choices=[(kind.value, kind.label) for kind in PatchKind])
    version = models.CharField(max_length=255, blank=True, help_text="reported in place of a name; empty where there is a name")
    likely = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "key"], name="one_title_per_key")]
        indexes = [models.Index(fields=["name", "id"], name="title_by_name")]

    def __str__(self) -> str:
        return self.name


class Patch(models.Model):
    """One patch on one device. Written by patching/sync/patch_writer.py only; triggers keep PatchTally and DeviceTally beside it.

    `device_ref` is the vendor's id of the device; `sighting` is empty until that device was synced. `counted`: the device is active, so
    that the patch is counted and listed; patches of other devices are kept.
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
    first_at = models.DateTimeField(help_text="when it was first reported to Rollcall")
    open_since = models.DateTimeField(help_text="the earlier of the two; its age counts from here")
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
    """Number of counted patches by status and reason. Kept by a trigger, so that the overview adds up hundreds of rows, not a million."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="tallies", db_constraint=False)
    status = models.CharField(max_length=15)
    reason = models.CharField(max_length=10, blank=True)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "title", "status", "reason"], name="one_patch_tally")]


class DeviceTally(models.Model):
    """Number of open patches of each device, and of those that need action. Kept by triggers, also when devices are merged or split."""

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
