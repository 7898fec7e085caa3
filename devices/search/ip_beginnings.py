"""The beginning of an IPv4 or IPv6 address, as it is typed and as keys are stored. Pure.

Keys are canonical (RFC 5952): no leading zeros, and the longest run of zero groups written `::`. So keys may contain one beginning in
several ways, which are looked up by `key_starts`; `begins` then decides, because `::` hides how many groups it stands for.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator, Sequence

GROUPS, DIGITS = 8, 4
LONGEST_MAC_GROUP = 2
GROUP = re.compile("[0-9a-f]{1,4}")
MAPPED = "::ffff:"  # before an IPv4 address, which is kept without it


def v4_beginning(text: str, *, alone: bool = False) -> str:
    """`10.0.50.`: at least two numbers of an address, or one where only an address is searched (`alone`); else ""."""
    text = text.lower().removeprefix(MAPPED)
    parts = text.split(".")
    plain = all(part.isascii() and part.isdigit() for part in parts if part)
    return text if plain and parts[0] and (1 if alone else 2) <= len(parts) <= 4 else ""


def v6_beginnings(text: str, *, alone: bool = False) -> tuple[str, ...]:
    """The hex digits, of 32, with which the addresses begin that the text may mean; none where it is no beginning of an IPv6 address.

    A single group without a colon is one only where only an address is searched (`alone`). Several, because `::` stands for any number of
    groups, and because the last group may go on: `8e7` is the group 08e7 or the beginning of another.
    """
    bare = text.strip().lower().strip("[]").partition("/")[0].partition("%")[0]
    left, double, right = bare.partition("::")
    if not (":" in bare or alone) or "::" in right:
        return ()
    before, after = _groups(left, open_end=not double), _groups(right, open_end=True)
    if before is None or after is None or not any(letter not in "0:" for letter in bare):
        return ()
    whole = [group for group in before if group]
    given = len(whole) + len([group for group in after if group])
    if given > GROUPS - bool(double):
        return ()
    if not double:
        return tuple(dict.fromkeys(_open(whole, closed=before[-1:] == [""])))
    found: list[str] = []
    last = [group for group in after if group]
    for zeros in range(1, GROUPS - given + 1):
        groups = [*whole, *["0"] * zeros, *last]
        found += _open(groups, closed=not last or after[-1] == "")
    return tuple(dict.fromkeys(found))


def is_v6_only(text: str) -> bool:
    """Whether a text with colons cannot be a MAC: with `::`, or a group of more than two digits where MACs have pairs."""
    groups = text.strip().split(":")
    longer = any(len(group) > LONGEST_MAC_GROUP for group in groups)
    return len(groups) > 1 and ("::" in text or longer) and not is_v6_or_mac(text)


def is_v6_or_mac(text: str) -> bool:
    """`001b:21aa:bb01` is a MAC in a rare notation, or the beginning of an address."""
    groups = text.strip().split(":")
    return len(groups) == 3 and all(len(group) == DIGITS for group in groups)


def key_starts(beginnings: Collection[str]) -> list[str]:
    """Texts with which the canonical keys of all these addresses begin. Other keys may begin so too: see `begins`."""
    starts = {start for each in beginnings for start in _starts(each)}
    return sorted(start for start in starts if not any(start[:length] in starts for length in range(1, len(start))))


def begins(key: str, beginnings: Collection[str]) -> bool:
    """Whether a stored key is an address that begins so."""
    try:
        digits = ipaddress.IPv6Address(key).exploded.replace(":", "")
    except ValueError:
        return False
    return digits.startswith(tuple(beginnings))


def _groups(text: str, *, open_end: bool) -> list[str] | None:
    """The groups, the last one "" after a colon at the end; None where one cannot be a group."""
    groups = text.split(":") if text else []
    checked = groups[:-1] if open_end and groups[-1:] == [""] else groups
    return groups if all(GROUP.fullmatch(group) for group in checked) else None


def _open(groups: Sequence[str], *, closed: bool) -> Iterator[str]:
    """Hex digits of the beginning; `closed`: its last group is complete."""
    if len(groups) < GROUPS or not closed:
        yield "".join(group.zfill(DIGITS) for group in groups)
    if not closed:
        before, last = "".join(group.zfill(DIGITS) for group in groups[:-1]), groups[-1]
        yield from (before + last.zfill(length) for length in range(len(last), DIGITS))


def _starts(beginning: str) -> Iterator[str]:
    """As keys may write it: with no run of zeros shortened so far, or with any one of them."""
    cut = len(beginning) - len(beginning) % DIGITS
    groups = [f"{int(beginning[place : place + DIGITS], 16):x}" for place in range(0, cut, DIGITS)]
    tail = beginning[cut:].lstrip("0")
    full = len(groups) == GROUPS
    yield ":".join(groups) if full else ":".join([*groups, tail])
    place = 0
    while place < len(groups):
        if groups[place] != "0":
            place += 1
            continue
        end = place
        while end < len(groups) and groups[end] == "0":
            end += 1
        goes_on = end == len(groups) and not full and not tail  # zeros may follow
        if end - place > 1 or goes_on:
            rest = [] if end == len(groups) and not tail else groups[end:] if full else [*groups[end:], tail]
            yield ":".join(groups[:place]) + "::" + ":".join(rest)
        place = end
