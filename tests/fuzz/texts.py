"""Texts for parsers of single values: those that are documented, their pieces in another order, and characters that programs misread.

Each text is made from one drawn number: drawing it letter by letter takes longer than to parse it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
# NUL, lone surrogates, what is invisible, turned, composed, folds to more letters, or is a digit elsewhere.
ODD = (
    *("", " ", "\0", "\x01", "\t", "\n", "\r", "\x1b[31m", "\x7f", "\x85", "\xa0", "\xad", "\u2028", "\u2029"),
    *("\ud800", "\udfff", "\udc00\ud800", "\ufffd", "\uffff", "\U0010ffff", "\U0001f469\u200d\U0001f4bb"),
    *("\u200b", "\u200e", "\u202e", "\u2066", "\ufeff", "\u0301", "\u0345", "\u0308\u0301", "\u1e9b\u0323"),
    *("\u0130", "\u0131", "\u00df", "\u1e9e", "\ufb00", "\u03c2", "\u01c5", "\u0149", "\u1fb7", "\ufdfa", "\u3300", "\uff1d", "\uff11"),
    *("\u0663", "\u00b2", "\u0be7", "\U0001d7d9", "\u2155", "\u2018", "\u2019", "\u2010", "\u2212", "\u3002", "\uff0e"),
    *(
        "'",
        '"',
        "\\",
        "/",
        "%",
        "%s",
        "%(x)s",
        "{",
        "}",
        "{0}",
        "<",
        ">",
        "&",
        "=",
        "+",
        "-",
        "@",
        ":",
        ";",
        ",",
        ".",
        "|",
        "*",
        "#",
        "$",
        "?",
    ),
    *("[", "]", "(", ")", "_", "~", "^", "`", "!", "0", "00", "-1", "9" * 20, "9" * 4400, "x" * 300, "1e400", "NaN", "null"),
)
TIMES = (2, 17, 127, 300)
MOST_PIECES = 12
LONGEST = 1000
_PIECE = re.compile(r"[^\W_]+|\W|_")
_BLOCKS = (0x20, 0x80, 0x250, 0x600, 0x1100, 0x3000, 0xD800, 0xE000, 0x1F000)  # where ranges of letters begin, surrogates among them


def made(maker: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """What `maker` makes from one drawn number."""
    return st.integers(0, 2**64 - 1).map(lambda number: maker(Random(number)))


def texts(*samples: str) -> st.SearchStrategy[str]:
    """`samples`: valid texts."""
    return made(text_maker(*samples))


def text_maker(*samples: str) -> Callable[[Random], str]:
    pieces = (*samples, *sorted({piece for sample in samples for piece in _PIECE.findall(sample)}), *ODD)

    def piece(dice: Random) -> str:
        return dice.choice(pieces) if dice.random() < 0.8 else any_text(dice, most=3)

    def changed(dice: Random) -> str:
        """A sample with something else instead of some of its characters."""
        sample = dice.choice(samples)
        at = dice.randint(0, len(sample))
        return sample[:at] + piece(dice) + sample[at + dice.choice((0, 0, 1, 3)) :]

    ways: tuple[Callable[[Random], str], ...] = (
        *(changed,) * 4,
        *(lambda dice: "".join(piece(dice) for _ in range(dice.randint(0, MOST_PIECES))),) * 4,
        *(lambda dice: any_text(dice, most=30),) * 2,
        lambda dice: dice.choice(samples),
        lambda dice: (dice.choice(pieces) * dice.choice(TIMES))[:LONGEST] + piece(dice),
    )
    return lambda dice: dice.choice(ways)(dice)


def any_text(dice: Random, *, most: int) -> str:
    return "".join(chr(dice.choice(_BLOCKS) + dice.randrange(0x200)) for _ in range(dice.randint(0, most)))
