"""Quarantine: records that could not be used, with their reason and a redacted sample, until they are usable again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from devices.models import Quarantine, SyncRun
from vendors.records import Entry, Reject

SAMPLE = 2000


def update_quarantine(run: SyncRun, *, broken: Sequence[tuple[Entry, str]], well: Sequence[str], now: datetime) -> None:
    if well and Quarantine.objects.filter(account=run.account).exists():
        Quarantine.objects.filter(account=run.account, external_id__in=well).delete()
    _keep(run, [(entry.external_id, reason, entry.raw.decode("utf-8", "replace")) for entry, reason in broken], now)


def keep_rejects(run: SyncRun, rejects: Sequence[Reject], now: datetime) -> None:
    """Records that do not even name their device: known by a hash of their sample."""
    rows = []
    for reject in rejects:
        mark = hashlib.blake2b(reject.sample.encode("utf-8", "replace"), digest_size=6).hexdigest()
        rows.append((f"(no id {mark})", reject.reason, reject.sample))
    _keep(run, rows, now)


def keep_lost(run: SyncRun, lost: Sequence[tuple[str, str]], now: datetime) -> None:
    """Names and reasons of records of which nothing else could be stored."""
    _keep(run, [(external_id, reason, "") for external_id, reason in lost], now)


def forget_older(run: SyncRun) -> None:
    """After a complete list over everything: what it did not bring again is repaired, or removed with its device."""
    Quarantine.objects.filter(account=run.account, last_at__lt=run.started_at).delete()


def _keep(run: SyncRun, rows: Sequence[tuple[str, str, str]], now: datetime) -> None:
    newest = {_storable(name)[:128]: (reason, sample) for name, reason, sample in rows}
    Quarantine.objects.bulk_create(
        [
            Quarantine(
                account=run.account,
                external_id=name,
                reason=reason,
                sample=sample.replace("\0", "")[:SAMPLE],
                run=run,
                first_at=now,
                last_at=now,
            )
            for name, (reason, sample) in sorted(newest.items())
        ],
        update_conflicts=True,
        unique_fields=["account", "external_id"],
        update_fields=["reason", "sample", "run", "last_at"],
    )


def _storable(name: str) -> str:
    """PostgreSQL stores neither NUL nor lone surrogates."""
    return name.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
