"""Facts of one device, from all of its records: what each says, and since when. No query of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from devices.facts.texts import BETWEEN_PARTS, fact_lines
from devices.models import Sighting
from devices.reconciliation.precedence import outranked, rank
from vendors.facts import FactKind, FactName, FactTopic

RECENT = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class FactValue:
    """What one record says. `value`: as it is stored; `lines`: the text, a line for each part of a list; `moment`: of a time.

    `at`: when the device last reported to this source.
    """

    value: Any
    source: str
    at: datetime | None
    lines: list[str]
    moment: datetime | None = None

    @property
    def text(self) -> str:
        return BETWEEN_PARTS.join(self.lines)

    @property
    def recent(self) -> bool:
        """Of a time: its age says more than its date."""
        return self.moment is not None and timezone.now() - self.moment < RECENT


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact, or one custom field by its own name. `values`: the best source first."""

    name: str
    label: str
    values: list[FactValue] = field(default_factory=list)

    @property
    def best(self) -> FactValue:
        return self.values[0]

    @property
    def sources(self) -> list[str]:
        """Those that say the same as the best one."""
        return list(dict.fromkeys(each.source for each in self.values if each.text == self.best.text))

    @property
    def others(self) -> list[FactValue]:
        return [each for each in self.values if each.text != self.best.text]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """The facts of one topic."""

    code: str
    label: str
    rows: list[FactRow]


def device_facts(sightings: Iterable[Sighting], *, names: Mapping[int, str], topics: Collection[str] = tuple(FactTopic)) -> list[FactGroup]:
    """`sightings`: all of one device, with their pulses; `names`: of sources, by sighting. Topics without facts are left out."""
    records = list(sightings)
    groups = []
    for topic in FactTopic:
        rows = [row for name in FactName if name.topic == topic for row in _rows(name, records, names)] if topic in topics else []
        if rows:
            groups.append(FactGroup(topic.value, gettext(topic.label), rows))
    return groups


def best_first(records: Sequence[Sighting], topic: FactTopic) -> list[Sighting]:
    """Listed and recent ones before others, then as devices/reconciliation/precedence.py says."""

    def place(record: Sighting) -> tuple[bool | int, ...]:
        behind = topic == FactTopic.SYSTEM and outranked("os", record, records)
        return not record.present, record.stale, bool(record.superseded), behind, rank(topic, record.vendor), record.pk

    return sorted(records, key=place)


def stored_value(record: Sighting, name: FactName) -> Any:
    """None: not reported."""
    if name == FactName.LAST_BOOT:
        at = record.pulse.booted_at if hasattr(record, "pulse") else None
        return at.isoformat() if at else None
    return (record.facts or {}).get(name)


def _rows(name: FactName, records: Sequence[Sighting], names: Mapping[int, str]) -> Iterator[FactRow]:
    found = [(record, value) for record in best_first(records, name.topic) if (value := stored_value(record, name)) is not None]
    if name == FactName.CUSTOM:
        yield from _custom_rows(found, names)
    elif found:
        yield FactRow(name.value, gettext(name.label), [_value(name, record, value, names) for record, value in found])


def _custom_rows(found: Iterable[tuple[Sighting, Any]], names: Mapping[int, str]) -> Iterator[FactRow]:
    rows: dict[str, FactRow] = {}
    for record, parts in found:
        for part in parts:
            label = part.get("name", "")
            row = rows.setdefault(label, FactRow(FactName.CUSTOM.value, label))
            row.values.append(_value(FactName.CUSTOM, record, part.get("value", ""), names, plain=True))
    yield from rows.values()


def _value(name: FactName, record: Sighting, value: Any, names: Mapping[int, str], *, plain: bool = False) -> FactValue:
    pulse = record.pulse if hasattr(record, "pulse") else None
    moment = datetime.fromisoformat(value) if name.kind == FactKind.TIME else None
    at = (pulse.seen_at or pulse.fetched_at) if pulse else None
    lines = [str(value)] if plain else fact_lines(name, value, today=timezone.localdate())
    return FactValue(value, names.get(record.pk, ""), at, lines, moment)
