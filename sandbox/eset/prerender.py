"""ESET's records rendered to disk before a benchmark, so that serving a page costs one read."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
import re
import tempfile
from array import array
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

from sandbox.eset import records as eset_view
from sandbox.fleet.fleet import Fleet
from sandbox.parent import die_with_parent

_CHUNK = 2000
_PARALLEL_FROM = 10_000
_SEEN = re.compile(rb'("lastSyncTime":")([^"Z.]{19})')


class Prerendered:
    """All records of a frozen fleet in one unnamed file, separated by commas. Records changed later are kept beside it."""

    def __init__(self, fleet: Fleet) -> None:
        if fleet.frozen_at is None:
            raise ValueError("Only a frozen fleet can be rendered in advance. Add --frozen.")
        self._fleet = fleet
        self._seed = fleet.seed
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the object
        self._starts = array("Q", [0])
        self._changed: dict[int, bytes] = {}
        for records in _rendered(fleet):
            for record in records:
                self._file.write(record + b",")
                self._starts.append(self._starts[-1] + len(record) + 1)
        self._file.flush()

    def covers(self, count: int) -> bool:
        """Whether the listed records are the rendered ones: not after the fleet grew or changed its seed."""
        return self._seed == self._fleet.seed and count < len(self._starts)

    def refresh(self) -> None:
        """Render records again that were changed by hand."""
        plain = copy.copy(self._fleet)
        plain.seen_forward = 0.0  # added when a page is sent
        for position in range(len(self._starts) - 1):
            if self._fleet.changed_at(position) is not None:
                self._changed[position] = render(plain, position)

    def page(self, start: int, size: int, *, count: int) -> tuple[bytes, int | None]:
        """The body of a page up to the last record, and where the next one starts."""
        stop = min(start + size, count)
        following = stop if stop < count else None
        if start >= stop:
            return b'{"devices":[', None
        first = self._starts[start]
        data = os.pread(self._file.fileno(), self._starts[stop] - first - 1, first)
        if self._changed:
            data = b",".join(
                self._changed.get(position) or data[self._starts[position] - first : self._starts[position + 1] - first - 1]
                for position in range(start, stop)
            )
        if self._fleet.seen_forward:
            data = _SEEN.sub(self._later, data)
        return b'{"devices":[' + data, following

    def _later(self, found: re.Match[bytes]) -> bytes:
        moment = datetime.fromisoformat(found[2].decode()) + timedelta(seconds=self._fleet.seen_forward)
        return found[1] + moment.isoformat(timespec="seconds").encode()


def render(fleet: Fleet, position: int) -> bytes:
    record = eset_view.device(fleet, fleet.entry("eset", position), fleet.now())
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def _rendered(fleet: Fleet) -> Iterator[list[bytes]]:
    count = fleet.count("eset")
    chunks = [(fleet.seed, fleet.size, fleet.frozen_at, n, min(n + _CHUNK, count)) for n in range(0, count, _CHUNK)]
    if count < _PARALLEL_FROM:
        yield from map(_render_chunk, chunks)
        return
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn"), initializer=die_with_parent) as pool:
        yield from pool.map(_render_chunk, chunks)


def _render_chunk(chunk: tuple[int, int, float | None, int, int]) -> list[bytes]:
    seed, size, frozen_at, first, last = chunk
    fleet = Fleet(seed, size, frozen_at=frozen_at)
    return [render(fleet, position) for position in range(first, last)]
