"""Verification of the audit log: every entry, its link, and what should be there and is not."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from devices.audit import signing
from devices.audit.chain import START, Head
from devices.db.locks import extend_timeouts

BATCH = 2000
PRUNED = "audit log pruned"
_LINKS = f"""
SELECT l.position, l.event_id, l.signed, l.key_id, l.digest, l.mac, e.id, e.mac, {signing.CONTENT}
FROM devices_auditlink l LEFT JOIN LATERAL (SELECT * FROM devices_auditevent e WHERE e.id = l.event_id OFFSET 0) e ON true
WHERE l.position > %s ORDER BY l.position LIMIT {BATCH}"""
_UNCHAINED = f"""
SELECT e.id, e.mac, {signing.CONTENT} FROM devices_auditevent e
LEFT JOIN LATERAL (SELECT true AS chained FROM devices_auditlink l WHERE l.event_id = e.id OFFSET 0) l ON true
WHERE e.id > %s AND l.chained IS NULL ORDER BY e.id LIMIT {BATCH}"""
# The newest entry about a pruning: it holds the head from which the remaining chain goes on, and is itself part of that chain.
_CHECKPOINT = """
SELECT e.detail ->> 'head' FROM devices_auditevent e JOIN devices_auditlink l ON l.event_id = e.id
WHERE e.action = %s AND l.signed ORDER BY l.position DESC LIMIT 1"""


class BrokenChain(Exception):
    """The first broken entry, as a sentence."""


@dataclass(frozen=True, slots=True)
class Verified:
    """`entries`: in the table and chained; `waiting`: written just now and not chained yet; `pruned`: removed by the owner role."""

    head: Head
    entries: int
    waiting: int
    pruned: int


def verify(*, expect: Head | None = None) -> Verified:
    """Read the whole log as of one moment. `expect`: a head that was noted earlier. Raises BrokenChain."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        extend_timeouts()
        begin = checkpoint()
        end = verify_links(begin, expect=expect)
        return Verified(end, end.count - begin.count, _waiting(), begin.count)


def checkpoint() -> Head:
    """Where the remaining chain begins. Raises BrokenChain."""
    with connection.cursor() as cursor:
        cursor.execute(_CHECKPOINT, [PRUNED])
        row = cursor.fetchone()
    try:
        return Head.parse(row[0] or "") if row else Head(0, START)
    except ValueError:
        raise BrokenChain("The entry about the last pruning was changed.") from None


def verify_links(begin: Head, *, expect: Head | None = None) -> Head:
    """Returns the last link. Raises BrokenChain."""
    if expect and expect.count < begin.count:
        raise BrokenChain(f"The expected head is older than the last pruning: the first {begin.count} entries were removed by it.")
    current, keys = begin, signing.keys()
    unproved: tuple[int, str] | None = None  # the first entry whose key is not loaded, while no later signature covers it
    _compare(current, expect)
    for position, event, signed, key_id, digest, mac, found, entry_mac, *content in _links(begin.count):
        if position != current.count + 1:
            raise BrokenChain(f"Entries were removed before entry {event}: numbers {current.count + 1} to {position - 1} of the chain.")
        if found is None:
            raise BrokenChain(f"Entry {event} (number {position} of the chain) was removed.")
        computed = signing.link_digest(current.digest, position=position, signed=signed, content=content, mac=bytes(entry_mac))
        key = keys.get(key_id)
        intact = hmac.compare_digest(computed, bytes(digest))
        if not intact or (key and not hmac.compare_digest(signing.link_mac(computed, key=key), bytes(mac))):
            since = f" or one since entry {unproved[0]}" if intact and unproved else ""
            raise BrokenChain(f"Entry {event}{since} (number {position} of the chain) was changed, moved or added.")
        if not signed:
            raise BrokenChain(f"Entry {event} (number {position} of the chain) was not written by Rollcall.")
        unproved = None if key else unproved or (event, key_id)
        current = Head(position, computed)
        _compare(current, expect)
    if unproved:
        raise BrokenChain(f"Entry {unproved[0]} and later ones cannot be verified: the sealing key {unproved[1]!r} is not loaded.")
    if expect and current.count < expect.count:
        raise BrokenChain(f"The last {expect.count - current.count} entries were removed: {current.count} remain of {expect.count}.")
    return current


def _compare(current: Head, expect: Head | None) -> None:
    if expect and current.count == expect.count and current.digest != expect.digest:
        raise BrokenChain(f"Entry number {current.count} of the chain is not the one of the expected head.")


def _waiting() -> int:
    """Entries without a link. Raises BrokenChain for one that Rollcall did not write."""
    waiting = 0
    for event, mac, *content in _rows(_UNCHAINED, 0):
        if not signing.is_signed(content, bytes(mac)):
            raise BrokenChain(f"Entry {event} was not written by Rollcall.")
        waiting += 1
    return waiting


def _links(after: int) -> Iterator[tuple[Any, ...]]:
    return _rows(_LINKS, after)


def _rows(query: str, after: int) -> Iterator[tuple[Any, ...]]:
    """In batches, by the first column."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(query, [after])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < BATCH:
                return
            after = rows[-1][0]
