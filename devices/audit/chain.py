"""Hash chain over the audit log: each link covers its entry and, by the preceding digest, all earlier ones.

Entries are written by the transaction that does what they record, and chained right after it was committed, one process at a time. So
recording waits for no other transaction, and the order of the chain is that of the commits. What a stopped process left is chained by the
periodic task.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from devices.audit import signing
from devices.models import AuditLink

START = b"\0" * 32  # before the first entry
BATCH = 1000
# Entries are searched among so many before the newest chained one: a transaction may be committed later than younger entries.
RECENT, ALL_RECENT = 100, 100_000
_LOCK = 0x4C47
_log = logging.getLogger("rollcall.audit")
# With the last link, so that an append takes one query less. LATERAL with OFFSET 0: by the index of links, whatever the statistics are.
_UNCHAINED = f"""
SELECT last.position, last.digest, e.id, e.mac, {signing.CONTENT} FROM devices_auditevent e
LEFT JOIN LATERAL (SELECT position, digest FROM devices_auditlink ORDER BY position DESC LIMIT 1) last ON true
LEFT JOIN LATERAL (SELECT true AS chained FROM devices_auditlink l WHERE l.event_id = e.id OFFSET 0) l ON true
WHERE e.id > (SELECT coalesce(max(event_id), %(window)s) FROM devices_auditlink) - %(window)s AND l.chained IS NULL
ORDER BY e.id LIMIT {BATCH}"""


@dataclass(frozen=True, slots=True)
class Head:
    """Last link: how many entries were ever chained, and the digest over all of them."""

    count: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.count}:{self.digest.hex()}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Raises ValueError."""
        count, _, digest = text.strip().partition(":")
        found = cls(int(count), bytes.fromhex(digest))
        if str(found) != text.strip().lower() or found.count < 0 or len(found.digest) != len(START):
            raise ValueError("not a head")
        return found


_logged = Head(0, START)


def head() -> Head:
    last = AuditLink.objects.order_by("-position").values_list("position", "digest").first()
    return Head(last[0], bytes(last[1])) if last else Head(0, START)


def key_in_use() -> str:
    """Id of the key that signed the last link; empty without one."""
    return AuditLink.objects.order_by("-position").values_list("key_id", flat=True).first() or ""


def chain_after_commit() -> None:
    """Once for all entries of the current transaction."""
    if not any(hook is _chain_recent for _, hook, *_ in connection.run_on_commit):
        transaction.on_commit(_chain_recent)


def chain_left() -> None:
    """Chain what stopped processes left, and write the head to the log where it has changed. Raises DatabaseError."""
    global _logged  # noqa: PLW0603  # of this process; a head that several of them write does no harm
    chain_now()
    if (current := head()) != _logged:
        _log.info("head %s", current)
        _logged = current


def chain_now() -> None:
    """Chain every entry that is visible. Raises DatabaseError."""
    while chain(window=ALL_RECENT) == BATCH:
        pass


def chain(*, window: int) -> int:
    """Chain up to BATCH entries; returns how many. Raises DatabaseError."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock()
        cursor.execute(_UNCHAINED, {"window": window})
        rows = cursor.fetchall()
        if not rows:
            return 0
        current = Head(rows[0][0], bytes(rows[0][1])) if rows[0][0] else Head(0, START)
        key_id, key = next(iter(signing.keys().items()))
        links = []
        for _, _, event, stored_mac, *content in rows:
            mac = bytes(stored_mac)
            signed = signing.is_signed(content, mac)
            position = current.count + 1
            digest = signing.link_digest(current.digest, position=position, signed=signed, content=content, mac=mac)
            current = Head(position, digest)
            link_mac = signing.link_mac(digest, key=key)
            links.append(AuditLink(position=position, event_id=event, signed=signed, key_id=key_id, digest=digest, mac=link_mac))
        AuditLink.objects.bulk_create(links)
        return len(links)


def lock() -> None:
    """Until this transaction ends nothing else is chained."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [_LOCK])


def _chain_recent() -> None:
    """The entry is committed; what prevents its link now is repaired by the periodic task."""
    try:
        chain(window=RECENT)
    except DatabaseError as error:
        _log.warning("entries are not chained yet: %s", type(error.__cause__ or error).__name__)
