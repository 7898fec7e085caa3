"""Deterministic choices: the same key always rolls the same numbers, on every machine and Python version."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of choices made from a key such as (seed, "machine", 17). Much cheaper to start than random.Random."""

    __slots__ = ("_key", "_pool", "_round")

    def __init__(self, *parts: object) -> None:
        self._key = "\x1f".join(map(str, parts)).encode()
        self._round = 0
        self._pool = self._draw()

    def _draw(self) -> int:
        self._round += 1
        return int.from_bytes(blake2b(self._key, digest_size=64, salt=self._round.to_bytes(16, "big")).digest(), "big")

    def below(self, bound: int) -> int:
        """A number from 0 to bound - 1."""
        if self._pool < bound << 64:
            self._pool = self._draw()
        self._pool, rest = divmod(self._pool, bound)
        return rest

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def text(self, alphabet: str, length: int) -> str:
        number, base, out = self.below(len(alphabet) ** length), len(alphabet), []
        for _ in range(length):
            number, rest = divmod(number, base)
            out.append(alphabet[rest])
        return "".join(out)

    def hex(self, length: int) -> str:
        return f"{self.below(16**length):0{length}x}"

    def shuffled(self, items: Sequence[T]) -> list[T]:
        result = list(items)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result


def scramble(number: int, *key: object) -> int:
    """A reversible permutation of 48-bit numbers: ids look random, yet lead back to their position."""
    left, right = number >> 24, number & 0xFFFFFF
    for step in range(4):
        left, right = right, left ^ _round(right, step, key)
    return left << 24 | right


def unscramble(number: int, *key: object) -> int:
    left, right = number >> 24, number & 0xFFFFFF
    for step in reversed(range(4)):
        left, right = right ^ _round(left, step, key), left
    return left << 24 | right


def _round(half: int, step: int, key: tuple[object, ...]) -> int:
    return int.from_bytes(blake2b(f"{key}{step}{half}".encode(), digest_size=3).digest(), "big")
