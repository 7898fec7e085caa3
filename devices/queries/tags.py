"""All tags of devices, ours and those that vendors give, as the list, its files and JSON show them."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from devices.models import Device

# Beside a row of Device; only for the few that are shown.
TAGS = RawSQL(
    """ARRAY(SELECT t.name::text FROM devices_devicetag t WHERE t.device_id = devices_device.id
             UNION SELECT i.value::text FROM devices_sighting s JOIN devices_identifier i ON i.sighting_id = s.id AND i.kind = 'tag'
             WHERE s.device_id = devices_device.id ORDER BY 1)""",
    (),
    output_field=ArrayField(TextField()),
)


def tags_of(devices: Collection[int]) -> dict[int, list[str]]:
    """One query."""
    return dict(Device.objects.filter(pk__in=devices).order_by().annotate(words=TAGS).values_list("pk", "words"))
