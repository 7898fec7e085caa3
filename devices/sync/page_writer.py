"""Writer of one page of a walk, set by set. An unchanged record costs its digest and a narrow row; only a changed one is read and written.

Runs inside the transaction that saves the cursor. Rows are written in the order of their key, so that two imports cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, Self

import msgspec
from django.db import connection

from devices.db.copy import quoted, stage
from devices.db.locks import lock_devices
from devices.facts.keys import keys, license_end
from devices.history import writer as changes
from devices.hooks import KEEPERS, MappedEntry, tell_use_changed
from devices.matching import apply as joining
from devices.matching.device_ids import move_related_rows
from devices.matching.record import FORMER, kinds_mask
from devices.models import Account, Quarantine, SyncRun
from devices.reconciliation.field_repairs import as_stored
from devices.reconciliation.search_text import group_text, text_of
from devices.reconciliation.summary import summarise
from devices.sync import reappearance
from devices.sync.pulses import ONE_SIGHTING, write_check_ins, write_pulses
from devices.sync.quarantine import services as quarantine
from devices.sync.quarantine.bisection import halves, save_apart
from devices.sync.related_rows import replace_identifiers, replace_issues
from devices.sync.remediation_links import replace_remediation
from vendors.errors import BadRecord
from vendors.parsing.notations import with_notations
from vendors.records import Device, Entry, Group
from vendors.texts import Message, gettext_noop

_TEXTS = [
    "name",
    "serial",
    "user",
    "os_name",
    "os_family",
    "os_release",
    "os_short",
    "model",
    "manufacturer",
    "group_id",
    "group_name",
    "state",
    "state_raw",
    "enrolment",
    "link",
]
PLAIN = {**dict.fromkeys(_TEXTS, "text"), "silenced": "bool", "problem_count": "int4", "produced_at": "timestamptz"}
FACTS = {"facts": "text", "fact_keys": "text[]", "license_ends": "date"}
JSON = {"raw": "text", "repairs": "text"}
AS_TEXT = (*JSON, "facts")  # jsonb travels so
READ = (*PLAIN, "key_kinds", "search_text", *FACTS)  # what is read of the raw data
WIDE = {
    "id": "int8",
    "external_id": "text",
    "device_id": "int8",
    "digest": "bytea",
    **PLAIN,
    "key_kinds": "int2",
    "search_text": "text",
    **FACTS,
    **JSON,
}
INCOMING = {"external_id": "text", "digest": "bytea", "seen_at": "timestamptz", "booted_at": "timestamptz"}
GROUP = {"external_id": "text", "name": "text", "search_text": "text", "parent_id": "text", "static": "bool"}
_plain = attrgetter(*PLAIN)
LONGEST = 255  # characters of a text column; the whole text stays in the raw answer


@dataclass(frozen=True, slots=True)
class WriteResult:
    """How many entries of a page were new, different, the same, or unusable; `rejected`: not even that they are there could be stored."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    rejected: int = 0

    def __add__(self, other: Self) -> Self:
        return type(self)(*(ours + theirs for ours, theirs in zip(astuple(self), astuple(other), strict=True)))


def save_page(run: SyncRun, entries: Sequence[Entry], now: datetime) -> WriteResult:
    """Store what a page said. The last of two entries with one id wins: rows move between pages while a walk goes on.

    A record that cannot be stored is quarantined alone, and is tried again when it is listed again: its digest is not stored.
    """
    newest = {entry.external_id: entry for entry in entries}
    saved, failed = save_apart(list(newest.values()), lambda part: _save(run, part, now), divide=partial(_divide, run))
    if failed:
        unusable = [_unusable(entry, error) for entry, error in failed]
        known, lost = save_apart(unusable, lambda part: _save(run, part, now))
        quarantine.keep_lost(run, [(entry.external_id, _reason(error)) for entry, error in lost], now)
        saved += [*known, WriteResult(rejected=len(lost))]
    return sum(saved, WriteResult())


