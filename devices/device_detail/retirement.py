"""Taking a device out of service, and back. Nothing is deleted: it leaves lists and counts, and wakes when a vendor hears from it."""

from __future__ import annotations

from django.db import transaction

from devices.audit import log as audit
from devices.audit.context import Act
from devices.db.locks import hold_devices
from devices.history import writer as changes
from devices.hooks import tell_use_changed
from devices.models import ChangeKind, Device, Life, Retirement
from devices.reconciliation.summary import summarise

LONGEST_REASON = 500
FIELD = "life"


class CannotRetire(Exception):
    """`sentence` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def retire(device: int, *, reason: str, act: Act) -> None:
    """Raises CannotRetire."""
    reason = reason.strip()
    if not reason or "\0" in reason:
        raise CannotRetire("Write in a few words why: it is kept in the timeline and in the audit log.")
    if len(reason) > LONGEST_REASON:
        raise CannotRetire(f"The reason has {len(reason):,} characters, and {LONGEST_REASON} are the most: shorten it.")
    with transaction.atomic():
        before = _held(device)
        if Retirement.objects.filter(device=device).exists():
            raise CannotRetire("Somebody has retired this device already.")
        Retirement.objects.create(device_id=device, at=act.now, by=act.person, by_name=act.name, reason=reason)
        Device.objects.filter(pk=device).update(life=Life.RETIRED)
        tell_use_changed([device])
        told = {"before": before, "after": Life.RETIRED.value, "reason": reason}
        changes.by_person(device, ChangeKind.RETIRED, act=act, field=FIELD, **told)
        audit.record("device retired", act=act, target=str(device), reason=reason)


def bring_back(device: int, *, act: Act) -> str:
    """Returns its life from now on. Raises CannotRetire."""
    with transaction.atomic():
        _held(device)
        if not Retirement.objects.filter(device=device).delete()[0]:
            raise CannotRetire("It is not retired: somebody brought it back, or a vendor has heard from it.")
        Device.objects.filter(pk=device).update(life=Life.GONE)  # what it is while no vendor says otherwise
        summarise([device], act.now)
        tell_use_changed([device])
        life = Device.objects.values_list("life", flat=True).get(pk=device)
        changes.by_person(device, ChangeKind.RETIRED, act=act, field=FIELD, before=Life.RETIRED, after=life)
        audit.record("device brought back", act=act, target=str(device))
        return life


def _held(device: int) -> str:
    """Its life. No import may summarise it meanwhile, nor make it part of another one."""
    hold_devices()
    life = Device.objects.filter(pk=device).values_list("life", flat=True).first()
    if life is None:
        raise CannotRetire("This device has become part of another one: look for it again.")
    return life
