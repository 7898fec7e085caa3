"""Fillers: digits and bytes that somebody counted or repeated instead of a real number. Pure rules."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby, pairwise

SHORTEST_RUN = 5
CERTAIN_RUN = 9  # characters that count: no number of a machine does so by chance
_AFTER_UP = {"9": "01a", "z": "a", "f": "0"}
_AFTER_DOWN = {"0": "9f", "1": "9", "a": "9fz"}
# A run that was typed begins or ends here, up and down; others are met by chance.
_UP, _DOWN = ("01", "09"), ("09", "01")
_ROWS = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm")  # of keyboards
_LABEL = re.compile(r"(?:s/?n|[a-z]{0,2}sn|serial(?:number|no|nr)?)[\W_]*(?=\d)")
_NAMED = re.compile(r"[a-z]{2,}\d{0,2}[\W_]+(?=\w)")  # `sys-`, `type1 - `
_LETTERS = re.compile(r"[a-z]{1,4}(?=\d)")
_SIGNS = re.compile(r"[\W_]+")
_FEWEST_GROUPS = 3
_HALVES = (1, 2, 4, 8)  # bytes of a pattern that is repeated
_REGULAR_STEPS = 12  # of the 15 between the bytes of a UUID
_COUNTING_DIGITS = 20  # of the 31 steps between its digits
_FEWEST_BYTES = 5  # different ones in a UUID


def is_counted(folded: str) -> bool:
    """Whether a text is a counting run, perhaps behind a label, or one character or group repeated."""
    folded = folded.removeprefix("0x")
    core = _SIGNS.sub("", folded)
    if _is_repeated(core) or _counts(core) or _counts_in_groups(core) or _counts_twice(core):
        return True
    named = _NAMED.match(folded)
    if named and _counts(_SIGNS.sub("", folded[named.end() :])):
        return True
    label = _LABEL.match(folded)
    if label and _run(_SIGNS.sub("", folded[label.end() :])) >= SHORTEST_RUN:
        return True
    letters = _LETTERS.match(core)
    return letters is not None and _run(core[letters.end() :]) >= CERTAIN_RUN


def is_filler(raw: bytes) -> bool:
    """Whether sixteen bytes repeat a pattern, count in bytes or digits, or have too few different values. Try both byte orders."""
    if any(raw == raw[:size] * (len(raw) // size) for size in _HALVES):
        return True
    steps = [times for _, times in Counter((after - before) % 256 for before, after in pairwise(raw)).most_common(2)]
    if steps[0] >= _REGULAR_STEPS or _counts_in_digits(raw.hex()) or _counts_between_zeros(raw):
        return True
    return (sum(steps) >= _REGULAR_STEPS or len(set(raw)) < _FEWEST_BYTES) and not _ends_in_mac(raw)


def _is_repeated(core: str) -> bool:
    """`xxxx`, `121212`, `12341234`, a pair of digits twice, and texts of zeros and ones such as 00000001."""
    if len(set(core)) <= 1 or (len(core) >= 4 and set(core) <= {"0", "1"}):
        return True
    if len(core) == 4 and core.isdigit() and core[:2] == core[2:]:
        return True
    sizes = (size for size in (2, 3, 4) if len(core) % size == 0 and core == core[:size] * (len(core) // size))
    return any(len(core) // size >= 3 or len(core) >= 8 for size in sizes)


def _counts(core: str) -> bool:
    """Nearly all of it is a run, up or down; short ones only from a typical start or to a typical end."""
    length = _run(core)
    if length >= CERTAIN_RUN:
        return True
    if len(core) < SHORTEST_RUN or length < len(core):
        return False
    starts, ends = _UP if _is_up(core[0], core[1]) else _DOWN
    return core.isalpha() or core[0] in starts or core[-1] in ends


def _counts_in_groups(core: str) -> bool:
    """`112233`, `aaabbbccc`."""
    groups = ["".join(group) for _, group in groupby(core)]
    if len(groups) < _FEWEST_GROUPS or len({len(group) for group in groups}) > 1 or len(groups[0]) < 2:
        return False
    return _run("".join(group[0] for group in groups)) == len(groups)


def _counts_twice(core: str) -> bool:
    """`abc123`, `1234abcd`, `a1b2c3d4`: letters and digits that both count from their beginning."""
    letters, digits = "".join(filter(str.isalpha, core)), "".join(filter(str.isdigit, core))
    if min(len(letters), len(digits)) < _FEWEST_GROUPS or len(letters) + len(digits) != len(core):
        return False
    turns = sum(before.isalpha() != after.isalpha() for before, after in pairwise(core))
    starts = letters[0] in "aq" and digits[0] in "01"
    return turns in (1, len(core) - 1) and starts and _run(letters) == len(letters) and _run(digits) == len(digits)


def _run(core: str) -> int:
    """Characters at the beginning that count up, count down, or go along a row of keys."""
    if not core:
        return 0
    longest = 1
    for follows in (_is_up, _is_down, _is_beside):
        length = 1
        for before, after in pairwise(core):
            if not follows(before, after):
                break
            length += 1
        longest = max(longest, length)
    return longest


def _is_up(before: str, after: str) -> bool:
    return ord(after) - ord(before) == 1 or after in _AFTER_UP.get(before, "")


def _is_down(before: str, after: str) -> bool:
    return ord(before) - ord(after) == 1 or after in _AFTER_DOWN.get(before, "")


def _is_beside(before: str, after: str) -> bool:
    return any(before + after in row for row in _ROWS)


def _counts_in_digits(digits: str) -> bool:
    up = sum(_is_up(before, after) for before, after in pairwise(digits))
    down = sum(_is_down(before, after) for before, after in pairwise(digits))
    return max(up, down) >= _COUNTING_DIGITS


def _counts_between_zeros(raw: bytes) -> bool:
    """`03000200-0400-0500-0006-000700080009`, in Windows' order 2, 3, 4 … 9 with zeros between."""
    numbers = [byte for byte in raw if byte]
    return len(numbers) >= 6 and all(after - before == 1 for before, after in pairwise(numbers))


def _ends_in_mac(raw: bytes) -> bool:
    """Some boards put only their address in: the last six bytes, as a maker assigns and programs them."""
    mac = raw[-6:]
    return not mac[0] & 3 and any(mac[:3]) and any(mac[4:]) and mac[3:] != b"\xff\xff\xff" and len(set(mac)) > 2