def _save(run: SyncRun, entries: Sequence[Entry], now: datetime) -> WriteResult:
    """`entries`: each id once."""
    account = run.account
    newest = {entry.external_id: entry for entry in entries}
    _stage_digests(newest)
    different = _different(account)
    mapped, broken = _read(newest, different)
    if mapped:
        lock_devices()
    plan = joining.assign_devices(mapped, vendor=account.vendor, account=account.pk, now=now)
    strays = _write_sightings(run, mapped, now)
    replace_identifiers(mapped)
    replace_issues(mapped, now)
    replace_remediation(mapped)
    for keeper in KEEPERS:
        keeper.page(run, mapped, now)
    joining.apply(plan, now)
    returning = reappearance.returning(run)
    woken = reappearance.mark_listed(run, now) | reappearance.restore_retired(run, now)
    contacts = write_pulses(run, now)
    summarise({each.device_id for each in mapped if each.device_id is not None} | plan.renew | woken, now, run=run)
    move_related_rows(plan.naming.merged, now)
    tell_use_changed(woken.union(*plan.moved.values()))
    joining.rematch([*strays, *returning], now)
    quarantine.update_quarantine(run, broken=broken, well=[each.entry.external_id for each in mapped], now=now)
    write_check_ins(contacts, now)
    created = sum(each.fresh for each in mapped)
    return WriteResult(created, len(mapped) - created, len(newest) - len(different), len(broken))


def save_groups(run: SyncRun, groups: Sequence[Group], now: datetime) -> int:
    """Returns how many could not be stored and are quarantined.

    Devices that are stored under another name of their group, or before it had one, are searched by its name later: group_names.py.
    """
    newest = {group.external_id: group for group in groups}
    _, failed = save_apart(list(newest.values()), lambda part: _write_groups(run.account, part))
    quarantine.keep_lost(run, [(f"(group {group.external_id})", _reason(error)) for group, error in failed], now)
    return len(failed)


