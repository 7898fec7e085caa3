from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class Issue(models.Model):
    """An issue of a device that one vendor reports. `first_seen_at` is Rollcall's, `since` the vendor's where it reports one."""

    pk = models.CompositePrimaryKey("sighting_id", "key")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="issues", db_constraint=False, db_index=False)
    key = models.CharField(max_length=255)
    title = models.CharField(max_length=512)
    state = models.CharField(max_length=10)
    raw = models.CharField(max_length=255, blank=True)
    since = models.DateTimeField(null=True)
    silenced = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
