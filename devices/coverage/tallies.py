"""Tally of coverage: how many devices have each state at each account, by operating system and by group.

A small fleet is counted for the page. A large one is counted by a worker; the page shows when. The tally has the states without regard to
the data of the accounts, so that an account whose data gets old is shown right without a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import connection, transaction
from django.db.models import Max, Min
from django.db.models.functions import Greatest

from devices.account_status.status import AccountStatus, statuses
from devices.coverage.filters import EVERY_DEVICE, CoverageFilters
from devices.coverage.queries import CODES, COUNTED, AccountCoverage, CoverageQuery, all_gaps, among, matrix, worst_first
from devices.coverage.states import CoverageState
from devices.db.locks import extend_timeouts
from devices.models import Account, CoverageTally, Device

LIVE = 5_000  # devices that are counted for a page
SLICE = 50_000  # ids of devices that one query of a worker counts
MOST_PARTS = 200  # groups that are kept, those with the most gaps
PAUSE = timedelta(minutes=5)  # between two tallies while syncs end
ROUND = timedelta(hours=1)  # devices also change without a sync: users retire and merge them
_LOCK = 0x6A96

_COUNT = """
WITH placed AS MATERIALIZED (SELECT device_id, os_family, account_id, code FROM ({placed}) p),
member AS MATERIALIZED (
    SELECT DISTINCT s.device_id, s.group_name AS name FROM devices_sighting s WHERE s.group_name <> ''{few}
    UNION SELECT s.device_id, g.name FROM devices_devicegroup g JOIN devices_sighting s ON s.group_id = g.external_id AND s.group_id <> ''
    WHERE g.name <> ''{few})
