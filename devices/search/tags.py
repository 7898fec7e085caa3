"""The tags of devices, of Rollcall and of vendors, as the list, its files and JSON show them."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from devices.models import Device

# Beside a row of Device, those of Rollcall first; only for the few that are shown.
TAGS_SQL = """ARRAY(SELECT word FROM (
    SELECT t.name::text AS word, 0 AS place FROM devices_devicetag t WHERE t.device_id = devices_device.id
    UNION ALL SELECT i.value::text, 1 FROM devices_sighting s JOIN devices_identifier i ON i.sighting_id = s.id AND i.kind = 'tag'
    WHERE s.device_id = devices_device.id) words GROUP BY word ORDER BY min(place), word)"""
TAGS = RawSQL(TAGS_SQL, (), output_field=ArrayField(TextField()))  # noqa: S611  # nosec B611 # a constant


def tags_of(devices: Collection[int]) -> dict[int, list[str]]:
    """One query."""
    return dict(Device.objects.filter(pk__in=devices).order_by().annotate(words=TAGS).values_list("pk", "words"))
