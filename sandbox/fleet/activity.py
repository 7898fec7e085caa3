"""How the fleet lives: who was seen when, what is wrong with whom, who is away. Pure functions of (seed, machine, time)."""

from __future__ import annotations

from functools import lru_cache

from sandbox.fleet import edge_cases
from sandbox.fleet.machine import Machine, slots
from sandbox.fleet.random_choice import Dice

MINUTE, HOUR, DAY = 60, 3600, 86400
OK, ATTENTION, CRITICAL = range(3)
HEALTH_LASTS = 2 * HOUR
AWAY_DAYS = 3


def last_seen(machine: Machine, *, seed: int, vendor: str, at: float) -> float:
    """When the machine last reported to the vendor. Never runs backwards while time goes on."""
    dice = Dice(seed, "seen", vendor, machine.index)
    period = _period(machine, vendor, Dice(seed, "habit", machine.index))
    phase = dice.below(period * 1000) / 1000
    return (at + phase) // period * period - phase


def _period(machine: Machine, vendor: str, dice: Dice) -> int:
    if machine.oddity == f"stale-{vendor}":
        return 40 * DAY
    habit = dice.below(100)
    if habit < 80 or machine.model.kind == "server":
        return 10 * MINUTE
    if habit < 93:
        return 2 * DAY
    return 21 * DAY if habit < 98 else 200 * DAY


def health(index: int, *, seed: int, vendor: str, at: float) -> int:
    """OK, ATTENTION or CRITICAL; drawn again for each machine every two hours, so issues appear and heal."""
    roll = Dice(seed, "health", vendor, index, _health_window(index, seed, at)).below(100)
    return OK if roll < 78 else ATTENTION if roll < 92 else CRITICAL


def _health_window(index: int, seed: int, at: float) -> int:
    return int(at + Dice(seed, "health phase", index).below(HEALTH_LASTS)) // HEALTH_LASTS


def health_changed(index: int, *, seed: int, vendor: str, at: float) -> float | None:
    """When the present health began, if it differs from the one before."""
    began = _health_window(index, seed, at) * HEALTH_LASTS - float(Dice(seed, "health phase", index).below(HEALTH_LASTS))
    before = health(index, seed=seed, vendor=vendor, at=began - 1)
    return began if before != health(index, seed=seed, vendor=vendor, at=at) else None


@lru_cache(maxsize=64)
def away(seed: int, vendor: str, size: int, day: int) -> frozenset[int]:
    """The machines a vendor does not list on one day: each day a few leave, and come back three days later.

    Only plain machines seen by all three vendors go, and each at one vendor at a time.
    """
    blocks = size // edge_cases.BLOCK
    if not blocks:
        return frozenset()
    gone = set()
    for start in range(day - AWAY_DAYS + 1, day + 1):
        dice = Dice(seed, "away", vendor, start)
        for _ in range(max(1, size // 20_000)):
            block, slot = dice.below(blocks), _vendor_share(vendor, dice)
            gone.add(block * edge_cases.BLOCK + slots(seed, block).index(slot))
    return frozenset(gone)


def _vendor_share(vendor: str, dice: Dice) -> int:
    return dice.pick(edge_cases.PLAIN[edge_cases.ALL.index(vendor) :: len(edge_cases.ALL)])
