"""Applies matching to the tables: the device of each affected record, and why. Callers hold the device lock (devices/db/locks.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import connection, transaction

from devices.db.copy import quoted, stage
from devices.db.locks import lock_devices
from devices.history import writer as changes
from devices.hooks import MappedEntry, tell_use_changed
from devices.matching.candidates import CandidateSet
from devices.matching.device_ids import IdAssignment, move_related_rows, move_sightings, name_devices
from devices.matching.explanations import MatchReason, PossiblePair, possible, reason
from devices.matching.former import keep_former, stored_records
from devices.matching.grouping import arrange, pairs
from devices.matching.record import KINDS, Key, MatchRecord, Traits, collect
from devices.models import Device, Join, Sighting
from devices.reconciliation.summary import summarise

AT_ONCE = 1_000  # devices matched again in one transaction
_PLAIN: dict[str, str] = {kind: str(kind) for kind in KINDS}  # an enumeration is slow to read its value of
JOIN = {
    "sighting_id": "int8",
    "kind": "text",
    "key": "text",
    "partner_id": "int8",
    "weak": "bool",
    "timed": "bool",
    "evidence": "text",
    "near": "text",
}


@dataclass(slots=True)
class MatchPlan:
    """A result of matching that is not written yet. `moved`: sighting → its device before and after; `renew`: devices to summarise;
    `judged`: the stored records of which `possible` has all pairs.
    """

    naming: IdAssignment = field(default_factory=IdAssignment)
    moved: dict[int, tuple[int, int]] = field(default_factory=dict)
    renew: set[int] = field(default_factory=set)
    reasons: dict[int, MatchReason] = field(default_factory=dict)
    unexplained: list[int] = field(default_factory=list)
    judged: list[int] = field(default_factory=list)
    possible: list[PossiblePair] = field(default_factory=list)


def assign_devices(mapped: Sequence[MappedEntry], *, vendor: str, account: int, now: datetime) -> MatchPlan:
    """Match the new sightings of a page, which get their ids here, and those whose identifiers or traits changed.

    A record whose serial, BIOS UUID, MAC addresses or hostname were all replaced keeps them as former identifiers.
    """
    fresh = [each for each in mapped if each.sighting_id is None]
    before = stored_records([each.sighting_id for each in mapped if each.sighting_id is not None])
    for each, number in zip(fresh, _sighting_ids(len(fresh)), strict=True):
        each.sighting_id, each.fresh = number, True
    changed: list[MatchRecord] = []
    left: set[Key] = set()
    for each in mapped:
        old = before.get(each.sighting_id or 0)
        if old is not None:
            keep_former(each, old)
        record = _record(each, vendor, account, old.record.traits.since if old is not None else now.timestamp())
        if old is None or _matched_by(record) != _matched_by(old.record):
            changed.append(record)
            # Strong kinds only: a user alone matches nothing.
            left |= set(old.record.found_by) - set(record.found_by) if old is not None else set()
    if not changed:
        return MatchPlan()
    stored = [each.id for each in changed if each.id in before]
    plan = _decide(CandidateSet(changed, stored=stored, left=left, limit=settings.COMMON_KEY_DEVICES))
    for each in fresh:
        each.device_id = plan.naming.devices[each.sighting_id or 0]
    return plan


def _record(each: MappedEntry, vendor: str, account: int, since: float | None) -> MatchRecord:
    device = each.device
    usable = ((_PLAIN[found.kind], found.key) for found in device.identifiers if found.kind in _PLAIN and found.key and not found.junk)
    seen_at = each.entry.seen_at
    traits = Traits(device.os_family, device.manufacturer, device.model, True, seen_at.timestamp() if seen_at else None, since)
    return MatchRecord(each.sighting_id or 0, (vendor, each.entry.external_id, account), collect(usable), traits)


def _matched_by(record: MatchRecord) -> tuple[object, ...]:
    """What matching depends on, but for the time of contact, which moves at every sync (devices/matching/renewal.py)."""
    return record.keys, record.traits.family, record.brand, record.traits.model, record.live


def apply(plan: MatchPlan, now: datetime, *, reason: str = "") -> None:
    """Write the plan; the sightings themselves must be written. Summarise `renew` afterwards, then call `move_related_rows`.

    `reason` is kept in the history of each device that changed.
    """
    move_sightings({sighting: to for sighting, (_, to) in plan.moved.items()})
    _write_joins(plan, now)
    _write_possible(plan, now)
    changes.record_moves({pair for pair in plan.moved.values() if pair[0] not in plan.naming.merged}, now, reason=reason)


def rematch(sightings: Iterable[int], now: datetime, *, left: Collection[Key] = (), reason: str = "") -> dict[int, tuple[int, int]]:
    """Match these stored sightings again, and all that they affect. `left`: keys of deleted sightings, which others may share.

    Returns the sightings that moved, with their devices before and after.
    """
    sightings = list(sightings)
    if not sightings and not left:
        return {}
    with transaction.atomic():
        lock_devices()
        plan = _decide(CandidateSet(stored=sightings, left=left, limit=settings.COMMON_KEY_DEVICES))
        apply(plan, now, reason=reason)
        summarise(plan.renew, now)
        move_related_rows(plan.naming.merged, now, reason=reason)
        tell_use_changed(plan.renew)
    return plan.moved


def rematch_everything(now: datetime, *, after: int = 0, reason: str = "") -> int:
    """Match every sighting again, some thousand in a transaction, by device: so none is read twice. Returns how many moved."""
    moved = 0
    while (found := rematch_next(now, after=after, reason=reason)) is not None:
        after = found.last
        moved += len(found.moved)
    return moved


class Rematched(NamedTuple):
    """`last`: the highest device that is done; `moved`: sighting → its devices before and after."""

    last: int
    moved: dict[int, tuple[int, int]]


def rematch_next(now: datetime, *, after: int, reason: str = "") -> Rematched | None:
    """Match the sightings of the next devices again; None: there are none."""
    devices = list(Device.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if not devices:
        return None
    return Rematched(devices[-1], rematch(Sighting.objects.filter(device__in=devices).values_list("pk", flat=True), now, reason=reason))


def _decide(near: CandidateSet) -> MatchPlan:
    compared = pairs(near.core.keys(), near.holders.values(), near.comparisons)
    groups = arrange(near.core.values(), compared, near.comparisons, near.overrides)
    plan = MatchPlan(name_devices(groups))
    plan.judged = [each.id for each in near.core.values() if each.device is not None]
    plan.possible = possible(groups, compared, near.overrides)
    for group in groups:
        for each in group.members:
            why = reason(each, group, holders=near.holders, comparisons=near.comparisons, overrides=near.overrides)
            if why is not None:
                plan.reasons[each.id] = why
            elif each.device is not None:
                plan.unexplained.append(each.id)
            device = plan.naming.devices[each.id]
            if each.device != device:
                plan.renew |= {device} | ({each.device} - plan.naming.merged.keys() if each.device is not None else set())
                if each.device is not None:
                    plan.moved[each.id] = each.device, device
    return plan


def keys_of(sightings: Collection[int]) -> set[Key]:
    """The keys that these stored sightings are found by."""
    return {key for each in stored_records(list(sightings)).values() for key in each.record.found_by}


def _sighting_ids(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('devices_sighting_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def _write_joins(plan: MatchPlan, now: datetime) -> None:
    if plan.unexplained:
        Join.objects.filter(pk__in=plan.unexplained).delete()
    if not plan.reasons:
        return
    stage("joins", JOIN, _join_rows(plan))
    names = quoted(JOIN)
    chosen = names.replace('"evidence", "near"', "evidence::jsonb, near::jsonb")
    columns = [f'"{name}"' for name in JOIN if name != "sighting_id"]
    ours, theirs = ", ".join(f"j.{name}" for name in columns), ", ".join(f"EXCLUDED.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO devices_join AS j ({names}, changed_at) SELECT {chosen}, %s FROM joins ORDER BY sighting_id
                ON CONFLICT (sighting_id) DO UPDATE SET ({", ".join(columns)}, changed_at) = ({theirs}, EXCLUDED.changed_at)
                WHERE ({ours}) IS DISTINCT FROM ({theirs})""",  # nosec B608 # columns of the model
            [now],
        )


