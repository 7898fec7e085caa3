"""Writes what changed on a device into its timeline. One row a change; what stays the same writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from devices.audit.context import AuditContext
from devices.models import Change, ChangeKind, SyncRun

# What is followed in every vendor's answer. Counts and clocks move too often to mean anything.
FOLLOWED = ("name", "serial", "user", "os_name", "model", "group_name", "state", "enrolment", "silenced")
_BLANK = ("field", "before", "after", "actor_name", "reason", "ticket")


def into(kind: ChangeKind, source: str, **columns: str) -> str:
    """SQL that writes a change for each row of `source`, which has a device_id. Its parameters: `cause`.

    `columns`: SQL for the texts of a change; what is not named stays empty.
    """
    texts = ", ".join(columns.get(name, "''") for name in _BLANK)
    return f"""INSERT INTO devices_change (device_id, at, kind, account_id, run_id, {", ".join(_BLANK)})
               SELECT c.device_id, %(now)s, '{kind}', %(account)s::bigint, %(run)s::bigint, {texts} FROM {source} c"""


def cause(run: SyncRun | None, now: datetime) -> dict[str, Any]:
    """When, and by which account and run; without a run it was time or a person."""
    return {"now": now, "account": run.account_id if run else None, "run": run.pk if run else None}


def record_field_changes(run: SyncRun, now: datetime) -> None:
    """What the staged answers (table `different`) say otherwise than the sightings they are about to replace."""
    pairs = ", ".join(f'(\'{name}\', s."{name}"::text, i."{name}"::text)' for name in FOLLOWED)
    found = f"""(SELECT s.device_id, v.* FROM different i
                 CROSS JOIN LATERAL (SELECT * FROM devices_sighting s WHERE s.id = i.id OFFSET 0) s
                 CROSS JOIN LATERAL (VALUES {pairs}) AS v(field, before, after)
                 WHERE v.before IS DISTINCT FROM v.after)"""
    with connection.cursor() as cursor:
        sql = into(ChangeKind.FIELD, found, field="c.field", before="left(c.before, 255)", after="left(c.after, 255)")
        cursor.execute(sql, cause(run, now))


def record_moves(moves: Collection[tuple[int, int]], now: datetime) -> None:
    """Answers left the first device of each pair for the second: each of them remembers the other."""
    if not moves:
        return
    pairs = sorted(moves)
    left = [Change(device_id=old, at=now, kind=ChangeKind.MOVED, field="device", after=str(new)) for old, new in pairs]
    came = [Change(device_id=new, at=now, kind=ChangeKind.MOVED, field="device", before=str(old)) for old, new in pairs]
    Change.objects.bulk_create(left + came)


def record_merges(merged: Mapping[int, int], now: datetime) -> None:
    """Device that ended → the one it became part of."""
    Change.objects.bulk_create(
        Change(device_id=new, at=now, kind=ChangeKind.MERGED, field="device", before=str(old)) for old, new in merged.items()
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
    """What a person did, beside its entry in the audit log. Texts are cut to what a column holds."""
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
    told: Iterable[tuple[int, str]],
    kind: ChangeKind,
    *,
    act: AuditContext,
    field: str,
    before: str = "",
    reason: str = "",
) -> None:
    """The same act on many: `told` has a device and what its line says, by line."""
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
        for device, after in told
    )
