from __future__ import annotations

from django.db import models

from devices.models.change import LONGEST_NAME
from devices.models.device import Device
from devices.models.sighting import Sighting


class Settlement(models.Model):
    """A user's choice of the source for one field of a device. In force while every vendor reports the same values.

    `told` holds those values ("sighting=value", one a line); when one changes, the choice ends automatically.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="settlements")
    field = models.CharField(max_length=20)
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="+")
    told = models.TextField()
    reason = models.CharField(max_length=500)
    made_by_name = models.CharField(max_length=LONGEST_NAME)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=LONGEST_NAME, blank=True, help_text="empty: a vendor's word changed")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "field"], condition=models.Q(ended_at=None), name="one_settlement_per_field")
        ]
        permissions = [("settle_device", "Can resolve data conflicts")]
