"""Tally of coverage: how many devices have each state at each account, by operating system, by group and by location.

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
from devices.facts.keys import key
from devices.lists.filters import clean_query
from devices.models import Account, CoverageTally, Device
from vendors.facts import FactName

LIVE = 5_000  # devices that are counted for a page
SLICE = 50_000  # ids of devices that one query of a worker counts
MOST_PARTS = 200  # groups, and locations, that are kept: those with the most gaps
PAUSE = timedelta(minutes=5)  # between two tallies while syncs end
ROUND = timedelta(hours=1)  # devices also change without a sync: users retire and merge them
_LOCK = 0x6A96

# A location is counted by its key, as the filter compares it (`with_fact`), and has the spelling that comes first by its letters. An index
# (`sighting_by_location`) has the records that report one.
_COUNT = """
WITH placed AS MATERIALIZED (SELECT device_id, os_family, account_id, code FROM ({placed}) p),
member AS MATERIALIZED (
    SELECT DISTINCT s.device_id, s.group_name AS name FROM devices_sighting s WHERE s.group_name <> ''{few}
    UNION SELECT s.device_id, g.name FROM devices_devicegroup g JOIN devices_sighting s ON s.group_id = g.external_id AND s.group_id <> ''
    WHERE g.name <> ''{few}),
located AS MATERIALIZED (
    SELECT s.device_id, k.key, min((s.facts ->> 'location') COLLATE "C") AS name
    FROM devices_sighting s CROSS JOIN LATERAL unnest(s.fact_keys) AS k(key)
    WHERE s.facts ? 'location' AND s.life = 'seen' AND s.superseded IS NOT TRUE AND k.key LIKE 'location=_%%'{few} GROUP BY 1, 2)
SELECT 'os', os_family, account_id, code, count(*) FROM placed GROUP BY 2, 3, 4
UNION ALL
SELECT 'group', m.name, p.account_id, p.code, count(*) FROM placed p JOIN member m USING (device_id) GROUP BY 2, 3, 4
UNION ALL
SELECT 'location', min(l.name), p.account_id, p.code, count(*) FROM placed p JOIN located l USING (device_id) GROUP BY l.key, 3, 4"""


class Dimension(StrEnum):
    """What parts of the fleet are made by. The name of the filter that chooses a part."""

    OS = "os"
    GROUP = "group"
    LOCATION = "location"


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

    @property
    def dimensions(self) -> list[Dimension]:
        """Those that were counted."""
        return [each for each in Dimension if each in self.counts]

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
    return Tally(_merged(_counted(known, devices))) if known else Tally()


def _counted(known: Sequence[AccountStatus], devices: range | None = None) -> Counts:
    placed, values = CoverageQuery(known, devices, bare=True).sql("d.id AS device_id, d.os_family, t.kinds, t.marks")
    few, chosen = among(devices)
    text = _COUNT.format(placed=placed, few=f" AND s.device_id {few}" if few else "")
    counts = _no_counts()
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, *chosen, *chosen, *chosen])
        for dimension, value, account, code, number in cursor.fetchall():
            counts[dimension][value][str(account)][code] += number
    return counts


def _count_in_slices(known: Sequence[AccountStatus]) -> Tally:
    """Of all devices, with queries whose duration does not depend on how many there are. A device has one id, so nothing counts twice."""
    ids, counts = Device.objects.aggregate(first=Min("pk"), last=Max("pk")), _no_counts()
    for start in range(ids["first"] or 0, (ids["last"] or 0) + 1, SLICE):
        for dimension, parts in _counted(known, range(start, start + SLICE)).items():
            for value, accounts in parts.items():
                _add(counts[dimension][value], accounts)
    return Tally(_merged(counts))


def _no_counts() -> Counts:
    return {dimension.value: defaultdict(_no_part) for dimension in Dimension}


def _no_part() -> dict[str, list[int]]:
    return defaultdict(lambda: [0] * len(CODES))


def _add(whole: dict[str, list[int]], part: Mapping[str, list[int]]) -> None:
    for account, numbers in part.items():
        whole[account] = [one + other for one, other in zip(whole[account], numbers, strict=True)]


def _merged(counts: Counts) -> Counts:
    """With one spelling of each location: the states at an account, and the slices of a fleet, may have different ones."""
    spellings: dict[str, str] = {}
    merged: dict[str, dict[str, list[int]]] = defaultdict(_no_part)
    for spelling, accounts in sorted(counts[Dimension.LOCATION].items()):
        of_place = key(FactName.LOCATION, spelling)
        _add(merged[spellings.setdefault(of_place, _typed(spelling, of_place))], accounts)
    return {**counts, Dimension.LOCATION.value: merged}


def _typed(spelling: str, of_place: str) -> str:
    """As a filter can have it: without invisible characters."""
    text = clean_query(spelling)
    return text if key(FactName.LOCATION, text) == of_place else of_place.partition("=")[2]


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
        kept = _worst_parts(_count_in_slices(known), known)
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


def _worst_parts(tally: Tally, known: Sequence[AccountStatus]) -> Counts:
    kept = dict(tally.counts)
    for dimension in (Dimension.GROUP, Dimension.LOCATION):
        worst = tally.parts(dimension, known)[:MOST_PARTS]
        kept[dimension.value] = {part.value: tally.counts[dimension][part.value] for part in worst}
    return kept


def _of_part(dimension: Dimension, value: str, counts: Mapping[str, list[int]], status: AccountStatus) -> AccountCoverage:
    part = CoverageFilters(**{dimension.value: value}) if value else EVERY_DEVICE
    return AccountCoverage(_settled(counts.get(str(status.pk), []), status), status, part)


def _settled(counts: Iterable[int], status: AccountStatus) -> dict[CoverageState, int]:
    states = dict.fromkeys(CoverageState, 0)
    for code, number in enumerate(counts):
        states[CODES[code].settled(sound=status.proves_absence, outdated=status.outdated)] += number
    return states