def _write_groups(account: Account, groups: Sequence[Group]) -> None:
    """`groups`: each id once."""
    stage("groups", GROUP, ((g.external_id, g.name[:255], group_text(g.name), g.parent_id, g.static) for g in groups))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO devices_devicegroup AS g (account_id, external_id, name, search_text, parent_id, static, renamed_up_to)
               SELECT %(account)s, external_id, name, search_text, parent_id, static, CASE WHEN EXISTS (
                 SELECT FROM devices_sighting s WHERE s.group_id = groups.external_id AND s.account_id = %(account)s) THEN 0 END
               FROM groups ORDER BY external_id
               ON CONFLICT (account_id, external_id) DO UPDATE
               SET name = EXCLUDED.name, search_text = EXCLUDED.search_text, parent_id = EXCLUDED.parent_id, static = EXCLUDED.static,
                   renamed_up_to = CASE WHEN g.search_text <> EXCLUDED.search_text THEN 0 ELSE g.renamed_up_to END
               WHERE (g.name, g.search_text, g.parent_id, g.static)
                     IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.search_text, EXCLUDED.parent_id, EXCLUDED.static)""",
            {"account": account.pk},
        )


def _divide(run: SyncRun, entries: Sequence[Entry]) -> Sequence[Sequence[Entry]]:
    """What is in quarantine comes last and alone, so that a page is halved for a record once and not at every sync."""
    known = set(Quarantine.objects.filter(account=run.account).values_list("external_id", flat=True))
    alone = [[entry] for entry in entries if entry.external_id in known]
    return [[entry for entry in entries if entry.external_id not in known], *alone] if alone else halves(entries)


def _unusable(entry: Entry, error: Exception) -> Entry:
    """The same entry, of which only its id, its digest and when it was seen are used: the vendor lists it."""

    def refuse(_raw: bytes) -> Device:
        raise BadRecord(_reason(error))

    return msgspec.structs.replace(entry, mapper=refuse)


def _reason(error: Exception) -> str:
    """The sentence for an error, without its text: that of a database error quotes the data."""
    return Message(
        gettext_noop("Rollcall could not store this record (%(error)s). It retries at every sync; if that fails again, report it."),
        error=type(error).__name__,
    )


def _stage_digests(newest: dict[str, Entry]) -> None:
    rows = ((entry.external_id, entry.digest, entry.seen_at, entry.booted_at) for entry in newest.values())
    stage("incoming", INCOMING, rows, key="external_id")


def _different(account: Account) -> dict[str, tuple[int | None, int | None]]:
    """external id → (sighting, device) of what is new (None, None) or has another digest than what we hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT i.external_id, s.id, s.device_id FROM incoming i LEFT JOIN LATERAL ({ONE_SIGHTING}) s ON true
               WHERE s.digest IS DISTINCT FROM i.digest ORDER BY i.external_id""",  # nosec B608 # constants and columns of the model
            [account.pk],
        )
        return {name: (sighting, device) for name, sighting, device in cursor.fetchall()}


def _read(
    newest: dict[str, Entry], different: dict[str, tuple[int | None, int | None]]
) -> tuple[list[MappedEntry], list[tuple[Entry, str]]]:
    mapped: list[MappedEntry] = []
    broken: list[tuple[Entry, str]] = []
    for external_id, (sighting_id, device_id) in different.items():
        entry = newest[external_id]
        try:
            raw = entry.raw
            mapped.append(MappedEntry(entry, noted(entry.map(raw)), raw, sighting_id, device_id))
        except BadRecord as bad:
            broken.append((entry, bad.reason))
    return mapped, broken


def noted(device: Device) -> Device:
    """With the derived notations of its identifiers."""
    identifiers = with_notations(device.identifiers)
    return device if len(identifiers) == len(device.identifiers) else replace(device, identifiers=identifiers)


def _wide_row(each: MappedEntry) -> tuple[Any, ...]:
    fitting = [value[:LONGEST] if isinstance(value, str) and len(value) > LONGEST else value for value in _plain(each.device)]
    kinds = kinds_mask(found.kind for found in each.device.identifiers if not found.junk)
    return (
        each.sighting_id,
        each.entry.external_id,
        each.device_id,
        each.entry.digest,
        *fitting,
        kinds,
        text_of(each.device),
        msgspec.json.encode(each.device.facts).decode(),
        keys(each.device.facts),
        license_end(each.device.facts),
        each.raw.decode(),
        as_stored(each.device.repairs),
    )


def _write_sightings(run: SyncRun, mapped: list[MappedEntry], now: datetime) -> list[int]:
    """Returns the sightings that another run of the account brought while this page was read: they have another id than was planned."""
    if not mapped:
        return []
    stage("different", WIDE, (_wide_row(each) for each in mapped))
    if any(not each.fresh for each in mapped):
        changes.record_field_changes(run, now)
    names = quoted(WIDE)
    staged = ", ".join(f'"{name}"::jsonb' if name in AS_TEXT else f'"{name}"' for name in WIDE)
    updates = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in ("digest", *READ, *JSON, "changed_at"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO devices_sighting (account_id, vendor, changed_at, created_at, life, stale, {names})
                SELECT %s, %s, %s, %s, 'seen', false, {staged} FROM different ORDER BY external_id
                ON CONFLICT (account_id, external_id) DO UPDATE SET {updates}
                RETURNING external_id, id, device_id, xmax = 0""",  # nosec B608 # constants and columns of the model
            [run.account_id, run.account.vendor, now, now],
        )
        written = {name: rest for name, *rest in cursor.fetchall()}
    strays = []
    for each in mapped:
        planned = each.sighting_id
        each.sighting_id, each.device_id, each.fresh = written[each.entry.external_id]
        if each.sighting_id != planned:
            strays.append(each.sighting_id)
    return strays


def rewrite(mapped: Sequence[MappedEntry]) -> None:
    """Store again what these records say, after the rules of reading changed: their own values, facts and identifiers. Former ones are
    kept."""
    if not mapped:
        return
    stage("different", WIDE, (_wide_row(each) for each in mapped))
    staged = ", ".join(f'd."{name}"::jsonb' if name in AS_TEXT else f'd."{name}"' for name in READ)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE devices_sighting s SET ({quoted(READ)}) = ROW({staged}) FROM different d WHERE s.id = d.id")  # nosec B608 # constants and columns of the model
    replace_identifiers(mapped, keep=FORMER.values())
