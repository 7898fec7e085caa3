"""What was patched when, and what is missing now, on the machines that ESET knows. Pure functions of (seed, position, time).

A company patches in waves: twice a day, one title, and the machines of a wave begin in the same second. So rows that name no device are
identical. Every machine tells its attempts some minutes later, or, when it was offline, days later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sandbox.fleet.activity import DAY, HOUR, MINUTE
from sandbox.fleet.fleet import Fleet
from sandbox.fleet.machine import Machine
from sandbox.fleet.random_choice import Dice

WAVES = 2  # a day
SHARE = 12  # percent of the machines take part in a wave
SPREAD = 37  # has no factor in common with 100, so that neighbours are in different waves
HISTORY = 30 * DAY  # of attempts per device
RECENT, FADING = 3 * DAY, DAY  # the list of recent attempts forgets after three to four days
LATEST = 5 * DAY  # how long after its start an attempt may be told
SLOTS = 4  # patches that a machine may lack at a time
LACKS = 9 * DAY  # how long it lacks one

OK, RESTART, FAILED = "OK_INSTALLED", "OK_RESTART_REQUIRED", "FAILED_"
WORDS = (
    *(OK,) * 12, RESTART, RESTART, FAILED + "TERMINATION_REQUIRED", FAILED + "TERMINATION_REQUIRED", FAILED + "UNINSTALL_REQUIRED",
    FAILED + "DOWNLOAD_ERROR", FAILED + "INSTALLER_CORRUPTED", FAILED + "PREPARE_ERROR", "NOT_APPLICABLE",
    "POSTPONED_BY_USER",  # no version of the documentation knows it
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SoftwareProduct:
    """`first`: the major version; a new minor one appears every week. Beyond 32767 the version's number needs its 64th bit."""

    kind: str
    name: str
    developer: str
    first: int
    reference: str = ""


APPLICATIONS = (
    SoftwareProduct("application", "Mozilla Firefox", "Mozilla Corporation", 128),
    SoftwareProduct("application", "7-Zip", "Igor Pavlov", 24),
    SoftwareProduct("application", "Adobe Acrobat Reader", "Adobe Inc.", 25),
    SoftwareProduct("application", "Zoom Workplace", "Zoom Video Communications, Inc.", 6),
    SoftwareProduct("application", "Notepad++ <x64>", "Don Ho", 8),
    SoftwareProduct("application", "Treiberpaket für Drucker", "", 65_001),
)
PACKAGES = (
    SoftwareProduct("package", "openssl", "", 3, "apt/openssl"),
    SoftwareProduct("package", "linux-image-generic", "", 6, "apt/linux-image-generic"),
)
WINDOWS = SoftwareProduct("system", "Windows", "Microsoft", 10)


@dataclass(frozen=True, slots=True, order=True)
class PatchAttempt:
    """`start`, `told` and `end` are epoch seconds; `told`: when ESET learned of it. `end` None: it was never said."""

    start: int
    position: int
    product: SoftwareProduct
    word: str
    week: int
    told: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    uuid: str
    position: int
    product: SoftwareProduct
    week: int
    since: float


def patches_itself(machine: Machine) -> bool:
    return not machine.is_mobile and machine.oddity not in ("pending", "master-image")


def attempt(fleet: Fleet, position: int, wave: int) -> PatchAttempt | None:
    """What the machine at `position` tried in this wave, told or not yet."""
    takes_part = (position * SPREAD + _shift(fleet.seed, wave)) % 100 < SHARE  # dice for all would cost most of the time
    return _attempt(fleet.seed, position, wave) if takes_part else None


@lru_cache(maxsize=512)
def _shift(seed: int, wave: int) -> int:
    return Dice(seed, "shift", wave).below(100)


@lru_cache(maxsize=1 << 16)
def _attempt(seed: int, position: int, wave: int) -> PatchAttempt | None:
    dice = Dice(seed, "attempt", position, wave)
    machine = Fleet(seed).entry("eset", position).machine
    if not patches_itself(machine):
        return None
    product, start = _wave(seed, wave, machine.model.family)
    delay, end = 2 * MINUTE + dice.below(20 * MINUTE), start + 20 + 60 * dice.below(3)
    if dice.chance(6):  # was offline: patched at its own time, and told it when it came back
        start += 1 + dice.below(3 * HOUR)
        delay, end = HOUR + dice.below(LATEST - HOUR), start + 30
    ended = None if dice.chance(4) else end
    return PatchAttempt(start, position, product, dice.pick(WORDS), start // (7 * DAY), start + delay, ended)


@lru_cache(maxsize=512)
def _wave(seed: int, wave: int, family: str) -> tuple[SoftwareProduct, int]:
    dice = Dice(seed, "wave", wave)
    start = wave * (DAY // WAVES) + dice.below(DAY // WAVES - 4 * HOUR)
    linux, windows = family == "linux", family in ("windows", "winserver")
    if linux:
        return dice.pick(PACKAGES), start
    return (WINDOWS if windows and dice.chance(12) else dice.pick(APPLICATIONS)), start


def attempts(fleet: Fleet, *, since: float, until: float) -> Iterator[PatchAttempt]:
    """All that began in this time and were told by now, newest wave first."""
    now, total = fleet.now(), fleet.total("eset")
    for wave in range(wave_of(min(until, now)), wave_of(since) - 1, -1):
        for position in range(total):
            found = attempt(fleet, position, wave)
            if found and since <= found.start < until and found.told <= now:
                yield found


def wave_of(at: float) -> int:
    return int(at) // (DAY // WAVES)


def recent(fleet: Fleet) -> Iterator[PatchAttempt]:
    """Applications only, and without their device; fading from the list one by one."""
    now = fleet.now()
    for found in attempts(fleet, since=now - RECENT - FADING - LATEST, until=now):
        fades = Dice(fleet.seed, "fades", found.position, found.start).below(FADING)
        if found.product.kind == "application" and now < found.told + RECENT + fades:
            yield found


def missing(fleet: Fleet, position: int, slot: int) -> Missing | None:
    """A patch that the machine lacks at present: each stays for some days."""
    now = fleet.now()
    phase = Dice(fleet.seed, "lack", position, slot).below(LACKS)
    window = int(now + phase) // LACKS
    dice = Dice(fleet.seed, "lacks", position, slot, window)
    if not dice.chance(35):
        return None
    machine = fleet.entry("eset", position).machine
    if not patches_itself(machine):
        return None
    since = window * LACKS - phase
    family = machine.model.family
    products = PACKAGES if family == "linux" else (*APPLICATIONS, WINDOWS) if family.startswith("win") else APPLICATIONS
    return Missing(dice.hex(32), position, dice.pick(products), since // (7 * DAY), since)


def version(product: SoftwareProduct, week: int) -> tuple[str, str]:
    """(number, name), as the vendor makes the one from the other."""
    minor, patch = week % 100, week * 7 % 1000
    return str(product.first << 48 | minor << 32 | patch << 16), f"{product.first}.{minor}.{patch}"
