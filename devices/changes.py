"""Writes what changed on a device into its timeline. One row a change; what stays the same writes nothing."""

from __future__ import annotations

from datetime import datetime

from devices.models import Change, ChangeKind, User


def by_person(
    device: int,
    kind: ChangeKind,
    *,
    actor: User,
    now: datetime,
    field: str = "",
    before: str = "",
    after: str = "",
    reason: str = "",
    ticket: str = "",
) -> Change:
    """What a person did, beside its entry in the audit log. Texts are cut to what a column holds."""
    return Change.objects.create(
        device_id=device,
        at=now,
        kind=kind,
        field=field,
        before=before[:255],
        after=after[:255],
        actor_name=actor.get_username(),
        reason=reason[:500],
        ticket=ticket[:64],
    )
