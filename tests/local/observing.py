"""Looking at processes from outside, through /proc."""

from __future__ import annotations

from pathlib import Path

from local.waiting import wait_until


def alive(pid: int) -> bool:
    """Running; a zombie that waits for its parent is not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def all_gone(pids: list[int], *, seconds: float) -> bool:
    return wait_until(lambda: not any(map(alive, pids)), seconds=seconds)


def descendants(pid: int) -> dict[int, str]:
    """Every process below this one, with its command line."""
    found: dict[int, str] = {}
    for child in children(pid):
        found[child] = command(child)
        found |= descendants(child)
    return found


def children(pid: int) -> list[int]:
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in listed.split()]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
