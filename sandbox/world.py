"""What the simulated vendors share: the fleet, the clock, the faults, the log of calls and the settings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.faults.bad_fields import Corruption
from sandbox.faults.faults import FaultBook
from sandbox.fleet.fleet import Fleet, Snapshot


@dataclass(slots=True)
class SandboxOptions:
    """How the simulated vendors behave. Durations in seconds of the simulator's clock."""

    rate_limits: bool = True
    eset_calls_per_second: int = 10
    eset_token_seconds: int = 3600
    eset_refresh_tokens: bool = True  # false: none is issued, and the token type is written in lower case
    eset_202_every: int = 0  # every n-th call is answered with 202 first; 0 = never
    eset_202_polls: int = 1  # how often a 202 is repeated before the answer is ready
    eset_installer_rights: str = "create,list,get,delete"  # what the credentials may do with installers
    eset_patching_rights: str = "recent,attempts,patches"  # which lists about patching they may read
    opswat_calls_per_minute: int = 10
    opswat_token_seconds: int = 3600
    opswat_tells_expiry: bool = False  # no public source says whether expires_in is sent
    opswat_empty_end: bool = False  # pages beyond the last are 200 [] instead of 413
    five9s_name_length: int = 0  # characters of a device name that the core keeps, as NetBIOS does; 0 = all
    job_seconds: float = 2.0
    job_words: bool = False  # job states as words instead of numbers
    job_keeps: float = 3600.0


@dataclass(slots=True)
class World:
    fleet: Fleet
    clock: Clock
    options: SandboxOptions = field(default_factory=SandboxOptions)
    faults: FaultBook = field(default_factory=FaultBook)
    calls: CallLog = field(default_factory=CallLog)
    corruption: dict[str, Corruption] = field(default_factory=lambda: defaultdict(Corruption))  # vendor -> what the fault corrupt did
    carried: dict[str, list[Any]] = field(default_factory=dict)  # vendor -> rows that the next page repeats

    def snapshot(self, vendor: str, path: str) -> Snapshot:
        """What the vendor lists now, less what a fault hides."""
        shot = self.fleet.snapshot(vendor)
        fault = self.faults.take(vendor, path, ("shrink", "count-multiple-of-50"))
        if fault is None:
            return shot
        rounded = shot.count // 50 * 50 or shot.count
        return replace(shot, count=min(shot.count, int(fault.value)) if fault.kind == "shrink" else rounded)
