"""Resolving a data conflict: a user chooses the source of one field, until a vendor reports another value or a user reopens it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext, gettext_lazy

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused, checked_reason
from devices.history import writer as changes
from devices.models import ChangeKind, Device, Life, Settlement, Sighting, User
from devices.reconciliation.conflicts import FIELDS, said, shown
from devices.reconciliation.summary import summarise

CHANGED = gettext_lazy("No conflict to resolve: the device has changed. Reload its page.")


def override_field(device: int, *, field: str, sighting: int, reason: str, act: AuditContext) -> Settlement:
    """Use this record as the source of the field. Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        stored = Device.objects.filter(pk=device).first()
        winner = Sighting.objects.filter(pk=sighting, device_id=device, life=Life.SEEN).first()
        if stored is None or winner is None or field not in FIELDS:
            raise ActionRefused(str(CHANGED))
        current = Settlement.objects.filter(device=device, field=field, ended_at=None).first()
        if current and current.sighting_id == sighting:
            return current  # the form was sent twice
        if not current and field not in stored.disagrees:
            raise ActionRefused(str(CHANGED))
        if current:
            _end(current, act)
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
    """Reopen a resolved conflict; returns the field. Raises ActionRefused."""
    with transaction.atomic():
        lock_devices()
        current = Settlement.objects.filter(pk=settlement, device=device, ended_at=None).first()
        if current is None:
            raise ActionRefused(gettext("Already open: another user reopened it, or a vendor reports another value."))
        _end(current, act)
        changes.record_user_action(device, ChangeKind.SETTLED, act=act, field=current.field)
        settled_by = User.objects.filter(username=current.made_by_name).values_list("pk", flat=True).first()
        audit.record("settlement ended", act=act, target=str(device), settled_by=settled_by, field=current.field)
        summarise([device], act.now)
        return current.field


def _end(current: Settlement, act: AuditContext) -> None:
    current.ended_at, current.ended_by_name = act.now, act.name
    current.save(update_fields=["ended_at", "ended_by_name"])
