"""Pruning of the audit log: the owner's role removes the oldest entries, and the chain goes on from a signed checkpoint.

The checkpoint is an entry of the log itself, with the head that the removed entries ended with. It is signed and chained like all others,
so that nobody without a key removes first entries unnoticed.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from devices.audit import log as audit
from devices.audit.chain import START, Head, chain_now, head, lock
from devices.audit.context import AuditContext
from devices.audit.verification import PRUNED, checkpoint, verify_links
from devices.db.locks import extend_timeouts
from devices.models import AuditLink

# The last of the first links whose entries are all older.
_LAST_OLD = """
SELECT l.position - 1 FROM devices_auditlink l JOIN devices_auditevent e ON e.id = l.event_id
WHERE e.at >= %s ORDER BY l.position LIMIT 1"""


def prune(*, before: datetime, act: AuditContext) -> int:
    """Remove all entries up to the first that is not older than `before`; returns how many.

    Needs the owner's role (devices/db/roles.py). Raises BrokenChain, and removes nothing, when the log is not intact.
    """
    with transaction.atomic():
        extend_timeouts()
        lock()
        begin = checkpoint()
        verify_links(begin)
        end = _head_before(before)
        if end.count <= begin.count:
            return 0
        audit.record(PRUNED, act=act, entries=end.count - begin.count, before=f"{before:%Y-%m-%d}", head=str(end))
        chain_now()  # in this transaction: without its checkpoint the rest would not be intact
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL rollcall.prune = 'on'")
            cursor.execute(
                "DELETE FROM devices_auditevent WHERE id IN (SELECT event_id FROM devices_auditlink WHERE position <= %s)", [end.count]
            )
            cursor.execute("DELETE FROM devices_auditlink WHERE position <= %s", [end.count])
            cursor.execute("SET LOCAL rollcall.prune = 'off'")
        return end.count - begin.count


def _head_before(moment: datetime) -> Head:
    with connection.cursor() as cursor:
        cursor.execute(_LAST_OLD, [moment])
        row = cursor.fetchone()
    if row is None:
        return head()
    link = AuditLink.objects.filter(position=row[0]).first()
    return Head(link.position, bytes(link.digest)) if link else Head(0, START)
