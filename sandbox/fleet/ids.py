"""Vendor ids: they look random, are unique, and lead back to their position without a table."""

from __future__ import annotations

from sandbox.fleet.random_choice import Dice, scramble, unscramble

_UPPER = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MIXED = _UPPER + "abcdefghijklmnopqrstuvwxyz"
FIRST_IDN = 10


def uuid(seed: int, position: int) -> str:
    """ESET: 48 bits are the scrambled position, the rest is drawn from it."""
    head = f"{scramble(position, seed, 'eset'):012x}"
    tail = Dice(seed, "uuid", position).hex(18)
    return f"{head[:8]}-{head[8:]}-4{tail[:3]}-9{tail[3:6]}-{tail[6:]}"


def hwid(seed: int, position: int, *, mobile: bool) -> str:
    """OPSWAT: 16 upper-case characters, for phones 32 of mixed case."""
    number, out = scramble(position, seed, "opswat"), []
    alphabet = _MIXED if mobile else _UPPER
    for _ in range(10):
        number, rest = divmod(number, len(alphabet))
        out.append(alphabet[rest])
    return "".join(out) + Dice(seed, "hwid", position).text(alphabet, 22 if mobile else 6)


def computer_idn(position: int) -> str:
    """five(9)s: a small integer, here as text."""
    return str(FIRST_IDN + position)


def position_of(seed: int, vendor: str, vendor_id: str) -> int | None:
    """Where the record with this id lies, if it could be one of ours."""
    if vendor == "five9s":
        return int(vendor_id) - FIRST_IDN if vendor_id.isdecimal() and int(vendor_id) >= FIRST_IDN else None
    try:
        position = unscramble(int(vendor_id.replace("-", "")[:12], 16), seed, "eset")
    except ValueError:
        return None
    return position if position < 1 << 24 and uuid(seed, position) == vendor_id else None
