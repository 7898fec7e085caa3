from __future__ import annotations

from django.db import models

from devices.models.device import Device

MOST_GAPS = 1000


class CoverageTally(models.Model):
    """How many devices have each state at each account, counted by a worker (devices/coverage/tallies.py). One row."""

    at = models.DateTimeField()
    counts = models.JSONField(help_text="dimension, value, id of an account, devices by code of state")


class GapCount(models.Model):
    """The number of gaps of a device that has any, and its name, so that devices can be read in this order (devices/coverage/gaps.py)."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    rank = models.PositiveSmallIntegerField(help_text="MOST_GAPS without the number: the most gaps first")
    name = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [models.Index(fields=["rank", "name", "device"], name="gap_count_order")]
