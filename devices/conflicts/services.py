"""A person decides which vendor is right about one field of a device, until a vendor says something else or somebody takes it back."""

from __future__ import annotations

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused, checked_reason
from devices.history import writer as changes
from devices.models import ChangeKind, Device, Life, Settlement, Sighting
from devices.reconciliation.conflicts import FIELDS, said, shown
from devices.reconciliation.summary import summarise

CHANGED = "Nothing to settle: look at the device again, it has changed."


def override_field(device: int, *, field: str, sighting: int, reason: str, act: AuditContext) -> Settlement:
    """Let this sighting's word count for the field. Of the verdict it only says that somebody knows. Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        stored = Device.objects.filter(pk=device).first()
        winner = Sighting.objects.filter(pk=sighting, device_id=device, life=Life.SEEN).first()
        if stored is None or winner is None or field not in FIELDS:
            raise ActionRefused(CHANGED)
        standing = Settlement.objects.filter(device=device, field=field, ended_at=None).first()
        if standing and standing.sighting_id == sighting:
            return standing  # the form was sent twice
        if not standing and field not in stored.disagrees:
            raise ActionRefused(CHANGED)
        if standing:
            _end(standing, act)
        made = Settlement.objects.create(
            device=stored,
            field=field,
            sighting=winner,
            told=said(device, field),
            reason=reason,
            made_by_name=act.name,
            made_at=act.now,
        )
        values = {"field": field, "before": shown(stored, field), "after": shown(winner, field), "reason": reason}
        changes.record_user_action(device, ChangeKind.SETTLED, act=act, **values)
        audit.record("disagreement settled", act=act, target=str(device), vendor=winner.vendor, **values)
        summarise([device], act.now)
        return made


def remove_override(settlement: int, *, device: int, act: AuditContext) -> str:
    """Open again what was settled; returns the field. Raises ActionRefused."""
    with transaction.atomic():
        lock_devices()
        standing = Settlement.objects.filter(pk=settlement, device=device, ended_at=None).first()
        if standing is None:
            raise ActionRefused("Already open: another user reopened it, or a vendor reports another value.")
        _end(standing, act)
        changes.record_user_action(device, ChangeKind.SETTLED, act=act, field=standing.field)
        audit.record("settlement ended", act=act, target=str(device), settled_by=standing.made_by_name, field=standing.field)
        summarise([device], act.now)
        return standing.field


def _end(standing: Settlement, act: AuditContext) -> None:
    standing.ended_at, standing.ended_by_name = act.now, act.name
    standing.save(update_fields=["ended_at", "ended_by_name"])
