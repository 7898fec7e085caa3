from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from devices.db.messages import MessageField
from devices.models.account import Account
from devices.models.job import ACTIVE, VendorJob
from vendors.base import Scope


class SyncRun(VendorJob):
    """One sync of one account. `lane` keeps one list run per account; named devices have lanes of their own."""

    scope = models.JSONField(default=dict)
    kind = models.CharField(max_length=10)
    lane = models.CharField(max_length=80, default="list")
    interactive = models.BooleanField(default=False)
    pages = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    repairs = models.JSONField(default=list, help_text="see devices/reconciliation/field_repairs.py; of devices their sightings tell it")
    calls = models.PositiveIntegerField(default=0)
    first_page_at = models.DateTimeField(null=True, help_text="when its first devices arrived")
    page_seconds = models.FloatField(default=0.0, db_default=0.0, help_text="spent on pages of devices, without any wait")
    absent = models.JSONField(default=list, help_text="names that the vendor said it does not know")
    missing = models.PositiveIntegerField(default=0)
    withheld = models.PositiveIntegerField(default=0, help_text="disappearances held back for a person")
    decided_at = models.DateTimeField(null=True, help_text="when a person decided that what is withheld is to be marked as missing")
    decided_reason = models.TextField(blank=True)
    marked_at = models.DateTimeField(null=True, help_text="when a worker was last told to mark some of it, or did")
    applied_at = models.DateTimeField(null=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "lane"], condition=models.Q(state__in=ACTIVE), name="one_active_run_per_lane")
        ]
        indexes = [
            models.Index(fields=["next_step_at"], condition=models.Q(state__in=ACTIVE), name="run_due"),
            models.Index(fields=["account", "-id"], name="run_by_account"),
            models.Index(fields=["account", "-started_at"], name="run_by_start"),
            models.Index(
                fields=["account", "kind", "finished_at"],
                condition=models.Q(state="cancelled", error_code="cancelled"),
                name="run_cancelled",
            ),
            models.Index(fields=["decided_at"], condition=models.Q(decided_at__isnull=False, applied_at=None), name="run_decided"),
        ]

    @property
    def asked_at(self) -> datetime | None:
        """Also when the user is at the command line and has no name."""
        return self.created_at if self.interactive else None

    @property
    def being_applied(self) -> bool:
        """A user decided, and a worker has not marked everything yet."""
        return self.decided_at is not None and self.applied_at is None

    @property
    def unusable(self) -> int:
        """Records that could not be used, with and without a name."""
        return self.quarantined + self.rejected

    @property
    def walk_scope(self) -> Scope:
        return Scope.from_json(self.scope)


class Quarantine(models.Model):
    """A record that could not be used, with the reason. One row per account and record; it leaves when the record is well again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="quarantine", db_index=False)
    external_id = models.CharField(max_length=128)
    reason = MessageField()
    sample = models.TextField(help_text="redacted, at most 2 kB")
    run = models.ForeignKey(SyncRun, null=True, on_delete=models.SET_NULL)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="one_quarantine_per_id")]
