from __future__ import annotations

from django.db import models

from devices.models.sighting import Sighting


class Identifier(models.Model):
    """A normalised serial, MAC, hostname … of a sighting. Junk keys are kept and shown; they never match.

    A row without a value is a derived notation (vendors/parsing/notations.py): it matches and is searched, and is never shown or exported.
    """

    pk = models.CompositePrimaryKey("sighting_id", "kind", "key")
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="identifiers", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=255)
    value = models.CharField(max_length=512)
    junk = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["key", "kind"], opclasses=["text_pattern_ops", "text_ops"], name="identifier_by_key")]


def identifiers_of(sighting: str) -> str:
    """SQL: kind, key, value and junk of the identifiers of the sighting whose id this column is.

    OFFSET keeps other conditions out, so that only the primary key fits; statistics of a table that was just filled say that it is empty,
    and by them the planner reads the whole of `identifier_by_key` for each sighting.
    """
    return f"(SELECT kind, key, value, junk FROM devices_identifier WHERE sighting_id = {sighting} OFFSET 0)"