SELECT 'os', os_family, account_id, code, count(*) FROM placed GROUP BY 2, 3, 4
UNION ALL
SELECT 'group', m.name, p.account_id, p.code, count(*) FROM placed p JOIN member m USING (device_id) GROUP BY 2, 3, 4"""


class Dimension(StrEnum):
    """What parts of the fleet are made by. The name of the filter that chooses a part."""

    OS = "os"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class FleetPart:
    """The devices with one value of a dimension."""

    value: str
    accounts: Sequence[AccountCoverage]

    @property
    def devices(self) -> int:
        return self.accounts[0].total

    @property
    def missing(self) -> int:
        return sum(each.missing for each in self.accounts)


Counts = dict[str, dict[str, dict[str, list[int]]]]  # dimension → value → id of an account → devices by code


@dataclass(frozen=True, slots=True)
class Tally:
    """`at`: when a worker counted; None: for this page."""

    counts: Counts = field(default_factory=dict)
    at: datetime | None = None

    def accounts(self, known: Sequence[AccountStatus]) -> list[AccountCoverage]:
        """Most missing devices first. Every device has one operating system, so those add up to all devices."""
        totals = {str(each.pk): [0] * len(CODES) for each in known}
        for part in self.counts.get(Dimension.OS, {}).values():
            for pk in totals.keys() & part.keys():
                totals[pk] = [one + other for one, other in zip(totals[pk], part[pk], strict=True)]
        return worst_first(AccountCoverage(_settled(totals[str(each.pk)], each), each) for each in known)

    def parts(self, dimension: Dimension, known: Sequence[AccountStatus]) -> list[FleetPart]:
        """Most gaps first; of each the accounts in the order of `known`."""
        found = [
            FleetPart(value, [_of_part(dimension, value, counts, each) for each in known])
            for value, counts in self.counts.get(dimension, {}).items()
        ]
        return sorted(found, key=lambda part: (-part.missing, -part.devices, part.value))

    def devices(self) -> int:
        """All that are not removed."""
        return sum(sum(next(iter(part.values()), [])) for part in self.counts.get(Dimension.OS, {}).values())


def current(known: Sequence[AccountStatus]) -> Tally | None:
    """None while a worker has not counted a large fleet yet. Two queries."""
    if Device.objects.filter(COUNTED).values("pk")[: LIVE + 1].count() <= LIVE:
        return count(known)
    return stored()


def stored() -> Tally | None:
    kept = CoverageTally.objects.order_by("pk").first()
    return Tally(kept.counts, kept.at) if kept else None


def count(known: Sequence[AccountStatus], devices: range | None = None) -> Tally:
    """Of all devices, or of those with these ids. One query."""
    if not known:
        return Tally()
    placed, values = CoverageQuery(known, devices, bare=True).sql("d.id AS device_id, d.os_family, t.kinds, t.marks")
    few, chosen = among(devices)
    text = _COUNT.format(placed=placed, few=f" AND s.device_id {few}" if few else "")
    counts = _no_counts()
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, *chosen, *chosen])
        for dimension, value, account, code, number in cursor.fetchall():
            counts[dimension][value][str(account)][code] = number
    return Tally(counts)


def _count_in_slices(known: Sequence[AccountStatus]) -> Tally:
    """Of all devices, with queries whose duration does not depend on how many there are. A device has one id, so nothing counts twice."""
    ids, counts = Device.objects.aggregate(first=Min("pk"), last=Max("pk")), _no_counts()
    for start in range(ids["first"] or 0, (ids["last"] or 0) + 1, SLICE):
        for dimension, parts in count(known, range(start, start + SLICE)).counts.items():
            for value, accounts in parts.items():
                for account, numbers in accounts.items():
                    whole = counts[dimension][value][account]
                    counts[dimension][value][account] = [one + other for one, other in zip(whole, numbers, strict=True)]
    return Tally(counts)


def _no_counts() -> Counts:
    return defaultdict(lambda: defaultdict(lambda: defaultdict(lambda: [0] * len(CODES))))


@dataclass(frozen=True, slots=True)
class TotalGaps:
    """Devices that are missing at an account, counted once for each account. `at`: when; None: now."""

    number: int
    at: datetime | None = None


def gaps(known: Sequence[AccountStatus]) -> TotalGaps:
    """One query."""
    return TotalGaps(all_gaps(matrix(known)))


def stored_gaps(known: Sequence[AccountStatus]) -> TotalGaps | None:
    """None while a worker has not counted them. One query."""
    tally = stored()
    return TotalGaps(all_gaps(tally.accounts(known)), tally.at) if tally else None


def renew(now: datetime) -> bool:
    """Run by a worker: after a sync, at most every five minutes, and once an hour. Small fleets need none."""
    if not _due(now):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        extend_timeouts()
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, 0), set_config('work_mem', '64MB', true)", [_LOCK])
        if not cursor.fetchone()[0]:
            return False  # another worker does it
        known = statuses(now)
        kept = _worst_groups(_count_in_slices(known), known)
        CoverageTally.objects.update_or_create(pk=1, defaults={"at": now, "counts": kept})
    return True


def _due(now: datetime) -> bool:
    at = CoverageTally.objects.values_list("at", flat=True).first()
    if at is not None and at > now - PAUSE:
        return False
    synced = Account.objects.aggregate(at=Max(Greatest("complete_at", "changes_at")))["at"]
    if at is not None and at > now - ROUND and (synced is None or synced <= at):
        return False
    return Device.objects.filter(COUNTED).values("pk")[: LIVE + 1].count() > LIVE


def _worst_groups(tally: Tally, known: Sequence[AccountStatus]) -> Counts:
    groups = tally.parts(Dimension.GROUP, known)[:MOST_PARTS]
    return {**tally.counts, Dimension.GROUP: {part.value: tally.counts[Dimension.GROUP][part.value] for part in groups}}


def _of_part(dimension: Dimension, value: str, counts: Mapping[str, list[int]], status: AccountStatus) -> AccountCoverage:
    part = CoverageFilters(**{dimension.value: value}) if value else EVERY_DEVICE
    return AccountCoverage(_settled(counts.get(str(status.pk), []), status), status, part)


def _settled(counts: Iterable[int], status: AccountStatus) -> dict[CoverageState, int]:
    states = dict.fromkeys(CoverageState, 0)
    for code, number in enumerate(counts):
        states[CODES[code].settled(sound=status.proves_absence, outdated=status.outdated)] += number
    return states
