"""Deletion of a vendor account with all data synced through it.

The request is one transaction: secrets are deleted at once, jobs are canceled, and syncs, edits and enabling are refused from then on.
Workers then delete the rows, one batch per transaction, and last the account itself; then its name can be used again. The tables are found
from the models' relations, so that a new table needs no line here. Entries of the audit log stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.formats import number_format
from django.utils.translation import ngettext_lazy

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import extend_timeouts, lock_devices
from devices.jobs import wake_ups
from devices.matching.apply import keys_of, rematch
from devices.models import (
    Account,
    AccountSecret,
    Assignment,
    Change,
    Device,
    DeviceTag,
    Gap,
    IssueKind,
    Note,
    Quarantine,
    RemediationLink,
    Ruling,
    Settlement,
    Sighting,
    SyncRun,
    Triage,
    VendorJob,
)
from devices.reconciliation.summary import summarise
from devices.sync import cancellation
from vendors.registry import VENDORS
from vendors.texts import Message, gettext_noop

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ROWS = 5_000  # in one transaction
SIGHTINGS = 1_000  # in one transaction: each may have devices to match and to summarize again
CHANGES = 100_000  # ids of changes that are looked through in one transaction
_LOCK = 0x70C6
_CHANGES_READ = "changes read"  # in the progress: up to which id


@dataclass(frozen=True, slots=True)
class DeletedTable:
    """A table whose deleted rows are counted. `key`: its name in the audit log; `label`: takes `number` and `count`."""

    key: str
    label: StrPromise
    model: type[models.Model]
    path: str = "account"

    def of(self, account: Account) -> QuerySet[models.Model]:
        return self.model._default_manager.filter(**{self.path: account}).order_by()


@dataclass(frozen=True, slots=True)
class TableCount:
    """`number` rows of the table `key`."""

    key: str
    label: StrPromise
    number: int

    @property
    def words(self) -> str:
        """`1,200 device records`"""
        return str(self.label % {"number": self.number, "count": number_format(self.number, force_grouping=True)})


# Shown before the deletion, and in the audit log. Other apps add their tables when they start.
RECORDS = "device records"
PARTS: list[DeletedTable] = [
    DeletedTable(RECORDS, ngettext_lazy("%(count)s device record", "%(count)s device records", "number"), Sighting),
    DeletedTable("secrets", ngettext_lazy("%(count)s secret", "%(count)s secrets", "number"), AccountSecret),
    DeletedTable("syncs", ngettext_lazy("%(count)s sync", "%(count)s syncs", "number"), SyncRun),
    DeletedTable("unusable records", ngettext_lazy("%(count)s invalid record", "%(count)s invalid records", "number"), Quarantine),
    DeletedTable("coverage gaps", ngettext_lazy("%(count)s coverage gap", "%(count)s coverage gaps", "number"), Gap),
    DeletedTable(
        "conflicts resolved for it",
        ngettext_lazy("%(count)s resolved data conflict", "%(count)s resolved data conflicts", "number"),
        Settlement,
        "sighting__account",
    ),
    DeletedTable(
        "decisions on linked devices",
        ngettext_lazy("%(count)s merge or split decision", "%(count)s merge and split decisions", "number"),
        Ruling,
        "first__account",
    ),
]
_DEVICES = ngettext_lazy("%(count)s device reported only by this account", "%(count)s devices reported only by this account", "number")
_NOTES = ngettext_lazy("%(count)s note on these devices", "%(count)s notes on these devices", "number")
_TAGS = ngettext_lazy("%(count)s tag on these devices", "%(count)s tags on these devices", "number")
# Called with the account inside the last transaction, after every row of it was deleted.
ENDINGS: list[Callable[[Account], object]] = []


def contents(account: Account) -> list[TableCount]:
    """The data deleted with this account: devices that only it reports, their notes and tags, then every table that has rows."""
    elsewhere = Sighting.objects.filter(device=OuterRef("device")).exclude(account=account)
    only = Sighting.objects.filter(account=account).exclude(Exists(elsewhere)).order_by().values("device")
    counts = [
        TableCount("devices that no other account lists", _DEVICES, only.distinct().count()),
        TableCount("notes on them", _NOTES, Note.objects.filter(device__in=only).count()),
        TableCount("tags on them", _TAGS, DeviceTag.objects.filter(device__in=only).count()),
        *(TableCount(part.key, part.label, part.of(account).count()) for part in PARTS),
    ]
    return [each for each in counts if each.number]


def makes_installers(account: Account) -> bool:
    """Whether there may be installers at the vendor, which deleting the account does not revoke."""
    return account.vendor in VENDORS and account.about.offer is not None


def request_deletion(account: Account, *, act: AuditContext) -> bool:
    """From now on nothing is synced, and workers delete. False: its deletion was requested before."""
    counts = contents(account)
    with transaction.atomic():
        for kind in VendorJob.__subclasses__():  # of every app; jobs before accounts, as the engine locks them
            cancellation.end(kind._default_manager.filter(account=account), Message(gettext_noop("The account is being deleted.")), "")
        held = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        if held.being_deleted:
            return False
        held.secrets.all().delete()
        held.tokens, held.enabled = "", False
        held.switched_off_at = held.switched_off_at or act.now
        held.deletion_requested_at, held.deletion_requested_by = act.now, act.person
        held.save(update_fields=["tokens", "enabled", "switched_off_at", "deletion_requested_at", "deletion_requested_by"])
        audit.record(
            "account deletion requested", act=act, target=held.name, vendor=held.vendor, **{each.key: each.number for each in counts}
        )
        wake_ups.after_commit("devices.tasks.delete_account", held.pk)
    return True


@dataclass(frozen=True, slots=True)
class DeletionProgress:
    """Device records: how many have been deleted, of how many."""

    deleted: int
    total: int


def progress_of(account: Account) -> DeletionProgress:
    deleted = int(account.deletion_progress.get(RECORDS, 0))
    return DeletionProgress(deleted, deleted + Sighting.objects.filter(account=account).count())


def under_way() -> list[int]:
    return list(Account.objects.exclude(deletion_requested_at=None).order_by("deletion_requested_at").values_list("pk", flat=True))


def advance(account_id: int, *, now: datetime) -> bool:
    """Delete a batch. True: there is more. A worker that is killed loses one batch; of two at a time only one deletes."""
    with transaction.atomic():
        extend_timeouts()
        if not _alone(account_id):
            return False
        account = Account.objects.filter(pk=account_id).exclude(deletion_requested_at=None).first()
        if account is None:
            return False
        progress = Counter(account.deletion_progress)
        for step in (_rows, _sightings, _changes):
            if (deleted := step(account, progress, now)) is not None:
                account.deletion_progress = progress + deleted
                account.save(update_fields=["deletion_progress"])
                return True
        _finish(account, progress, now)
    return False


def _alone(account_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, account_id])
        return bool(cursor.fetchone()[0])


def _rows(account: Account, _progress: Counter[str], _now: datetime) -> Counter[str] | None:
    """Some rows of one table, except sightings: triggers of other tables still need those."""
    for rows in _tables(account):
        batch = list(rows.order_by().values_list("pk", flat=True)[:ROWS])
        if batch:
            deleted = _forget_gaps(batch) if rows.model is Gap else Counter()
            return deleted + _deleted(rows.model._default_manager.filter(pk__in=batch))
    return None


def _tables(account: Account) -> Iterator[QuerySet[models.Model]]:
    """Those with encrypted columns first."""
    yield RemediationLink.objects.filter(sighting__account=account)
    for relation in Account._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model is not Sighting:
            yield relation.related_model._default_manager.filter(**{relation.field.name: account})


def _sightings(account: Account, _progress: Counter[str], now: datetime) -> Counter[str] | None:
    """Some sightings with their rows, and the devices that no other account reports. The others are matched and summarized again."""
    lock_devices()
    batch = dict(Sighting.objects.filter(account=account).order_by().values_list("pk", "device_id")[:SIGHTINGS])
    if not batch:
        return None
    left = keys_of(batch)
    ref = Triage.objects.filter(kind__in=(IssueKind.ISSUE, IssueKind.STALE), ref__in=batch)
    assigned = Assignment.objects.filter(kind__in=(IssueKind.ISSUE, IssueKind.STALE), ref__in=batch)
    deleted = _deleted(ref) + _deleted(assigned) + _deleted(Sighting.objects.filter(pk__in=batch))
    kept = dict(Sighting.objects.filter(device__in=set(batch.values())).values_list("pk", "device_id"))
    deleted += _delete_devices(set(batch.values()) - set(kept.values()))
    rematch(kept, now, left=left)
    summarise(set(Sighting.objects.filter(pk__in=kept).values_list("device_id", flat=True)), now)
    return deleted


def _delete_devices(devices: Collection[int]) -> Counter[str]:
    """Devices that no account reports any more, with notes, tags and activity. Deliveries of other accounts only lose their device."""
    gaps = list(Gap.objects.filter(device__in=devices).values_list("pk", flat=True))
    return _forget_gaps(gaps) + _deleted(Device.objects.filter(pk__in=devices))


def _forget_gaps(gaps: Collection[int]) -> Counter[str]:
    of_gaps = {"kind": IssueKind.GAP, "ref__in": gaps}
    return _deleted(Triage.objects.filter(**of_gaps)) + _deleted(Assignment.objects.filter(**of_gaps))


def _changes(account: Account, progress: Counter[str], _now: datetime) -> Counter[str] | None:
    """In the activity of other devices the change stays, without the account and the sync, which no longer exist."""
    begun = progress[_CHANGES_READ]
    if begun >= (Change.objects.aggregate(last=Max("pk"))["last"] or 0):
        return None
    Change.objects.filter(pk__gt=begun, pk__lte=begun + CHANGES, account_id=account.pk).update(account_id=None, run_id=None)
    return Counter({_CHANGES_READ: CHANGES})


def _finish(account: Account, progress: Counter[str], now: datetime) -> None:
    for ending in ENDINGS:
        ending(account)
    user = account.deletion_requested_by
    account.delete()
    counts = {key: number for key, number in progress.items() if key != _CHANGES_READ}
    audit.record("account deleted", act=AuditContext.of(user, now=now), target=account.name, vendor=account.vendor, **counts)


def _deleted(rows: QuerySet[models.Model]) -> Counter[str]:
    """Deletes the rows, and counts them and those of other counted tables that were deleted with them."""
    keys = {part.model._meta.label: part.key for part in PARTS}
    keys |= {Device._meta.label: "devices", Note._meta.label: "notes", DeviceTag._meta.label: "tags"}
    found = rows.delete()[1]
    return Counter({keys[label]: number for label, number in found.items() if label in keys and number})
