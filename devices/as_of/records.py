"""Records of devices as they were at a time: the stored ones with their former values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from devices.as_of.former_states import FormerStates, former_states, moment_of
from devices.models import FormerState, Sighting, Subject

OF_RECORD = (Subject.PLACEMENT, Subject.PRESENCE, Subject.VALUES, Subject.ISSUE, Subject.TRIAGE, Subject.SETTLEMENT)
UNREAD = ("raw", "digest", "repairs", "search_text", "account__tokens", "account__settings")
_TIMES = ("missing_since", "quiet_since")


@dataclass(frozen=True, slots=True)
class Records:
    """`by_device`: the records that each device had then, with the values of then; never save them. `now`: sighting → its present device.

    `later`: records that the devices have now and had not then, by their device of then; None: they did not exist yet.
    """

    by_device: Mapping[int, list[Sighting]]
    now: Mapping[int, int]
    former: FormerStates
    later: Mapping[int, list[tuple[Sighting, int | None]]]

    @property
    def ids(self) -> list[int]:
        return [each.pk for records in self.by_device.values() for each in records]


def records_at(devices: Collection[int], at: datetime, *, since: bool = False) -> Records:
    """Of these devices, also of such as do not exist any more. Three queries, four with `since`."""
    left = FormerState.objects.filter(subject=Subject.PLACEMENT, key__in=[str(each) for each in devices], until__gt=at)
    refs = set(left.values_list("ref", flat=True))
    stored = list(Sighting.objects.filter(Q(device__in=devices) | Q(pk__in=refs)).select_related("account").defer(*UNREAD).order_by("pk"))
    former = former_states([each.pk for each in stored], OF_RECORD, at, since=since)
    present = {each.pk: each.device_id for each in stored}
    found: dict[int, list[Sighting]] = defaultdict(list)
    later: dict[int, list[tuple[Sighting, int | None]]] = defaultdict(list)
    wanted = set(devices)
    for each in stored:
        _turn_back(each, former)
        existed = each.created_at <= at
        if existed and each.device_id in wanted:
            found[each.device_id].append(each)
        if present[each.pk] in wanted and (not existed or each.device_id != present[each.pk]):
            later[present[each.pk]].append((each, each.device_id if existed else None))
    return Records(found, present, former, later)


def _turn_back(record: Sighting, former: FormerStates) -> None:
    for subject in (Subject.PLACEMENT, Subject.PRESENCE, Subject.VALUES):
        for column, value in former.of(subject, record.pk).items():
            setattr(record, column, moment_of(value) if column in _TIMES else value)
