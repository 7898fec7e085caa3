from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class RemediationLink(models.Model):
    """The vendor's own page on which this device can be repaired. Whoever holds the address can act, so it is sealed and never listed."""

    sighting = models.OneToOneField(Sighting, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="remediation")
    sealed = models.TextField()

    class Meta:
        permissions = [("open_remediation", "Can open a device's remediation page")]

    @staticmethod
    def context(sighting: int) -> str:
        """What a sealed address is bound to."""
        return f"devices.remediationlink:sealed:{sighting}"
