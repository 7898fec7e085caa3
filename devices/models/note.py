from __future__ import annotations

from django.conf import settings
from django.db import models

from devices.models.change import LONGEST_NAME
from devices.models.device import Device


class Note(models.Model):
    """A user's note about a device. Its writer may delete it, never change it."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="notes")
    text = models.TextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=LONGEST_NAME)
    at = models.DateTimeField()
    ticket = models.CharField(max_length=64, blank=True)

    class Meta:
        permissions = [("annotate_device", "Can write notes on devices")]


class DeviceTag(models.Model):
    """A Rollcall tag on a device, beside the tags of vendors. `key` is what is compared."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tags", db_index=False)
    key = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    by_name = models.CharField(max_length=LONGEST_NAME)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "key"], name="one_tag_per_device")]
        # Ordered as bytes, so that the beginning of a tag finds it.
        indexes = [models.Index(fields=["key", "device"], opclasses=["text_pattern_ops", "int8_ops"], name="tag_by_key")]
        permissions = [("tag_device", "Can tag devices")]


class Retirement(models.Model):
    """A device that a user took out of service. The row is deleted when a vendor hears from the device after `at`."""

    device = models.OneToOneField(Device, on_delete=models.CASCADE, primary_key=True, related_name="retirement")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=LONGEST_NAME)
    reason = models.CharField(max_length=500)

    class Meta:
        permissions = [("retire_device", "Can retire devices and bring them back")]