def _join_rows(plan: MatchPlan) -> Iterator[tuple[Any, ...]]:
    for sighting, why in plan.reasons.items():
        lists = (msgspec.json.encode(each).decode() for each in (why.evidence, why.near))
        yield sighting, why.kind, why.key, why.partner, why.weak, why.timed, *lists


def _write_possible(plan: MatchPlan, now: datetime) -> None:
    """Replace the possible duplicates of the judged records; those that stay the same are not written."""
    if not (plan.judged or plan.possible):
        return
    firsts, seconds = [each.first for each in plan.possible], [each.second for each in plan.possible]
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM devices_possibleduplicate p WHERE p.id IN (
                 SELECT id FROM devices_possibleduplicate WHERE first_id = ANY(%(judged)s)
                 UNION ALL SELECT id FROM devices_possibleduplicate WHERE second_id = ANY(%(judged)s))
               AND (p.first_id, p.second_id) NOT IN (SELECT * FROM unnest(%(firsts)s::bigint[], %(seconds)s::bigint[]))""",
            {"judged": plan.judged, "firsts": firsts, "seconds": seconds},
        )
        if plan.possible:
            evidence = [msgspec.json.encode(each.evidence).decode() for each in plan.possible]
            cursor.execute(
                """INSERT INTO devices_possibleduplicate AS p (first_id, second_id, total, evidence, found_at)
                   SELECT first, second, total, evidence::jsonb, %s
                   FROM unnest(%s::bigint[], %s::bigint[], %s::int[], %s::text[]) AS f(first, second, total, evidence) ORDER BY 1, 2
                   ON CONFLICT (first_id, second_id) DO UPDATE SET total = EXCLUDED.total, evidence = EXCLUDED.evidence
                   WHERE (p.total, p.evidence) IS DISTINCT FROM (EXCLUDED.total, EXCLUDED.evidence)""",
                [now, firsts, seconds, [each.total for each in plan.possible], evidence],
            )
