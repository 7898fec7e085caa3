"""Access of each account to its patching sources, found out by trying."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from devices.models import Account, JobState
from devices.reconciliation.field_repairs import RepairCount, counted
from patching.models import PatchRun, Reading
from vendors.errors import VendorError
from vendors.patching_api import Source, refused

# An offline device reports its attempts late, and clocks differ: a period begins before the end of the last one.
OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceAccess:
    """One source of an account. `can` None: not known yet. `sentence`: why there is no access, or the last error. `repaired`: fields of
    records that were corrected or left out in the last full sync.
    """

    source: Source
    can: bool | None
    sentence: str = ""
    tried_at: datetime | None = None
    complete_at: datetime | None = None
    repaired: Sequence[RepairCount] = ()


def readings(account: Account) -> list[SourceAccess]:
    """All sources of the vendor, tried or not; none for a vendor whose device sync includes patches, or without patch data."""
    known = {each.source: each for each in Reading.objects.filter(account=account)}
    last = PatchRun.objects.filter(account=account, state=JobState.DONE).order_by("source", "-id").distinct("source")
    repairs = dict(last.values_list("source", "repairs")) if known else {}
    return [_access(source, known.get(source.value), repairs.get(source.value, ())) for source in account.about.patch_sources]


def _access(source: Source, reading: Reading | None, repairs: Iterable[Sequence[Any]]) -> SourceAccess:
    if reading is None:
        return SourceAccess(source, None)
    return SourceAccess(source, reading.can, reading.sentence, reading.tried_at, reading.complete_at, counted(repairs))


def succeeded(run: PatchRun, now: datetime) -> None:
    """The next period begins before the start of this sync, whose request left out later attempts."""
    since = (run.started_at or run.created_at) - OVERLAP
    _write(run, can=True, sentence="", tried_at=now, failures=0, complete_at=now, since=since)


def failed(run: PatchRun, error: VendorError, now: datetime) -> None:
    """A source that was read before counts as refused after two refusals in a row: a firewall also answers with 403."""
    before = Reading.objects.filter(account_id=run.account_id, source=run.source).first()
    failures = before.failures + 1 if before else 1
    columns: dict[str, object] = {"sentence": error.sentence, "tried_at": now, "failures": failures}
    if refused(error) and (failures > 1 or before is None or not before.can):
        columns["can"] = False
    _write(run, **columns)


def try_again(account: int) -> None:
    """Try refused sources again, because a user refreshed the account and a permission may have been granted."""
    Reading.objects.filter(account=account, can=False).update(tried_at=None)


def _write(run: PatchRun, **columns: object) -> None:
    Reading.objects.update_or_create(account_id=run.account_id, source=run.source, defaults=columns)
