"""Writes changes of a device to its history, one row each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from devices.audit.context import AuditContext
from devices.models import Change, ChangeKind, SyncRun

# The fields of a record whose changes are written. Counts and times change too often.
FOLLOWED = ("name", "serial", "user", "os_name", "model", "group_name", "state", "enrolment", "silenced")
_BLANK = ("field", "before", "after", "actor_name", "reason", "ticket")


def into(kind: ChangeKind, source: str, **columns: str) -> str:
    """SQL that writes a change for each row of `source`, which has a device_id. Its parameters: `cause`.

    `columns`: SQL for the texts of a change; others stay empty.
    """
    texts = ", ".join(columns.get(name, "''") for name in _BLANK)
    return f"""INSERT INTO devices_change (device_id, at, kind, account_id, run_id, {", ".join(_BLANK)})
               SELECT c.device_id, %(now)s, '{kind}', %(account)s::bigint, %(run)s::bigint, {texts} FROM {source} c"""


def cause(run: SyncRun | None, now: datetime) -> dict[str, Any]:
    """Time, account and run of a change; without a run, time passed or a user acted."""
    return {"now": now, "account": run.account_id if run else None, "run": run.pk if run else None}


def record_field_changes(run: SyncRun, now: datetime) -> None:
    """Differences between the staged records (table `different`) and the sightings that they will replace."""
    pairs = ", ".join(f'(\'{name}\', s."{name}"::text, i."{name}"::text)' for name in FOLLOWED)
    found = f"""(SELECT s.device_id, v.* FROM different i
                 CROSS JOIN LATERAL (SELECT * FROM devices_sighting s WHERE s.id = i.id OFFSET 0) s
                 CROSS JOIN LATERAL (VALUES {pairs}) AS v(field, before, after)
                 WHERE v.before IS DISTINCT FROM v.after)"""
    with connection.cursor() as cursor:
        sql = into(ChangeKind.FIELD, found, field="c.field", before="left(c.before, 255)", after="left(c.after, 255)")
        cursor.execute(sql, cause(run, now))


def record_moves(moves: Collection[tuple[int, int]], now: datetime, *, reason: str = "") -> None:
    """Records moved from the first device of each pair to the second: both get an entry with the other one."""
    if not moves:
        return
    pairs = sorted(moves)
    left = [Change(device_id=old, at=now, kind=ChangeKind.MOVED, field="device", after=str(new), reason=reason) for old, new in pairs]
    came = [Change(device_id=new, at=now, kind=ChangeKind.MOVED, field="device", before=str(old), reason=reason) for old, new in pairs]
    Change.objects.bulk_create(left + came)


def record_merges(merged: Mapping[int, int], now: datetime, *, reason: str = "") -> None:
    """`merged`: device that ended → device that remains."""
    Change.objects.bulk_create(
        Change(device_id=new, at=now, kind=ChangeKind.MERGED, field="device", before=str(old), reason=reason) for old, new in merged.items()
    )


def record_user_action(
    device: int,
    kind: ChangeKind,
    *,
    act: AuditContext,
    field: str = "",
    before: str = "",
    after: str = "",
    reason: str = "",
) -> Change:
    """An action of a user, beside its entry in the audit log. Texts are cut to the size of their columns."""
    return Change.objects.create(
        device_id=device,
        at=act.now,
        kind=kind,
        field=field,
        before=before[:255],
        after=after[:255],
        actor_name=act.name,
        reason=reason[:500],
        ticket=act.ticket[:64],
    )


def by_person_on_many(
    lines: Iterable[tuple[int, str]],
    kind: ChangeKind,
    *,
    act: AuditContext,
    field: str,
    before: str = "",
    reason: str = "",
) -> None:
    """The same action on many devices. `lines`: device and value after the action."""
    Change.objects.bulk_create(
        Change(
            device_id=device,
            at=act.now,
            kind=kind,
            field=field,
            before=before,
            after=after[:255],
            actor_name=act.name,
            reason=reason[:500],
            ticket=act.ticket[:64],
        )
        for device, after in lines
    )
