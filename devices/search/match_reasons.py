"""Why a device was found: the values that contain the text, as their vendors write them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypedDict

from django.db import connection
from django.db.models import OuterRef, Subquery

from devices.models import DeviceGroup, Sighting
from devices.models.identifier import identifiers_of
from devices.reconciliation.search_text import MARKS
from devices.search.parser import SearchTerm
from vendors.parsing.normalise import text_key
from vendors.states import IdKind


class MatchedValue(TypedDict):
    """An identifier (`kind` of IdKind) or another value of a record: `name`, `model`, `os` or `group`."""

    kind: str
    value: str


Reasons = dict[int, dict[tuple[str, str], MatchedValue]]
_HELD = f"""SELECT s.device_id, i.kind, i.value FROM devices_sighting s CROSS JOIN LATERAL {identifiers_of("s.id")} i
WHERE s.device_id = ANY(%s) AND i.kind = ANY(%s) AND i.value <> '' ORDER BY s.id, i.kind, i.key"""
_COLUMNS = {"name": "name", "serial": "serial", "user": "user", "model": "model", "os": "os_name", "group": "group_name"}


def add_words(clue: SearchTerm, ids: Sequence[int], reasons: Reasons) -> None:
    """For devices found by words: the values that contain them. Two queries, or none."""
    bare = [pk for pk in ids if pk not in reasons] if clue.words else []
    if not bare:
        return
    allowed = {*clue.only, *(("name",) if IdKind.HOSTNAME in clue.only else ())}
    seen: dict[int, set[str]] = defaultdict(set)
    for device, kind, value in (*_identifiers(bare), *_columns(bare)):
        text = text_key(value)
        known = kind == "name" and text in seen[device]
        if not known and (kind in allowed or not allowed) and any(word in text for word in clue.words):
            seen[device].add(text)
            reasons[device].setdefault((kind, text), MatchedValue(kind=kind, value=value))


def _identifiers(devices: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [list(devices), list(MARKS)])
        yield from cursor.fetchall()


def _columns(devices: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    group = DeviceGroup.objects.filter(account_id=OuterRef("account_id"), external_id=OuterRef("group_id"))
    sightings = Sighting.objects.filter(device_id__in=devices).annotate(its_group=Subquery(group.values("name")[:1])).order_by("id")
    for device, manufacturer, its_group, external_id, *texts in sightings.values_list(
        "device_id", "manufacturer", "its_group", "external_id", *_COLUMNS.values()
    ):
        yield device, "vendor_id", external_id
        yield device, "group", its_group or ""
        for kind, text in zip(_COLUMNS, texts, strict=True):
            yield device, kind, _full_model(manufacturer, text) if kind == "model" else text


def _full_model(manufacturer: str, model: str) -> str:
    """Many models begin with the name of their maker."""
    return model if model.casefold().startswith(manufacturer.casefold()) else f"{manufacturer} {model}".strip()
