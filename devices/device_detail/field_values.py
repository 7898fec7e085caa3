"""Each shown field of a device: the value, its source, and other values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from devices.device_detail.queries import DeviceDetail, SourceView
from devices.models import Settlement
from devices.reconciliation.conflicts import FIELDS, agrees, display, word, words
from devices.reconciliation.precedence import COLUMNS, outranked, rank
from vendors.states import State

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Words = Mapping[int, Mapping[str, list[str]]]
GROUP = "group"
SILENT = ("", "unknown")
LABELS: dict[str, StrOrPromise] = {
    **FIELDS,
    GROUP: gettext_lazy("Group"),
    "state": gettext_lazy("Status"),
}
_BADNESS = [State.CRITICAL, State.ATTENTION, State.OK]


@dataclass(frozen=True, slots=True)
class SourceValue:
    """The value of a field in one record. `raw`: the vendor's own value, where Rollcall shows a standard term."""

    view: SourceView
    value: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class FieldValue:
    """`source`: the record that `value` comes from; `others`: records with another value. `differs`: there is an open conflict."""

    name: str
    label: StrOrPromise
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
        """There is an open or a resolved conflict: the table is not folded."""
        return any(row.differs or row.settled for row in self.rows)


def values(found: DeviceDetail) -> FieldValues:
    """Two queries; none for a device of one record."""
    several = len(found.views) > 1
    keys: Words = words(found.device.pk) if several else {}
    settled = {each.field: each for each in Settlement.objects.filter(device=found.device, ended_at=None)} if several else {}
    return FieldValues([_value(name, found, keys, settled.get(name)) for name in LABELS])


def _value(name: str, found: DeviceDetail, keys: Words, settled: Settlement | None) -> FieldValue:
    known = [SourceValue(view, _text(view, name), _raw(view, name)) for view in in_order(found.views, name, settled) if _text(view, name)]
    source = next((each for each in known if each.value), None)
    others = [each for each in known[1:] if source and _contradicts(name, source, each, keys)]
    return FieldValue(
        name,
        LABELS[name],
        display(found.device, name) if name != GROUP else source.value if source else "",
        source if name != "state" or (source and source.view.counted) else None,
        others,
        differs=name in found.device.disagrees,
        settled=settled,
    )


def in_order(views: list[SourceView], name: str, settled: Settlement | None = None) -> list[SourceView]:
    """The order of devices/reconciliation/summary.py: a user's choice, then as devices/reconciliation/precedence.py says."""
    records = [view.sighting for view in views]

    def place(view: SourceView) -> tuple[bool | int, ...]:
        sighting = view.sighting
        empty = name in COLUMNS and word(sighting, name) in SILENT
        chosen = settled is not None and settled.sighting_id == sighting.pk and sighting.present
        badness = _BADNESS.index(State(sighting.state)) if sighting.state in _BADNESS else len(_BADNESS)
        order = badness if name == "state" else rank(name, sighting.vendor)
        behind = sighting.stale, bool(sighting.superseded), outranked(name, sighting, records)
        return empty, not chosen, not sighting.present, *behind, order, sighting.pk

    return sorted(views, key=place)


def _contradicts(name: str, source: SourceValue, other: SourceValue, keys: Words) -> bool:
    if name == GROUP:
        return other.value != source.value
    ours, theirs = (keys.get(each.view.sighting.pk, {}).get(name, []) for each in (source, other))
    return not agrees(name, ours, theirs)


def _text(view: SourceView, name: str) -> str:
    return view.sighting.group_name if name == GROUP else display(view.sighting, name)


def _raw(view: SourceView, name: str) -> str:
    return view.sighting.state_raw if name == "state" else ""
