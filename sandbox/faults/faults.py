"""Switchable faults: which there are, how they are named, and when each strikes.

Three groups. ANSWER faults replace the vendor's answer, WIRE faults spoil its transport, DATA faults change what the
vendor itself does or lists. Any three-digit status is an answer fault too. The full table is in sandbox/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import bad_records

ANSWER = frozenset({
    "502-html", "empty", "html200", "html-json", "null", "object", "redirect", "gzip-bomb", "gzip-plain", "raw",
    "413-page-1", "413-html", "utf16", "bom", "huge-header", "many-headers", "bad-response-id", "other-answer",
    "after",
})  # fmt: skip
WIRE = frozenset({"slow", "drip", "header-drip", "reset", "cut-json", "cut-close", "close-early", "no-answer",
                  "short-length", "two-lengths", "http09", "stall"})  # fmt: skip
DATA = frozenset({
    "job-lost", "job-failed", "job-never-ends", "unknown-job-state", "job-words", "total-changes", "page-repeats",
    "202", "202-forever", "202-missing-header", "202-expired", "202-504", "202-404", "late",
    "rows-moving", "limit-ignored", "duplicate-rows", "count-multiple-of-50", "shrink", "poison", "nested", "corrupt", "capitals",
})  # fmt: skip
VENDORS = ("eset", "opswat", "five9s", "*")
_SPEC = re.compile(r"(?P<vendor>[a-z0-9*]+):(?P<kind>[a-z0-9-]+)(?:=(?P<value>[^@~]*?))?"
                   r"(?:@(?P<nth>\d+))?(?:x(?P<times>\d+))?(?:~(?P<path>.+))?")  # fmt: skip


@dataclass(slots=True)
class SandboxFault:
    """Strikes calls to `vendor` whose path contains `path`, after the first `after` of them, `times` times."""

    vendor: str
    kind: str
    path: str | None = None
    times: int | None = None
    after: int = 0
    value: Any = None
    seen: int = field(default=0, repr=False)
    struck: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        known = self.kind in ANSWER | WIRE | DATA or re.fullmatch(r"[1-9]\d\d", self.kind)
        if self.vendor not in VENDORS or not known:
            raise ValueError(f"Unknown fault {self.vendor}:{self.kind}. See sandbox/README.md for the list.")
        if self.kind == "poison" and self.value is not None and not bad_records.known(str(self.value)):
            raise ValueError(f"Unknown poison {self.value}. Known: {', '.join(bad_records.VARIANTS)}, without.field, null.field.")

    def strikes(self, vendor: str, path: str) -> bool:
        if self.vendor not in ("*", vendor) or (self.path is not None and self.path not in path):
            return False
        if self.kind.startswith("413-") and "/devices" not in path:
            return False
        if self.kind == "413-page-1" and re.search(r"[?&]page=(?!1(&|$))", path):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


def parse(spec: str) -> SandboxFault:
    """`vendor:kind[=value][@nth][xTIMES][~path]`; `@3` means only the third matching call, `@3x2` the third and fourth.

    Raises ValueError.
    """
    found = _SPEC.fullmatch(spec)
    if not found:
        raise ValueError(f"A fault is written vendor:kind[=value][@nth][xtimes][~path], not {spec!r}.")
    nth, times = found["nth"], found["times"]
    return SandboxFault(
        vendor=found["vendor"],
        kind=found["kind"],
        path=found["path"],
        times=int(times) if times else 1 if nth else None,
        after=int(nth) - 1 if nth else 0,
        value=found["value"],
    )


class FaultBook:
    """The faults switched on at present."""

    def __init__(self) -> None:
        self._faults: list[SandboxFault] = []

    def add(self, fault: SandboxFault) -> SandboxFault:
        self._faults.append(fault)
        return fault

    def clear(self, *, vendor: str | None = None) -> None:
        self._faults = [fault for fault in self._faults if vendor not in (None, fault.vendor)]

    def all(self) -> list[SandboxFault]:
        return list(self._faults)

    def take(self, vendor: str, path: str, kinds: Collection[str]) -> SandboxFault | None:
        """The first fault of these kinds that applies to this call. Each query counts as a call."""
        for fault in self._faults:
            if fault.kind in kinds and fault.strikes(vendor, path):
                return fault
        return None

    def take_answer(self, vendor: str, path: str) -> SandboxFault | None:
        for fault in self._faults:
            if (fault.kind in ANSWER or (fault.kind.isdecimal() and fault.kind != "202")) and fault.strikes(vendor, path):
                return fault
        return None
