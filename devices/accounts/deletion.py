"""Deletion of a vendor account with everything that was read through it.

The request is one transaction: secrets go at once, jobs are cancelled, and the account takes no sync, edit or enable any more. Workers then
delete the rows, one batch in a transaction, until the account itself is gone and its name is free. What hangs on an account is found from
the models' relations, so that a new table needs no line here. Entries of the audit log stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, models, transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.db.locks import extend_timeouts, lock_devices
from devices.matching.apply import keys_of, rematch
from devices.models import (
    Account,
    AccountSecret,
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

ROWS = 5_000  # in one transaction
SIGHTINGS = 1_000  # in one transaction: each may have devices to match and to summarise again
CHANGES = 100_000  # ids of changes that are looked through in one transaction
_LOCK = 0x70C6
_CHANGES_READ = "changes read"  # in the progress: up to which id


@dataclass(frozen=True, slots=True)
class DeletedTable:
    """One kind of row as people are told of it: its name in singular and plural, and how it leads to its account."""

    singular: str
    plural: str
    model: type[models.Model]
    path: str = "account"

    def of(self, account: Account) -> QuerySet[models.Model]:
        return self.model._default_manager.filter(**{self.path: account}).order_by()


@dataclass(frozen=True, slots=True)
class TableCount:
    """`number` rows that are called `words`."""

    number: int
    words: str


# What people are told before and after. Apps that stand on this one add theirs when they start.
RECORDS = "device records"
PARTS: list[DeletedTable] = [
    DeletedTable("device record", RECORDS, Sighting),
    DeletedTable("secret", "secrets", AccountSecret),
    DeletedTable("sync", "syncs", SyncRun),
    DeletedTable("unusable record", "unusable records", Quarantine),
    DeletedTable("coverage gap", "coverage gaps", Gap),
    DeletedTable("conflict resolved for it", "conflicts resolved for it", Settlement, "sighting__account"),
    DeletedTable("decision on linked devices", "decisions on linked devices", Ruling, "first__account"),
]
# Called inside the last transaction, when every row of the account is gone, with the account.
ENDINGS: list[Callable[[Account], object]] = []


def contents(account: Account) -> list[TableCount]:
    """What deleting this account deletes: devices that no other account lists with their notes and tags, then every part that has rows."""
    elsewhere = Sighting.objects.filter(device=OuterRef("device")).exclude(account=account)
    only = Sighting.objects.filter(account=account).exclude(Exists(elsewhere)).order_by().values("device")
    numbers = [
        (only.distinct().count(), "device that no other account lists", "devices that no other account lists"),
        (Note.objects.filter(device__in=only).count(), "note on them", "notes on them"),
        (DeviceTag.objects.filter(device__in=only).count(), "tag on them", "tags on them"),
        *((part.of(account).count(), part.singular, part.plural) for part in PARTS),
    ]
    return [TableCount(number, singular if number == 1 else plural) for number, singular, plural in numbers if number]


def makes_installers(account: Account) -> bool:
    """Then there may be some at the vendor, which deleting the account does not revoke."""
    return account.vendor in VENDORS and account.about.offer is not None


def request_deletion(account: Account, *, act: AuditContext) -> bool:
    """From now on nothing is synced, and workers delete. False: somebody asked for it before."""
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
            "account deletion requested", act=act, target=held.name, vendor=held.vendor, **{each.words: each.number for each in counts}
        )
    return True


@dataclass(frozen=True, slots=True)
class DeletionProgress:
    """Device records: how many workers have deleted, of how many there were."""

    deleted: int
    total: int


def progress_of(account: Account) -> DeletionProgress:
    deleted = int(account.deletion_progress.get(RECORDS, 0))
    return DeletionProgress(deleted, deleted + Sighting.objects.filter(account=account).count())


def under_way() -> list[int]:
    return list(Account.objects.exclude(deletion_requested_at=None).order_by("deletion_requested_at").values_list("pk", flat=True))


def advance(account_id: int, *, now: datetime) -> bool:
    """Delete some of what is left. True: there is more. A worker that is killed loses one batch; of two at a time one goes away."""
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
    """Some rows of one table that belongs to the account, but for its sightings: triggers of other tables still need those."""
    for rows in _tables(account):
        batch = list(rows.order_by().values_list("pk", flat=True)[:ROWS])
        if batch:
            deleted = _forget_gaps(batch) if rows.model is Gap else Counter()
            return deleted + _deleted(rows.model._default_manager.filter(pk__in=batch))
    return None


def _tables(account: Account) -> Iterator[QuerySet[models.Model]]:
    """What is sealed comes first."""
    yield RemediationLink.objects.filter(sighting__account=account)
    for relation in Account._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model is not Sighting:
            yield relation.related_model._default_manager.filter(**{relation.field.name: account})


def _sightings(account: Account, _progress: Counter[str], now: datetime) -> Counter[str] | None:
    """Some sightings with everything on them, and the devices that nobody else lists. The others are matched and summarised again."""
    lock_devices()
    batch = dict(Sighting.objects.filter(account=account).order_by().values_list("pk", "device_id")[:SIGHTINGS])
    if not batch:
        return None
    left = keys_of(batch)
    ref = Triage.objects.filter(kind__in=(IssueKind.ISSUE, IssueKind.STALE), ref__in=batch)
    deleted = _deleted(ref) + _deleted(Sighting.objects.filter(pk__in=batch))
    kept = dict(Sighting.objects.filter(device__in=set(batch.values())).values_list("pk", "device_id"))
    deleted += _delete_devices(set(batch.values()) - set(kept.values()))
    rematch(kept, now, left=left)
    summarise(set(Sighting.objects.filter(pk__in=kept).values_list("device_id", flat=True)), now)
    return deleted


def _delete_devices(devices: Collection[int]) -> Counter[str]:
    """Devices that no vendor lists any more, with notes, tags and timeline. Hand-outs of other accounts only lose their device."""
    gaps = list(Gap.objects.filter(device__in=devices).values_list("pk", flat=True))
    return _forget_gaps(gaps) + _deleted(Device.objects.filter(pk__in=devices))


def _forget_gaps(gaps: Collection[int]) -> Counter[str]:
    return _deleted(Triage.objects.filter(kind=IssueKind.GAP, ref__in=gaps))


def _changes(account: Account, progress: Counter[str], _now: datetime) -> Counter[str] | None:
    """In timelines of other devices stays what changed, but no longer through which account and sync: those ids lead nowhere."""
    begun = progress[_CHANGES_READ]
    if begun >= (Change.objects.aggregate(last=Max("pk"))["last"] or 0):
        return None
    Change.objects.filter(pk__gt=begun, pk__lte=begun + CHANGES, account_id=account.pk).update(account_id=None, run_id=None)
    return Counter({_CHANGES_READ: CHANGES})


def _finish(account: Account, progress: Counter[str], now: datetime) -> None:
    for ending in ENDINGS:
        ending(account)
    person = account.deletion_requested_by
    account.delete()
    told = {words: number for words, number in progress.items() if words != _CHANGES_READ}
    audit.record("account deleted", act=AuditContext.of(person, now=now), target=account.name, vendor=account.vendor, **told)


def _deleted(rows: QuerySet[models.Model]) -> Counter[str]:
    """How many rows of each kind that people are told of went, those that hung on others included."""
    plural = {part.model._meta.label: part.plural for part in PARTS}
    plural |= {Device._meta.label: "devices", Note._meta.label: "notes", DeviceTag._meta.label: "tags"}
    found = rows.delete()[1]
    return Counter({plural[label]: number for label, number in found.items() if label in plural and number})
