"""Lists of records as the vendor sends them, or as a DATA fault spoils them."""

from __future__ import annotations

import copy
from typing import Any

from sandbox.faults.bad_records import FIELDS, encode, poisoned
from sandbox.wire import Response, answer
from sandbox.world import World

KINDS = ("duplicate-rows", "poison", "nested")


def page(world: World, vendor: str, path: str, records: list[Any], *, key: str | None, rest: dict[str, Any]) -> Response:
    """The answer {key: records, **rest}, or a bare array if there is no key; faults applied."""
    faults = world.faults
    double = faults.take(vendor, path, ("duplicate-rows",))
    if double:
        records = records + _again(world, vendor, records, over_pages=double.value == "pages")
    poison = faults.take(vendor, path, ("poison",))
    if poison and records:
        variant, _, row = str(poison.value or "nul").partition(":")
        records, place = list(records), int(row or 0) % len(records)
        records[place] = poisoned(copy.deepcopy(records[place]), vendor, variant)
    data = records if key is None else {key: records, **rest}
    if faults.take(vendor, path, ("nested",)):
        data = {"data": data}
    if not poison:
        return answer(200, data)
    return Response(200, encode(data, vendor), [("Content-Type", "application/json")])


def _again(world: World, vendor: str, records: list[Any], *, over_pages: bool) -> list[Any]:
    """Rows to repeat, the first with another text: of this page, or the first row of the page before."""
    rows = copy.deepcopy(records[:3])
    if over_pages:
        rows, world.carried[vendor] = world.carried.get(vendor, []), rows[:1]
    for row in rows[:1]:
        row[FIELDS[vendor].text] = "changed meanwhile"
    return rows
