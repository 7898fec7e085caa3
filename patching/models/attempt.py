"""Patch attempts, kept longer than the vendor keeps them."""

from __future__ import annotations

from django.db import models

from devices.models import Account, Sighting
from patching.models.patch import Title
from patching.models.run import PatchRun
from vendors.patch_states import PatchReason, PatchStatus


class Attempt(models.Model):
    """One attempt to install one patch. Vendors give no id, so two digests replace it.

    `exact` identifies an attempt with a device. `loose` leaves out the device, so that an attempt without a device is recognized, and
    counted once, when it is reported with its device. A trigger keeps AttemptTally beside it.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="attempts", db_constraint=False, db_index=False)
    device_ref = models.CharField(max_length=128, blank=True)
    sighting = models.ForeignKey(
        Sighting, null=True, on_delete=models.SET_NULL, related_name="attempts", db_constraint=False, db_index=False
    )
    exact = models.BinaryField(max_length=16, null=True)
    loose = models.BinaryField(max_length=16)
    status = models.CharField(max_length=15, choices=[(each.value, each.label) for each in PatchStatus])
    reason = models.CharField(max_length=10, blank=True, choices=[(each.value, each.label) for each in PatchReason])
    raw = models.CharField(max_length=100, blank=True)
    before = models.CharField(max_length=255, blank=True)
    before_number = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    after = models.CharField(max_length=255, blank=True)
    after_number = models.DecimalField(max_digits=20, decimal_places=0, null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    at = models.DateTimeField(help_text="its end, else its start, else when it was first reported to Rollcall")
    day = models.DateField(help_text="the day of `at` in the time zone of this installation")
    first_at = models.DateTimeField(help_text="when it was first reported to Rollcall")
    last = models.BooleanField(default=False, help_text="no later one of the same application on its device is known")
    run = models.ForeignKey(PatchRun, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "exact"], name="one_attempt_per_device")]
        indexes = [
            models.Index(fields=["account", "loose"], name="attempt_by_loose"),
            models.Index(fields=["-at", "-id"], name="attempt_by_time"),
            models.Index(fields=["title", "-at", "-id"], name="attempt_by_title"),
            models.Index(fields=["title", "after"], name="attempt_by_version"),
            models.Index(fields=["status", "reason", "-at", "-id"], name="attempt_by_status"),
            models.Index(fields=["sighting", "-at"], condition=models.Q(sighting__isnull=False), name="attempt_by_sighting"),
            models.Index(
                fields=["account", "device_ref", "title", "-at", "-id"], condition=~models.Q(device_ref=""), name="attempt_by_device_title"
            ),
            models.Index(
                fields=["account", "device_ref"],
                condition=models.Q(sighting__isnull=True) & ~models.Q(device_ref=""),
                name="attempt_unplaced",
            ),
        ]


class AttemptTally(models.Model):
    """Number of attempts by day, status and reason. Kept by a trigger."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    day = models.DateField()
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    status = models.CharField(max_length=15)
    reason = models.CharField(max_length=10, blank=True)
    last = models.BooleanField(default=False)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day", "title", "status", "reason", "last"], name="one_attempt_tally")]
        indexes = [models.Index(fields=["day"], name="attempt_tally_by_day")]
