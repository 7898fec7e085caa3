from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class Identifier(models.Model):
    """A normalised serial, MAC, hostname … of a sighting. Junk keys are kept and shown; they never match."""

    pk = models.CompositePrimaryKey("sighting_id", "kind", "key")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="identifiers", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=255)
    value = models.CharField(max_length=512)
    junk = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["key", "kind"], opclasses=["text_pattern_ops", "text_ops"], name="identifier_by_key")]
