"""Syncs of patch data, and the sources that each account can read."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from devices.db.messages import MessageField
from devices.models import Account, VendorJob
from devices.models.job import ACTIVE
from vendors.patching_api import Source


class PatchRun(VendorJob):
    """One sync of one source of one account."""

    source = models.CharField(max_length=10, choices=[(source.value, source.label) for source in Source])
    since = models.DateTimeField(null=True, help_text="only attempts from here on were requested")
    pages = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0, help_text="missing patches that the vendor no longer lists")
    rejected = models.PositiveIntegerField(default=0)
    repairs = models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py")
    calls = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "source"], condition=models.Q(state__in=ACTIVE), name="one_active_patch_run_per_source"
            )
        ]
        indexes = [
            models.Index(fields=["next_step_at"], condition=models.Q(state__in=ACTIVE), name="patch_run_due"),
            models.Index(fields=["account", "source", "-id"], name="patch_run_by_account"),
        ]


class Reading(models.Model):
    """Access of one account to one source, found out by trying. `can` None: not tried yet, or no answer yet."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="readings")
    source = models.CharField(max_length=10, choices=[(source.value, source.label) for source in Source])
    can = models.BooleanField(null=True)
    sentence = MessageField(blank=True, help_text="why there is no access, or the last error")
    tried_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0, help_text="failed syncs in a row")
    complete_at = models.DateTimeField(null=True, help_text="the last full sync")
    since = models.DateTimeField(null=True, help_text="the next sync of attempts begins here")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "source"], name="one_reading_per_source")]


class Listed(models.Model):
    """The patches on one page of a sync, so that its end can close the others. Emptied when the sync ends.

    One row for each page: a row for each patch would cost as much as the patches themselves, in every sync.
    """

    run = models.ForeignKey(PatchRun, on_delete=models.CASCADE, related_name="listed", db_constraint=False)
    patches = ArrayField(models.BigIntegerField())
