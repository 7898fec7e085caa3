"""A part of the fleet: the devices of an operating system, of a group, with a tag. It means the same on every list."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from devices.models import Device, DeviceGroup
from devices.queries import conditions
from devices.queries.asked import Asked, Kind
from vendors.states import Family

OS = {family.value: family.label for family in Family}
PART = {"os": Kind("OS", OS), "group": Kind("Group"), "tag": Kind("Tag")}
MOST_GROUPS = 200


@dataclass(frozen=True, slots=True)
class Part(Asked):
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


def known_groups() -> list[str]:
    """Names to choose from, as vendors list their groups."""
    return list(DeviceGroup.objects.exclude(name="").order_by("name").values_list("name", flat=True).distinct()[:MOST_GROUPS])


def nobody(part: Part) -> str:
    """Why nothing can be found, where no device at all has such a group or tag; else ""."""
    if part.group and not Device.objects.filter(conditions.in_group(part.group)).exists():
        return f"No device is in a group “{part.group}”: write the whole name of the group, or its id."
    if part.tag and not Device.objects.filter(conditions.tagged(part.tag)).exists():
        return f"No device has the tag “{part.tag}”: write the whole tag."
    return ""
