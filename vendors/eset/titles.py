"""Titles of ESET's patch rows, and the reading of such rows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

import msgspec

from vendors.errors import BadRecord
from vendors.eset.ids import canonical
from vendors.field_repairs import FieldFault, Repairs
from vendors.parsing.fields import Fields
from vendors.parsing.pages import json_pages
from vendors.patch_states import PatchKind
from vendors.records import Attempt, Patch, Reject, Title

T = TypeVar("T", Attempt, Patch)

FAMILIES = {"1": "Windows", "2": "Linux", "3": "macOS", "7": "Unix"}
LONGEST = 255  # characters of a name


def read(rows: Iterable[msgspec.Raw], mapper: Callable[[Fields], T]) -> tuple[tuple[T, ...], tuple[Reject, ...]]:
    good: list[T] = []
    bad: list[Reject] = []
    for row in rows:
        raw, repairs = bytes(row), Repairs()
        try:
            found = mapper(Fields(json_pages.checked(raw, repairs), repairs))
            good.append(replace(found, repairs=repaired) if (repaired := repairs.all()) else found)
        except BadRecord as error:
            bad.append(Reject(error.reason, json_pages.sample(raw)))
    return tuple(good), tuple(bad)


def device_of(record: Fields) -> str:
    """Empty where the vendor does not say, or says it so that it cannot be used."""
    return id_of(record, "deviceUuid")


def id_of(record: Fields, name: str) -> str:
    uuid, given = canonical(record.get(name)), record.get(name)
    if not uuid and given not in (None, ""):
        record.wrong(name, FieldFault.ID)
    return uuid


def application(part: Fields, name: str = "") -> Title:
    uuid, developer = id_of(part, "applicationUuid"), part.text("developerDisplayName", limit=LONGEST)
    shown = part.text("displayName", limit=LONGEST) or name or "Unnamed application"
    return Title(uuid or key("name", shown), shown, PatchKind.APPLICATION, developer)


def package(reference: str, name: str, developer: str = "") -> Title:
    return Title(key("package", reference or name), name or reference or "Unnamed package", PatchKind.PACKAGE, developer)


def system(part: Fields) -> Title:
    family = part.word("osFamilyId")
    return Title(key("system", family), FAMILIES.get(family, "Operating system"), PatchKind.SYSTEM)


def key(kind: str, text: str) -> str:
    return f"{kind}:{text}"[:LONGEST]
