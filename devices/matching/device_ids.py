"""Ids of devices that merge and split: the oldest keeps its id, old ids redirect to it, and a split device gets its old id back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, connection, models, transaction

from devices.history import writer as changes
from devices.matching.grouping import Cluster
from devices.models import Device, FormerDevice, Retirement, Sighting


@dataclass(slots=True)
class IdAssignment:
    """`devices`: sighting → device. `merged`: device that ends → (the one it became part of, its oldest sighting)."""

    devices: dict[int, int] = field(default_factory=dict)
    merged: dict[int, tuple[int, int]] = field(default_factory=dict)


def name_devices(groups: Sequence[Cluster]) -> IdAssignment:
    """A device belongs to its oldest live sighting; a merged group keeps the oldest device."""
    naming = IdAssignment()
    nameless: list[Cluster] = []
    anchors = _anchors(groups)
    for group in groups:
        claims = sorted(member.device for member in group.members if member.device is not None and anchors[member.device] == member.id)
        if not claims:
            nameless.append(group)
            continue
        naming.devices.update((member.id, claims[0]) for member in group.members)
        naming.merged.update((device, (claims[0], anchors[device])) for device in claims[1:])
    for group, device in zip(nameless, _ids_for(nameless), strict=True):
        naming.devices.update((member.id, device) for member in group.members)
    return naming


def _anchors(groups: Sequence[Cluster]) -> dict[int, int]:
    """The oldest live sighting of each device as it is now; of a device without one, the oldest."""
    found: dict[int, tuple[bool, int]] = {}
    for group in groups:
        for member in group.members:
            if member.device is not None:
                age = (not member.live, member.id)
                found[member.device] = min(age, found.get(member.device, age))
    return {device: sighting for device, (_, sighting) in found.items()}


def _ids_for(groups: Sequence[Cluster]) -> list[int]:
    if not groups:
        return []
    former = _former_ids([member.id for group in groups for member in group.members if member.device is not None])
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('devices_device_id_seq') FROM generate_series(1, %s)", [len(groups)])
        fresh = iter([row[0] for row in cursor.fetchall()])
    chosen = [min((former[member.id] for member in group.members if member.id in former), default=None) or next(fresh) for group in groups]
    FormerDevice.objects.filter(pk__in=set(former.values()) & set(chosen)).delete()
    return chosen


def _former_ids(leaving: Collection[int]) -> dict[int, int]:
    """Sighting → the id that its device had before it was merged."""
    if not leaving:
        return {}
    return dict(FormerDevice.objects.filter(anchor_id__in=leaving).order_by("-pk").values_list("anchor_id", "pk"))


def move_sightings(devices: Mapping[int, int]) -> None:
    """Sighting → device, in the order of ids."""
    if not devices:
        return
    ordered = sorted(devices)
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE devices_sighting s SET device_id = m.device_id
               FROM unnest(%s::bigint[], %s::bigint[]) AS m(id, device_id) WHERE s.id = m.id""",
            [ordered, [devices[each] for each in ordered]],
        )


def move_related_rows(merged: Mapping[int, tuple[int, int]], now: datetime, *, reason: str = "") -> None:
    """Move the rows of a merged device to the remaining one, and keep its id as a former one. Call after the summary."""
    if not merged:
        return
    # A retirement ends with its device: the remaining one stays in service.
    Retirement.objects.filter(device__in=list(merged)).delete()
    related = _related()
    for old, (new, _) in sorted(merged.items()):
        for model, name in related:
            _give(model, name, old, new)
    changes.record_merges({old: new for old, (new, _) in merged.items()}, now, reason=reason)
    FormerDevice.objects.bulk_create(FormerDevice(id=old, device_id=new, anchor_id=anchor) for old, (new, anchor) in merged.items())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM devices_device WHERE id = ANY(%s)", [list(merged)])


def _related() -> list[tuple[type[models.Model], str]]:
    """Every table of every app that points at a device, except sightings, which are moved one by one."""
    relations = Device._meta.get_fields(include_hidden=True)
    found = [each for each in relations if isinstance(each, models.ManyToOneRel) and each.related_model is not Sighting]
    return [(each.related_model, each.field.name) for each in found]


def _give(model: type[models.Model], name: str, old: int, new: int) -> None:
    """A row that the other device already has (the same tag) is deleted."""
    rows = model._default_manager.filter(**{name: old})
    if not rows.exists():
        return
    try:
        with transaction.atomic():
            rows.update(**{name: new})
    except IntegrityError:
        for row in rows:
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: new})
            except IntegrityError:
                row.delete()
