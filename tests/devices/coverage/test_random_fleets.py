"""Random fleets: every cell, count and page equals what the rules of the states give when they are applied record by record."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from devices.account_status.status import AccountStatus, statuses
from devices.coverage import gaps, rows, tallies
from devices.coverage.export import file_table
from devices.coverage.filters import MATRIX, CoverageFilters, CoverageListing
from devices.coverage.queries import AccountCoverage, CoverageQuery, answered, matrix
from devices.coverage.rows import matrix_page
from devices.coverage.states import CoverageState
from devices.coverage.tallies import Dimension
from devices.device_list import facts as list_facts
from devices.facts.keys import key, keys
from devices.models import Account, Device, Gap, JobState, Life, Sighting
from tests.devices import rows as shown
from vendors.facts import FactName
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
SEEDS = range(3)
LIVES = (Life.SEEN, Life.SEEN, Life.SEEN, Life.MISSING, Life.GONE)
ENROLMENTS = ("managed", "managed", "pending", "failed")
FAMILIES = ("windows", "macos", "android", "unknown")
GROUPS = ("", "Berlin", "München", "Lab")
# The last two are one place, which no address can name as it is written: a soft hyphen is no character of a filter.
PLACES = ("", "", "Berlin", "BERLIN", "berlin  ", "Köln & Bonn", "KÖLN & BONN", "?location=x", "Lager\u00adhalle", "LAGER\u00adHALLE")


@pytest.fixture(params=SEEDS)
def dice(request: pytest.FixtureRequest, db: None) -> random.Random:
    """The source of a fleet: 4 accounts, of which some prove no absence, and 14 devices."""
    dice = random.Random(request.param)
    accounts = [shown.account(f"{vendor}-{number}", vendor) for number, vendor in enumerate(("eset", "eset", "opswat", "five9s"))]
    for number in range(14):
        _device(dice, f"pc-{number % 5:02}-{number}", accounts)
    for account in accounts:
        late = timezone.now() - timedelta(days=dice.choice((0, 0, 9)))
        shown.fetch(account, state=JobState.DONE, finished_at=late, rejected=dice.choice((0, 0, 0, 1)))
    Account.objects.filter(pk=accounts[0].pk).update(enabled=dice.random() < 0.7)
    gaps.renew(timezone.now())
    return dice


def _device(dice: random.Random, name: str, accounts: Sequence[Account]) -> None:
    device, family = None, dice.choice(FAMILIES)
    for account in dice.sample(accounts, dice.randint(1, 3)):
        for _ in range(dice.choice((1, 1, 2))):
            made = shown.sighting(
                account, name, device=device, ids=[(IdKind.SERIAL, f"S{name}")] if dice.random() < 0.8 else [], os_family=family,
                life=dice.choice(LIVES), enrolment=dice.choice(ENROLMENTS), silenced=dice.random() < 0.2, stale=dice.random() < 0.3,
                group_name=dice.choice(GROUPS), **_place(dice.choice(PLACES)),
            )  # fmt: skip
            device = made.device
    if dice.random() < 0.3:
        Sighting.objects.filter(device=device).update(key_kinds=0)


def _place(name: str) -> dict[str, Any]:
    facts = {"location": name} if name else {"country": "DE"}
    return {"facts": facts, "fact_keys": keys(facts)}


def places(device: Device) -> dict[str, str]:
    """Key of each location that a listed record reports → the first spelling."""
    listed = [each for each in device.sightings.all() if each.life == Life.SEEN and not each.superseded]
    names = sorted((name for each in listed if (name := (each.facts or {}).get("location"))), reverse=True)
    return {key(FactName.LOCATION, name): name for name in names}


def expected(device: Device, status: AccountStatus) -> CoverageState:
    """Record by record, in Python."""
    records = list(device.sightings.filter(account=status.pk))
    present = [each for each in records if each.life == Life.SEEN and not each.superseded]
    if present:
        best = min(map(_order, present))
        state = (CoverageState.FRESH, CoverageState.STALE, CoverageState.SILENCED, CoverageState.PENDING)[best]
        return CoverageState.STALE if state is CoverageState.FRESH and status.outdated else state
    known = set(answered(status))
    findable = any(
        IdKind.of(identifier.kind) in known and not identifier.junk
        for sighting in device.sightings.exclude(key_kinds=0)
        for identifier in sighting.identifiers.all()
    )
    return CoverageState.MISSING if status.proves_absence and (records or findable) else CoverageState.UNKNOWN


def _order(record: Sighting) -> int:
    if record.enrolment in ("pending", "failed"):
        return 3
    return 2 if record.silenced else 1 if record.stale else 0


def counted() -> list[Device]:
    return list(Device.objects.filter(life__in=[Life.SEEN, Life.MISSING]).order_by("name", "pk"))


States = dict[int, dict[int, CoverageState]]  # id of a device → of an account → state


def by_hand(known: Sequence[AccountStatus]) -> States:
    """In the order of the list."""
    return {device.pk: {each.pk: expected(device, each) for each in known} for device in counted()}


def recount(states: States, devices: Iterable[int]) -> dict[int, Counter[CoverageState]]:
    """Account → devices by state."""
    found: dict[int, Counter[CoverageState]] = defaultdict(Counter)
    for device in devices:
        for account, cover in states[device].items():
            found[account][cover] += 1
    return found


def shown_counts(rows_of: Sequence[AccountCoverage]) -> dict[int, Counter[CoverageState]]:
    found = {row.status.pk: Counter({cover: number for cover, number in row.states.items() if number}) for row in rows_of}
    return {account: each for account, each in found.items() if each}


def walk(listing: CoverageListing, known: Sequence[AccountStatus]) -> list[int]:
    """Forwards through all pages, and back again."""
    now = timezone.now()
    page = matrix_page(listing, known, now=now)
    pages = [page]
    while page.older:
        page = matrix_page(listing, known, now=now, after=page.older)
        pages.append(page)
    for former in reversed(pages[:-1]):
        page = matrix_page(listing, known, now=now, before=page.newer)
        assert [row.id for row in page.rows] == [row.id for row in former.rows]
    return [row.id for each in pages for row in each.rows]


def test_every_cell_and_number_is_what_the_records_say(dice: random.Random) -> None:
    known = statuses(timezone.now())
    states = by_hand(known)
    placed = {(device, account): cover for device, account, cover in CoverageQuery(known).rows()}
    assert placed == {(device, account): cover for device, each in states.items() for account, cover in each.items()}
    tally = tallies.count(known)
    wanted = recount(states, states)
    assert shown_counts(matrix(known)) == shown_counts(tally.accounts(known)) == wanted
    assert tally.devices() == len(states)
    for part in tally.parts(Dimension.OS, known):
        assert shown_counts(part.accounts) == recount(states, [each.pk for each in counted() if each.os_family == part.value])
    found = {device.pk: places(device) for device in counted()}
    spelled = {place: min(each[place] for each in found.values() if place in each) for each in found.values() for place in each}
    parts = tally.parts(Dimension.LOCATION, known)
    assert {part.value for part in parts} == {name.strip() if name.isprintable() else "lagerhalle" for name in spelled.values()}
    for part in parts:
        assert shown_counts(part.accounts) == recount(states, [pk for pk, each in found.items() if key("location", part.value) in each])
    later = statuses(timezone.now() + timedelta(days=30))  # without a new tally
    assert shown_counts(tally.accounts(later)) == recount(later_states := by_hand(later), later_states)


@pytest.mark.parametrize("slice_of", [1, 7, 10_000])
def test_slices_add_up_to_the_whole_fleet(dice: random.Random, monkeypatch: pytest.MonkeyPatch, slice_of: int) -> None:
    monkeypatch.setattr(tallies, "LIVE", 0)
    monkeypatch.setattr(tallies, "SLICE", slice_of)
    known = statuses(timezone.now())
    assert tallies.renew(timezone.now())
    whole, stored = tallies.count(known), tallies.stored()
    assert stored is not None and whole.devices() == stored.devices() > 7
    assert stored.counts[Dimension.LOCATION]
    assert stored.counts == json.loads(json.dumps(whole.counts))


def test_every_number_of_a_part_is_its_list(dice: random.Random) -> None:
    known = statuses(timezone.now())
    tally = tallies.count(known)
    assert {part.value for part in tally.parts(Dimension.GROUP, known)} <= set(GROUPS) - {""}
    for dimension in Dimension:
        for part in tally.parts(dimension, known):
            assert len(walk(MATRIX.stored(f"?{dimension.value}={quote(part.value)}"), known)) == part.devices
            row = dice.choice(part.accounts)
            assert len(walk(MATRIX.stored(row.missing_query), known)) == row.missing


@pytest.mark.parametrize("many", [False, True])
def test_pages_show_each_fitting_device_once(dice: random.Random, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    if many:  # as of a fleet whose states are not all read before the page
        monkeypatch.setattr(rows, "EXACT", 3)
        monkeypatch.setattr(rows, "NEAR", 4)
    known = statuses(timezone.now())
    states, number = by_hand(known), Counter(Gap.objects.values_list("device", flat=True))
    for cover in (None, *CoverageState):
        name = dice.choice(["", *(each.name for each in known)]) if cover else ""
        filters = CoverageFilters(cover=cover or "", account=name)
        chosen = [each.pk for each in filters.chosen(known)]
        wanted = [pk for pk, each in states.items() if cover is None or any(each[account] == cover for account in chosen)]
        by_gaps = sorted(wanted, key=lambda pk: -number[pk])
        for sort, order in (("name", wanted), ("-name", wanted[::-1]), ("gaps", by_gaps), ("-gaps", by_gaps[::-1])):
            listing = replace(MATRIX.at_first, filters=filters, sort=sort, size=3)
            assert walk(listing, known) == order, (cover, name, sort)
            assert [next(iter(row)) for row in file_table(listing, known).rows] == order


@pytest.mark.parametrize("many", [False, True])
def test_a_location_narrows_pages_and_files(dice: random.Random, monkeypatch: pytest.MonkeyPatch, many: bool) -> None:
    if many:
        monkeypatch.setattr(rows, "EXACT", 3)
        monkeypatch.setattr(rows, "NEAR", 4)
        monkeypatch.setattr(list_facts, "MOST_NAMED", 1)
    known = statuses(timezone.now())
    states, found = by_hand(known), {device.pk: places(device) for device in counted()}
    for name in ("berlin", "Köln  & BONN", "lagerhalle", "berli"):
        there = [pk for pk in states if key(FactName.LOCATION, name) in found[pk]]
        for cover in (None, *CoverageState):
            wanted = [pk for pk in there if cover is None or cover in states[pk].values()]
            listing = replace(MATRIX.at_first, filters=CoverageFilters(location=name, cover=cover or ""), size=3)
            assert walk(listing, known) == wanted, (name, cover)
            assert [next(iter(row)) for row in file_table(listing, known).rows] == wanted
