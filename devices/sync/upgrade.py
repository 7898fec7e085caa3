"""Upgrade of the matching rules: every stored record is read again from what its vendor sent, and matched again, some hundred at a time.

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
from devices.matching.apply import rematch
from devices.models import Account, MatchUpgrade, Sighting
from devices.reconciliation.summary import summarise
from devices.sync.page_writer import noted, rewrite
from vendors.errors import BadRecord, VendorError
from vendors.records import Entry
from vendors.registry import VENDORS
from vendors.texts import gettext_noop

VERSION = 2  # one more whenever stored records are to be read and matched again
AT_ONCE = 500  # records in a transaction
SLICE = 5.0  # seconds of one round
REASON = gettext_noop("New matching rules")


class Step(NamedTuple):
    """`moved`: sighting → its devices before and after; `last`: the highest sighting that is done; None: all are."""

    moved: dict[int, tuple[int, int]]
    last: int | None


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
            done = step(upgrade.last, now)
            upgrade.moved += len(done.moved)
            upgrade.last, upgrade.done_at = (upgrade.last, now) if done.last is None else (done.last, None)
            upgrade.save()
            moved += len(done.moved)
    return moved


def step(after: int, now: datetime) -> Step:
    """Read and match the next records. Call inside a transaction."""
    lock_devices()
    some = list(Sighting.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
    if not some:
        return Step({}, None)
    accounts = Account.objects.in_bulk({each.account_id for each in some})
    rewrite([read for each in some if (read := _read(each, accounts[each.account_id])) is not None])
    ids = [each.pk for each in some]
    moved = rematch(ids, now, reason=REASON)
    summarise(set(Sighting.objects.filter(pk__in=ids).values_list("device_id", flat=True)), now)
    return Step(moved, ids[-1])


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
