"""A part of the fleet: the devices of an operating system, of a group, with a tag. It means the same on every list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from devices.device_list import conditions
from devices.lists.filters import FilterField, FilterSet
from devices.models import Device, DeviceGroup
from vendors.states import Family

OS = {family.value: family.label for family in Family}
PART = {"os": FilterField("OS", OS), "group": FilterField("Group"), "tag": FilterField("Tag")}
MOST_GROUPS = 200
MOST_NAMED = 5000


@dataclass(frozen=True, slots=True)
class MatchingDevices:
    """The devices of a part, for lists of what hangs on devices. Such a list begins with `ids`; without them they are so many that it goes
    through its own order and asks of each device whether it is one of them.
    """

    condition: Q = field(default_factory=Q)
    ids: list[int] | None = None

    def selected(self, *columns: str) -> tuple[str, dict[str, Any]]:
        """As FROM takes them, and the values that are named in it, by names that begin with `part_`."""
        if self.ids is not None:
            return f"(SELECT {', '.join(columns)} FROM devices_device WHERE id = ANY(%(part_ids)s))", {"part_ids": self.ids}
        text, values = Device.objects.filter(self.condition).order_by().values(*columns).query.sql_with_params()
        named = {f"part_{place}": value for place, value in enumerate(values)}
        return f"({text % tuple(f'%({name})s' for name in named)})", named


@dataclass(frozen=True, slots=True)
class FleetFilters(FilterSet):
    """What lists of devices, and of what hangs on devices, are narrowed by."""

    kinds = PART

    os: str = ""
    group: str = ""
    tag: str = ""

    @property
    def partial(self) -> bool:
        return bool(self.os or self.group or self.tag)

    def devices(self) -> Q:
        """As a condition on Device."""
        condition = Q(os_family=self.os) if self.os else Q()
        if self.group:
            condition &= conditions.in_group(self.group)
        return condition & conditions.tagged(self.tag) if self.tag else condition

    def members(self) -> MatchingDevices:
        """One query, or two; none where every device is meant."""
        if not self.partial:
            return MatchingDevices()
        ids = list(Device.objects.filter(self.devices()).order_by().values_list("pk", flat=True)[: MOST_NAMED + 1])
        if len(ids) <= MOST_NAMED:
            return MatchingDevices(Q(pk__in=ids), ids)
        condition = Q(os_family=self.os) if self.os else Q()
        if self.group:
            condition &= conditions.one_in_group(self.group)
        return MatchingDevices(condition & conditions.one_tagged(self.tag) if self.tag else condition)


def known_groups() -> list[str]:
    """Names to choose from, as vendors list their groups."""
    return list(DeviceGroup.objects.exclude(name="").order_by("name").values_list("name", flat=True).distinct()[:MOST_GROUPS])


def nobody(part: FleetFilters) -> str:
    """Why nothing can be found, where no device at all has such a group or tag; else ""."""
    if part.group and not Device.objects.filter(conditions.in_group(part.group)).exists():
        if DeviceGroup.objects.filter(Q(name=part.group) | Q(external_id=part.group)).exists():
            return f"No known device is in the group “{part.group}” itself; groups below it are groups of their own."
        return f"No known device is in a group “{part.group}”: write the whole name of the group, or its id."
    if part.tag and not Device.objects.filter(conditions.tagged(part.tag)).exists():
        return f"No known device has the tag “{part.tag}”: write the whole tag."
    return ""
