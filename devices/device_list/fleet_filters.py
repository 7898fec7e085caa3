"""Filters by operating system, group and tag, which mean the same on every list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext, gettext_lazy

from devices.device_list import conditions
from devices.lists.filters import FilterField, FilterSet
from devices.models import Device, DeviceGroup
from vendors.states import Family

OS = {family.value: gettext_lazy(family.label) for family in Family}
PART = {
    "os": FilterField(gettext_lazy("OS"), OS, unset=gettext_lazy("Any OS")),
    "group": FilterField(gettext_lazy("Group"), unset=gettext_lazy("Name or ID")),
    "tag": FilterField(gettext_lazy("Tag"), unset=gettext_lazy("Tag or scope")),
}
MOST_GROUPS = 200
MOST_NAMED = 5000


@dataclass(frozen=True, slots=True)
class MatchingDevices:
    """The devices that match, for lists of issues, patches and attempts. Such a list starts from `ids`; without them the devices are so
    many that it reads rows in its own order and checks the device of each.
    """

    condition: Q = field(default_factory=Q)
    ids: list[int] | None = None

    def selected(self, *columns: str) -> tuple[str, dict[str, Any]]:
        """SQL for FROM, and its parameters, whose names begin with `part_`."""
        if self.ids is not None:
            return f"(SELECT {', '.join(columns)} FROM devices_device WHERE id = ANY(%(part_ids)s))", {"part_ids": self.ids}
        text, values = Device.objects.filter(self.condition).order_by().values(*columns).query.sql_with_params()
        named = {f"part_{place}": value for place, value in enumerate(values)}
        return f"({text % tuple(f'%({name})s' for name in named)})", named


@dataclass(frozen=True, slots=True)
class FleetFilters(FilterSet):
    """Base of the filters of devices, issues, patches and attempts."""

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
        """One query, or two; none without a filter."""
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
    """Names of the groups that vendors list, for suggestions."""
    return list(DeviceGroup.objects.exclude(name="").order_by("name").values_list("name", flat=True).distinct()[:MOST_GROUPS])


def nobody(part: FleetFilters) -> str:
    """Why nothing can be found where no device at all has the group or tag; else ""."""
    if part.group and not Device.objects.filter(conditions.in_group(part.group)).exists():
        if DeviceGroup.objects.filter(Q(name=part.group) | Q(external_id=part.group)).exists():
            return gettext("No devices in the group “%(group)s”. Subgroups are separate groups.") % {"group": part.group}
        return gettext("No devices in a group “%(group)s”. Enter the full name or ID of a group.") % {"group": part.group}
    if part.tag and not Device.objects.filter(conditions.tagged(part.tag)).exists():
        return gettext("No devices with the tag “%(tag)s”. Enter the full tag.") % {"tag": part.tag}
    return ""
