"""What ESET's rows about patching have in common: how they are read, and what a patch is for. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from vendors import untyped
from vendors.errors import BadRecord
from vendors.eset.mapping import usable_uuid
from vendors.patch_states import PatchKind
from vendors.records import Reject, Title
from vendors.untyped import LONGEST_ID, Fields

T = TypeVar("T")

FAMILIES = {"1": "Windows", "2": "Linux", "3": "macOS", "7": "Unix"}
LONGEST = 255  # characters of a name


def read(rows: Iterable[msgspec.Raw], mapper: Callable[[Fields], T]) -> tuple[tuple[T, ...], tuple[Reject, ...]]:
    good: list[T] = []
    bad: list[Reject] = []
    for row in rows:
        raw = bytes(row)
        try:
            good.append(mapper(Fields(untyped.parse(raw))))
        except (BadRecord, *untyped.BROKEN) as error:
            reason = str(error) if isinstance(error, BadRecord) else "The record cannot be read."
            bad.append(Reject(reason, untyped.sample(raw)))
    return tuple(good), tuple(bad)


def device_of(record: Fields) -> str:
    uuid = record.text("deviceUuid", limit=LONGEST_ID)
    return uuid if usable_uuid(uuid) else ""


def application(part: Fields, name: str = "") -> Title:
    uuid, developer = part.text("applicationUuid", limit=LONGEST_ID), part.text("developerDisplayName", limit=LONGEST)
    shown = part.text("displayName", limit=LONGEST) or name or "Unnamed application"
    return Title(uuid or key("name", shown), shown, PatchKind.APPLICATION, developer)


def package(reference: str, name: str, developer: str = "") -> Title:
    return Title(key("package", reference or name), name or reference or "Unnamed package", PatchKind.PACKAGE, developer)


def system(part: Fields) -> Title:
    family = part.word("osFamilyId")
    return Title(key("system", family), FAMILIES.get(family, "Operating system"), PatchKind.SYSTEM)


def key(kind: str, text: str) -> str:
    return f"{kind}:{text}"[:LONGEST]
