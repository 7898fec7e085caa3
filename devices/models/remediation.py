from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class RemediationLink(models.Model):
    """The vendor's remediation page of a device. The address allows actions, so it is encrypted and never listed."""

    sighting = models.OneToOneField(Sighting, on_delete=models.CASCADE, primary_key=True, db_constraint=False, related_name="remediation")
    sealed = models.TextField()

    class Meta:
        permissions = [("open_remediation", "Can open a device's remediation page")]

    @staticmethod
    def context(sighting: int) -> str:
        """What a sealed address is bound to."""
        return f"devices.remediationlink:sealed:{sighting}"
