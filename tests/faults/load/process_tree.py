"""Memory and CPU time of processes, as the kernel counts them (/proc)."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def below(parent: int) -> list[int]:
    """A process and all below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields:
                parents[int(entry.name)] = int(fields[1])
    found, size = {parent}, 0
    while len(found) > size:
        size = len(found)
        found |= {pid for pid, above in parents.items() if above in found}
    return sorted(found)


def peak_memory(pid: int) -> float:
    """Megabytes; 0.0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)


def cpu_seconds(pids: list[int]) -> float:
    """Used so far, also by their children that have ended."""
    return sum(sum(map(int, fields[11:15])) for pid in pids if (fields := _stat(pid))) / TICKS


def machine_seconds() -> float:
    """CPU time that all programs used since the start of the machine."""
    user, nice, system, _idle, _wait, interrupts, soft = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + interrupts + soft) / TICKS


def _stat(pid: int) -> list[str]:
    """From the state on; empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
