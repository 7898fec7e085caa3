"""Decisions about a possible duplicate: a user merges the two devices, or keeps them separate."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext

from devices.audit.context import AuditContext
from devices.db.locks import lock_devices
from devices.errors import ActionRefused
from devices.matching import overrides
from devices.possible_duplicates.queries import is_open


def merge(device: int, other: int, *, act: AuditContext) -> int:
    """Returns the device that both are now. Raises ActionRefused."""
    with transaction.atomic():
        _check(device, other)
        return overrides.link(device, other, reason=_reason(), act=act)


def keep_separate(device: int, other: int, *, act: AuditContext) -> None:
    """Raises ActionRefused."""
    with transaction.atomic():
        _check(device, other)
        overrides.keep_apart(device, other, reason=_reason(), act=act)


def _check(device: int, other: int) -> None:
    """Under the lock of devices: another user may decide at the same time, and a sync may change the evidence."""
    lock_devices()
    if not is_open(device, other):
        raise ActionRefused(gettext("Already decided by another user, or the vendor data changed. The list is now up to date."))


def _reason() -> str:
    return gettext("Decided in possible duplicates")
