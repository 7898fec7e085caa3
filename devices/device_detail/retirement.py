"""Retiring a device and restoring it. Its data is kept; a check-in restores it automatically."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused, checked_reason
from devices.history import writer as changes
from devices.hooks import tell_use_changed
from devices.models import ChangeKind, Device, Life, Retirement
from devices.reconciliation.summary import summarise

FIELD = "life"


def retire(device: int, *, reason: str, act: AuditContext) -> None:
    """Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        before = _held(device)
        if Retirement.objects.filter(device=device).exists():
            raise ActionRefused(gettext("Already retired by another user: reload the page."))
        Retirement.objects.create(device_id=device, at=act.now, by=act.person, by_name=act.name, reason=reason)
        Device.objects.filter(pk=device).update(life=Life.RETIRED)
        tell_use_changed([device])
        values = {"before": before, "after": Life.RETIRED.value, "reason": reason}
        changes.record_user_action(device, ChangeKind.RETIRED, act=act, field=FIELD, **values)
        audit.record("device retired", act=act, target=str(device), reason=reason)


def bring_back(device: int, *, act: AuditContext) -> str:
    """Returns its life from now on. Raises ActionRefused."""
    with transaction.atomic():
        _held(device)
        if not Retirement.objects.filter(device=device).delete()[0]:
            raise ActionRefused(gettext("No longer retired: another user restored it, or it checked in."))
        Device.objects.filter(pk=device).update(life=Life.GONE)  # unless `summarise` finds a record
        summarise([device], act.now)
        tell_use_changed([device])
        life = Device.objects.values_list("life", flat=True).get(pk=device)
        changes.record_user_action(device, ChangeKind.RETIRED, act=act, field=FIELD, before=Life.RETIRED, after=life)
        audit.record("device brought back", act=act, target=str(device))
        return life


def _held(device: int) -> str:
    """Its life. The lock keeps imports from summarising or merging it at the same time."""
    lock_devices()
    life = Device.objects.filter(pk=device).values_list("life", flat=True).first()
    if life is None:
        raise ActionRefused(gettext("This device was merged with another one: search for it again."))
    return life
