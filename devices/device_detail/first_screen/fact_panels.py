"""Facts on the device page: a few on the first screen, all of them in the tabs Hardware and Software and agents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from devices.device_detail.queries import DeviceDetail
from devices.facts.queries import FactGroup, FactRow, device_facts
from devices.facts.visibility import visible_topics
from devices.models import User
from vendors.facts import FactName, FactTopic

SOFTWARE = frozenset({FactTopic.SOFTWARE, FactTopic.LICENSE, FactTopic.STATUS})
IN_TICKET = (FactName.OS_BUILD, FactName.LAST_BOOT, FactName.AGENT_VERSION)


@dataclass(frozen=True, slots=True)
class FactPanels:
    """`groups`: those that the user may see."""

    groups: list[FactGroup]

    @property
    def hardware(self) -> list[FactGroup]:
        return [group for group in self.groups if group.code not in SOFTWARE]

    @property
    def software(self) -> list[FactGroup]:
        return [group for group in self.groups if group.code in SOFTWARE]

    @property
    def first(self) -> dict[str, FactRow]:
        """By name."""
        return {row.name: row for group in self.groups for row in group.rows}

    def for_ticket(self) -> Iterator[FactRow]:
        known = self.first
        return (known[name] for name in IN_TICKET if name in known)


def fact_panels(found: DeviceDetail, reader: User) -> FactPanels:
    """No query."""
    names = {view.sighting.pk: view.short for view in found.views}
    return FactPanels(device_facts([view.sighting for view in found.views], names=names, topics=visible_topics(reader)))
