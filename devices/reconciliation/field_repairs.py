"""Field repairs: fields of vendor records that were corrected or left out, as they are stored and shown.

A sighting keeps its own. Those of groups, patches, attempts and installers are counted with the walk that read them:
[record, field, fault, how many records].
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import msgspec
from django.utils.translation import gettext

from vendors.field_repairs import FieldFault, Repair

MOST = 100  # different fields and faults of one walk


class RepairDocument(TypedDict):
    """`fault` is one of vendors.field_repairs.FieldFault."""

    field: str
    fault: str


@dataclass(frozen=True, slots=True)
class RepairCount:
    """How often a field of one kind of record was repaired. `record`: "device", "group", "patch" …"""

    record: str
    field: str
    fault: str
    records: int

    @property
    def words(self) -> str:
        return gettext(FieldFault.labelled(self.fault))


def as_stored(repairs: Sequence[Repair]) -> str | None:
    """JSON for a column; None: nothing was repaired."""
    return msgspec.json.encode([[each.field, each.fault] for each in repairs]).decode() if repairs else None


def as_documents(stored: Sequence[Sequence[str]] | None) -> list[RepairDocument]:
    return [RepairDocument(field=field, fault=fault) for field, fault in stored or ()]


def add(stored: list[list[Any]], record: str, found: Iterable[Sequence[Repair]]) -> list[list[Any]]:
    """The counts of a walk, with the repairs of more records. Beyond MOST no new ones are added."""
    counts = {(kind, field, fault): number for kind, field, fault, number in stored}
    for repairs in found:
        for each in repairs:
            key = (record, each.field, each.fault.value)
            if key in counts or len(counts) < MOST:
                counts[key] = counts.get(key, 0) + 1
    return [[*key, number] for key, number in sorted(counts.items())]


def counted(stored: Iterable[Sequence[Any]]) -> list[RepairCount]:
    return [RepairCount(*each) for each in stored]
