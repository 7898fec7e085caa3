from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class Issue(models.Model):
    """Something wrong with a device, as one vendor says. `first_seen_at` is ours, `since` the vendor's where it tells."""

    pk = models.CompositePrimaryKey("sighting_id", "key")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="issues", db_constraint=False, db_index=False)
    key = models.CharField(max_length=255)
    title = models.CharField(max_length=512)
    state = models.CharField(max_length=10)
    raw = models.CharField(max_length=255, blank=True)
    since = models.DateTimeField(null=True)
    silenced = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
