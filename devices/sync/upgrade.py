"""Upgrade of the matching rules: every stored record is read again from what its vendor sent, then every device is matched again.

An interrupted upgrade goes on where its last transaction ended. The history of each device that changed gives the reason.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import NamedTuple

import msgspec
from django.db import transaction

from devices.db.locks import extend_timeouts, lock_devices
from devices.hooks import MappedEntry
from devices.matching import naming_schemes
from devices.matching.apply import rematch_next
from devices.models import Account, MatchUpgrade, Sighting
from devices.reconciliation.summary import summarise
from devices.sync.page_writer import noted, rewrite
from vendors.errors import BadRecord, VendorError
from vendors.records import Entry
from vendors.registry import VENDORS
from vendors.texts import gettext_noop

VERSION = 3  # one more whenever stored records are to be read and matched again
AT_ONCE = 500  # records in a transaction
SLICE = 5.0  # seconds of one round
REASON = gettext_noop("New matching rules")


class Progress(NamedTuple):
    """`record`: the highest sighting that was read; `device`: the highest device that was matched; None: records are still being read."""

    record: int = 0
    device: int | None = None


class Step(NamedTuple):
    """`moved`: sighting → its devices before and after; `then`: how far the upgrade is; None: it is done."""

    moved: dict[int, tuple[int, int]]
    then: Progress | None


def carry_on(now: datetime) -> int:
    """Some more of an upgrade that is not done. Returns how many records moved."""
    moved, ends = 0, time.monotonic() + SLICE
    while time.monotonic() < ends:
        with transaction.atomic():
            extend_timeouts()
            MatchUpgrade.objects.get_or_create(version=VERSION)
            upgrade = MatchUpgrade.objects.select_for_update(skip_locked=True).filter(version=VERSION, done_at=None).first()
            if upgrade is None:
                break
            done = step(Progress(upgrade.last, upgrade.device), now)
            if done.then is None:
                upgrade.done_at = now
            else:
                upgrade.last, upgrade.device = done.then
            upgrade.moved += len(done.moved)
            upgrade.save()
            moved += len(done.moved)
    return moved


def step(progress: Progress, now: datetime) -> Step:
    """Read the next records or, when all are read, match the next devices. Call inside a transaction.

    A record that is not read yet would be compared by old notations, and its device could come apart and together again.
    """
    lock_devices()
    if progress.device is None:
        return _read_some(progress.record, now)
    found = rematch_next(now, after=progress.device, reason=REASON)
    return Step({}, None) if found is None else Step(found.moved, progress._replace(device=found.last))


def _read_some(after: int, now: datetime) -> Step:
    some = list(Sighting.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    if not some:
        naming_schemes.renew()
        return Step({}, Progress(after, device=0))
    accounts = Account.objects.in_bulk({each.account_id for each in some})
    rewrite([read for each in some if (read := _read(each, accounts[each.account_id])) is not None])
    summarise({each.device_id for each in some}, now)
    return Step({}, Progress(some[-1].pk))


def _read(stored: Sighting, account: Account) -> MappedEntry | None:
    """None: it cannot be read any more, and stays as it is."""
    vendor = VENDORS.get(account.vendor)
    if vendor is None:
        return None
    raw = msgspec.json.encode(stored.raw)
    try:
        device = vendor.reread(raw, account.settings)
    except (BadRecord, VendorError):
        return None
    entry = Entry(stored.external_id, None, bytes(stored.digest), raw, lambda _raw: device)
    return MappedEntry(entry, noted(device), raw, stored.pk, stored.device_id)
