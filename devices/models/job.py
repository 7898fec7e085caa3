from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy

from devices.db.messages import MessageField
from devices.models.account import Account
from vendors.texts import Message, gettext_noop


class JobState(models.TextChoices):
    REQUESTED = "requested", gettext_lazy("Queued")
    RUNNING = "running", gettext_lazy("Running")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")
    CANCELLED = "cancelled", gettext_lazy("Canceled")


ACTIVE = (JobState.REQUESTED, JobState.RUNNING)
RATE_LIMIT = Message(gettext_noop("rate limit"))  # what a job waits for when its calls are used up, or its vendor refuses more


class VendorJob(models.Model):
    """Work at a vendor that spans calls: a cursor in the database. Only devices/jobs/engine.py writes these columns.

    `fence` grows with every claim: a worker that was stopped and wakes up later holds an old number, and its writes are refused.
    `attempts` counts tries of the present step, so that a step that kills its worker ends the job instead of looping.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="%(class)ss")
    state = models.CharField(max_length=10, choices=JobState, default=JobState.REQUESTED)
    cursor = models.JSONField(null=True)
    next_step_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    refusals = models.PositiveSmallIntegerField(default=0, help_text="times in a row that the vendor said: too many calls")
    steps = models.PositiveIntegerField(default=0)
    waiting_for = MessageField(blank=True)
    error_code = models.CharField(max_length=30, blank=True)
    error = MessageField(blank=True)
    error_next_step = MessageField(blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    progressed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def active(self) -> bool:
        return self.state in ACTIVE

    @property
    def asked_at(self) -> datetime | None:
        """When a user asked for it; None for what was planned."""
        return self.created_at if self.requested_by_id else None
