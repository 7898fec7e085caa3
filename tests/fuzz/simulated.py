"""Valid records of the simulated vendors, at one moment."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox.eset import records as eset_records
from sandbox.eset.patching import EsetPatching
from sandbox.five9s import records as five9s_records
from sandbox.opswat import records as opswat_records
from sandbox.server import Simulation
from sandbox.wire import Request

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
FROZEN = NOW.timestamp() - 3600
SAMPLES = 24


@functools.cache
def _simulation() -> Simulation:
    return Simulation(devices=SAMPLES, frozen=FROZEN)


def devices(vendor: str) -> list[Any]:
    fleet = _simulation().fleet
    sections = five9s_records.SECTIONS["RequestAllInfos"]
    makers: dict[str, Callable[[Any], Any]] = {
        "eset": lambda entry: eset_records.device(fleet, entry, FROZEN),
        "opswat": lambda entry: opswat_records.device(fleet, entry, FROZEN),
        "five9s": lambda entry: five9s_records.device(fleet, entry, FROZEN, sections=sections),
    }
    return [makers[vendor](entry) for entry in fleet.entries(vendor)][:SAMPLES]


def _answered(handle: Callable[[Request, str], Any], path: str, key: str) -> list[Any]:
    rows = json.loads(handle(Request("GET", path, {}, b""), path).body)[key]
    assert rows, path
    return list(rows[:SAMPLES])


def patching(path: str, key: str) -> Callable[[], list[Any]]:
    return lambda: _answered(EsetPatching(_simulation().world).handle, path, key)


def installers() -> list[Any]:
    made_there = _simulation().eset.installers
    for number in range(4):
        made_there.make(f"Reception {number} [req-0000000{number}]")
    return _answered(made_there.handle, "/v1/installers", "installers")
