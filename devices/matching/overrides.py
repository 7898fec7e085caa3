"""Match overrides: a user merges two devices, keeps them separate, splits one, or resets to automatic matching.

Audited; an override outranks every key. A decision about two devices is an override of each pair of their records, and reset as one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused, checked_reason
from devices.history import writer as changes
from devices.history.entries import SEPARATE
from devices.matching.apply import rematch
from devices.models import ChangeKind, Life, Ruling, Sighting

FIELD = "device"  # of a history entry: before and after are ids of devices


def link(device: int, other: int, *, reason: str, act: AuditContext) -> int:
    """Merge two devices. Returns the device that both are now. Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        ours, theirs = _sightings(device), _sightings(other)
        if device == other or not ours or not theirs:
            raise ActionRefused(gettext("Choose another device: one without vendor records cannot be merged."))
        pairs = _between(ours, theirs)
        _end(pairs.filter(together=False), reason=reason, act=act)
        audit.record("devices linked", act=act, target=str(device), other=other, reason=reason)
        if not _joined_by_one_pair(ours, theirs, reason=reason, act=act):
            decision = uuid4()
            for pair in [*product(ours[:1], theirs), *product(ours[1:], theirs[:1])]:
                _rule(*pair, decision=decision, together=True, reason=reason, act=act)
            rematch([*ours, *theirs], act.now)
        both = _device_of(ours[0])
        ended = str(other if both == device else device)
        changes.record_user_action(both, ChangeKind.LINKED, act=act, field=FIELD, before=ended, reason=reason)
        return both


def _joined_by_one_pair(ours: Sequence[int], theirs: Sequence[int], *, reason: str, act: AuditContext) -> bool:
    """Merge two devices by an override of one pair of records.

    Nothing is written where it does not suffice: another record of one device contradicts one of the other, and would be split off.
    """
    with transaction.atomic():
        _rule(ours[0], theirs[0], decision=uuid4(), together=True, reason=reason, act=act)
        rematch([ours[0], theirs[0]], act.now)
        joined = Sighting.objects.filter(pk__in=[*ours, *theirs]).values("device").distinct().count() == 1
        if not joined:
            transaction.set_rollback(True)
    return joined


def keep_apart(device: int, other: int, *, reason: str, act: AuditContext) -> None:
    """Keep two devices separate, whatever their records report later. Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        ours, theirs = _sightings(device), _sightings(other)
        if device == other or not ours or not theirs:
            raise ActionRefused(gettext("Nothing to keep separate: the devices have changed. Reload the page."))
        _end(_between(ours, theirs).filter(together=True), reason=reason, act=act)
        decision = uuid4()
        for one, another in product(ours, theirs):
            _rule(one, another, decision=decision, together=False, reason=reason, act=act)
        audit.record("devices kept separate", act=act, target=str(device), other=other, reason=reason)
        rematch([*ours, *theirs], act.now)
        for one, another in ((ours[0], theirs[0]), (theirs[0], ours[0])):
            after = str(_device_of(another))
            changes.record_user_action(_device_of(one), ChangeKind.PARTED, act=act, field=SEPARATE, after=after, reason=reason)


def take_apart(sighting: int, *, device: int, reason: str, act: AuditContext) -> int:
    """Split one record from its device. Returns its device from now on. Raises ActionRefused."""
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        members = _sightings(device)
        others = [each for each in members if each != sighting]
        if sighting not in members or not others:
            raise ActionRefused(gettext("Nothing to split: the device has changed. Reload its page."))
        _end(_between([sighting], others).filter(together=True), reason=reason, act=act)
        decision = uuid4()
        for other in others:
            _rule(sighting, other, decision=decision, together=False, reason=reason, act=act)
        audit.record("device taken apart", act=act, target=str(device), sighting=sighting, reason=reason)
        rematch(members, act.now)
        left = {_device_of(each) for each in others}
        for one in left:
            changes.record_user_action(one, ChangeKind.PARTED, act=act, field=FIELD, after=str(_device_of(sighting)), reason=reason)
        changes.record_user_action(_device_of(sighting), ChangeKind.PARTED, act=act, field=FIELD, before=str(device), reason=reason)
        return _device_of(sighting)


def end_ruling(ruling: int, *, reason: str, act: AuditContext) -> None:
    """End the decision that an override belongs to; automatic matching decides again and writes its own history entries.

    Raises ActionRefused.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        lock_devices()
        found = Ruling.objects.filter(pk=ruling, ended_at=None).first()
        if found is None:
            raise ActionRefused(gettext("Already reset by another user: reload the page."))
        decided = Ruling.objects.filter(decision=found.decision, ended_at=None)
        records = sorted({record for pair in decided.values_list("first", "second") for record in pair})
        _end(decided, reason=reason, act=act)
        detail: dict[str, Any] = {"reason": reason, "pair": records, "together": found.together}
        audit.record("ruling ended", act=act, target=str(ruling), **detail)
        rematch(records, act.now)


def _device_of(sighting: int) -> int:
    return Sighting.objects.values_list("device_id", flat=True).get(pk=sighting)


def _sightings(device: int) -> list[int]:
    """Those that are listed first: an override of a record that is gone ends with it."""
    found = Sighting.objects.filter(device=device).order_by("pk").values_list("pk", "life")
    return [pk for pk, _ in sorted(found, key=lambda row: row[1] == Life.GONE)]


def _between(ours: Collection[int], theirs: Collection[int]) -> QuerySet[Ruling]:
    """The overrides in force between two sets of records."""
    either = Q(first__in=ours, second__in=theirs) | Q(first__in=theirs, second__in=ours)
    return Ruling.objects.filter(either, ended_at=None)


def _end(rulings: QuerySet[Ruling], *, reason: str, act: AuditContext) -> None:
    rulings.update(ended_at=act.now, ended_by=act.person, ended_reason=reason)


def _rule(one: int, other: int, *, decision: UUID, together: bool, reason: str, act: AuditContext) -> None:
    first, second = sorted((one, other))
    values = {"decision": decision, "together": together, "reason": reason, "made_by": act.person, "made_at": act.now}
    Ruling.objects.get_or_create(first_id=first, second_id=second, ended_at=None, defaults=values)
