from __future__ import annotations

from django.db import models

from devices.models.change import LONGEST_NAME


class Threshold(models.Model):
    """When a vendor's word about a device grows old: seconds since the device reported. Without a row the vendor's own numbers count."""

    vendor = models.CharField(max_length=20, primary_key=True)
    live = models.PositiveIntegerField(help_text="up to here: live; then ageing")
    stale = models.PositiveIntegerField(help_text="from here: stale, not counted in the verdict")
    unseen = models.PositiveIntegerField(help_text="from here: unseen")
    changed_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=LONGEST_NAME)

    class Meta:
        permissions = [("manage_threshold", "Can change staleness thresholds")]
