"""Each shown field of a device: the value, which account it comes from, and what the others say instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.device_detail.queries import DeviceDetail, SourceView
from devices.models import Settlement
from devices.reconciliation.conflicts import FIELDS, agrees, shown, word, words
from devices.reconciliation.precedence import COLUMNS, rank
from vendors.states import State

Words = Mapping[int, Mapping[str, list[str]]]
GROUP = "group"
SILENT = ("", "unknown")
LABELS = {**{name: label for name, label in FIELDS.items() if name != "state"}, GROUP: "Group", "state": FIELDS["state"]}
_BADNESS = [State.CRITICAL, State.ATTENTION, State.OK]


@dataclass(frozen=True, slots=True)
class SourceValue:
    """What one vendor says of a field. `raw`: its own word, where we use another one."""

    view: SourceView
    value: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """`source` is who says `value`; `others` say something that does not mean the same. `differs`: fresh vendors contradict each other."""

    name: str
    label: str
    value: str
    source: SourceValue | None
    others: list[SourceValue] = field(default_factory=list)
    differs: bool = False
    settled: Settlement | None = None


@dataclass(frozen=True, slots=True)
class FieldValues:
    rows: list[FieldValue]

    @property
    def differing(self) -> list[FieldValue]:
        return [row for row in self.rows if row.differs]

    @property
    def noteworthy(self) -> bool:
        """Somebody contradicts, or a person decided: then the table is not folded."""
        return any(row.differs or row.settled for row in self.rows)


def values(found: DeviceDetail) -> FieldValues:
    """Two queries; none for a device of which one vendor only tells."""
    several = len(found.views) > 1
    said: Words = words(found.device.pk) if several else {}
    settled = {each.field: each for each in Settlement.objects.filter(device=found.device, ended_at=None)} if several else {}
    return FieldValues([_value(name, found, said, settled.get(name)) for name in LABELS])


def _value(name: str, found: DeviceDetail, said: Words, settled: Settlement | None) -> FieldValue:
    told = [SourceValue(view, _text(view, name), _raw(view, name)) for view in in_order(found.views, name, settled) if _text(view, name)]
    source = next((each for each in told if each.value), None)
    others = [each for each in told[1:] if source and _contradicts(name, source, each, said)]
    return FieldValue(
        name,
        LABELS[name],
        shown(found.device, name) if name != GROUP else source.value if source else "",
        source if name != "state" or (source and source.view.counted) else None,
        others,
        differs=name in found.device.disagrees,
        settled=settled,
    )


def in_order(views: list[SourceView], name: str, settled: Settlement | None = None) -> list[SourceView]:
    """As devices/reconciliation/summary.py takes them: whom a person chose, who lists the device, who is fresh, then the table of
    precedence."""

    def place(view: SourceView) -> tuple[bool, bool, bool, bool, int, int]:
        sighting = view.sighting
        silent = name in COLUMNS and word(sighting, name) in SILENT
        chosen = settled is not None and settled.sighting_id == sighting.pk and sighting.present and name != "state"
        badness = _BADNESS.index(State(sighting.state)) if sighting.state in _BADNESS else len(_BADNESS)
        order = badness if name == "state" else rank(name, sighting.vendor)
        return silent, not chosen, not sighting.present, sighting.stale, order, sighting.pk

    return sorted(views, key=place)


def _contradicts(name: str, source: SourceValue, other: SourceValue, said: Words) -> bool:
    if name == GROUP:
        return other.value != source.value
    ours, theirs = (said.get(each.view.sighting.pk, {}).get(name, []) for each in (source, other))
    return not agrees(name, ours, theirs)


def _text(view: SourceView, name: str) -> str:
    return view.sighting.group_name if name == GROUP else shown(view.sighting, name)


def _raw(view: SourceView, name: str) -> str:
    return view.sighting.state_raw if name == "state" else ""
