"""The order by last check-in: exact, whole in both directions, and never wrong while devices check in."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list.filters import DEVICES
from devices.device_list.queries import DeviceRow, list_page
from devices.lists.keyset import Page
from devices.models import CheckIn, Device, Pulse, Sighting, User
from devices.models.device import NEVER
from devices.reconciliation.last_contact import raise_check_ins, store_check_ins
from devices.reconciliation.summary import summarise
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices import rows as shown
from vendors.parsing.times import FIRST_YEAR, SKEW

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def scatter(count: int, now: datetime, *, seed: int) -> None:
    """Devices with up to three records each, of every kind of time: the same for several, none, before 2000 and in the future."""
    dice = random.Random(seed)
    accounts = [shown.account(f"{vendor}-main", vendor) for vendor in ("eset", "opswat", "five9s")]
    devices = Device.objects.bulk_create(Device(name=f"nb-{dice.randrange(20)}", created_at=now) for _ in range(count))
    for device in devices:
        for account in dice.sample(accounts, dice.randint(1, 3)):
            record = Sighting.objects.create(
                account=account, vendor=account.vendor, device=device, external_id=f"id-{device.pk}", digest=bytes(16), name=device.name,
                created_at=now, changed_at=now, raw={},
            )  # fmt: skip
            at = dice.choice(
                [None, now + timedelta(days=9), datetime(1980, 1, 1, tzinfo=now.tzinfo), *[now - timedelta(hours=dice.randrange(9))] * 9]
            )
            Pulse.objects.create(sighting=record, seen_at=at, fetched_at=now, run_id=0)
    summarise([device.pk for device in devices], now)


def true_times(now: datetime) -> dict[int, datetime]:
    """Device → its newest plausible time, as Python finds it."""
    times: dict[int, datetime] = {}
    for device, at in Pulse.objects.values_list("sighting__device_id", "seen_at"):
        plausible = at if at is not None and at.year >= FIRST_YEAR and at <= now + SKEW else NEVER
        times[device] = max(times.get(device, NEVER), plausible)
    return times


def stored() -> dict[int, datetime]:
    return dict(CheckIn.objects.values_list("device_id", "at"))


def first(sort: str, now: datetime) -> Page[DeviceRow]:
    return list_page(DEVICES.read({"sort": sort, "size": "25"}), now=now)


def onward(sort: str, now: datetime, **token: str) -> Page[DeviceRow]:
    return list_page(DEVICES.read({"sort": sort, "size": "25"}), now=now, **token)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sort", ["last_seen", "-last_seen"])
def test_pages_are_the_sorted_list_in_both_directions(now: datetime, sort: str, seed: int) -> None:
    scatter(80, now, seed=seed)
    times = true_times(now)
    expected = sorted(times, key=lambda device: (times[device], device), reverse=sort.startswith("-"))
    page = first(sort, now)
    forth = [row.id for row in page.rows]
    while page.older:
        page = onward(sort, now, after=page.older)
        forth += [row.id for row in page.rows]
    assert forth == expected
    back = [row.id for row in page.rows]
    while page.newer:
        page = onward(sort, now, before=page.newer)
        back = [row.id for row in page.rows] + back
    assert back == expected


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("sort", ["last_seen", "-last_seen"])
def test_the_order_stays_right_while_devices_check_in(now: datetime, sort: str, seed: int) -> None:
    scatter(80, now, seed=seed)
    records: dict[int, list[int]] = {}
    for record, device in Sighting.objects.values_list("pk", "device_id"):
        records.setdefault(device, []).append(record)
    dice, moved, shown_rows = random.Random(seed), set[int](), list[DeviceRow]()
    page = first(sort, now)
    while True:
        assert [row.checked_in_at for row in page.rows] == sorted(
            (row.checked_in_at or now for row in page.rows), reverse=sort.startswith("-")
        )
        shown_rows += page.rows
        if not page.older:
            break
        for device in dice.sample(sorted(stored()), 10):
            moved.add(device)
            Pulse.objects.filter(pk__in=records[device]).update(seen_at=now + timedelta(seconds=dice.randrange(200)))
            store_check_ins([device], now)
        page = onward(sort, now, after=page.older)
    times = true_times(now)
    unmoved = [row.id for row in shown_rows if row.id not in moved]
    assert unmoved == sorted(set(times) - moved, key=lambda device: (times[device], device), reverse=sort.startswith("-"))
    ages = [row.checked_in_at for row in shown_rows if row.checked_in_at]
    assert ages == sorted(ages, reverse=sort.startswith("-"))
    if sort.startswith("-"):
        assert len({row.id for row in shown_rows}) == len(shown_rows)


def test_the_shown_age_is_the_one_of_the_order(now: datetime, client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    shown.sighting(accounts["eset"], "new", seen_at=now)
    shown.sighting(accounts["eset"], "wrong-clock", seen_at=now + timedelta(days=400))
    rows = first("-last_seen", now).rows
    assert (rows[0].name, rows[-1].name) == ("new", "wrong-clock")
    assert rows[0].last_seen == now and rows[-1].last_seen == now + timedelta(days=400)  # shown as an invalid date
    client.force_login(bob)
    page = client.get("/devices/?sort=-last_seen").content.decode()
    assert page.index(">new</a>") < page.index(">srv-london-05</a>") < page.index(">wrong-clock</a>")
    assert 'aria-sort="descending"' in page


def test_a_sync_stores_what_changes(now: datetime) -> None:
    of = making.account()
    names = ("same", "later", "earlier", "future")
    before = now - timedelta(hours=3)
    save_page(making.run(of), [making.entry(name, seen_at=before) for name in names], now)
    assert stored() == true_times(now)
    seen = {"later": now, "earlier": now - timedelta(days=2), "future": now + timedelta(days=2)}
    save_page(making.run(of), [making.entry(name, seen_at=seen.get(name, before)) for name in names], now)
    times = {Device.objects.get(pk=pk).name: at for pk, at in stored().items()}
    assert times == {"SAME": now - timedelta(hours=3), "LATER": now, "EARLIER": now - timedelta(days=2), "FUTURE": NEVER}
    assert stored() == true_times(now)


def test_an_unchanged_sync_writes_no_check_in(now: datetime) -> None:
    of = making.account()
    entries = [making.entry(f"nb-{number}", seen_at=now) for number in range(5)]
    save_page(making.run(of), entries, now)
    before = dict(CheckIn.objects.extra(select={"version": "xmin::text"}).values_list("device_id", "version"))
    save_page(making.run(of), entries, now)
    assert dict(CheckIn.objects.extra(select={"version": "xmin::text"}).values_list("device_id", "version")) == before


def test_a_record_that_moves_takes_its_check_in_along(now: datetime) -> None:
    account = shown.account("eset-main", "eset")
    old = shown.sighting(account, "nb-1", seen_at=now - timedelta(days=3))
    new = shown.sighting(account, "nb-2", seen_at=now)
    Sighting.objects.filter(pk=new.pk).update(device_id=old.device_id)
    summarise([old.device_id], now)
    assert stored()[old.device_id] == now
    Sighting.objects.filter(pk=new.pk).update(device_id=new.device_id)
    summarise([old.device_id, new.device_id], now)
    assert stored() == {old.device_id: now - timedelta(days=3), new.device_id: now}


def test_a_later_time_is_kept(now: datetime) -> None:
    record = shown.sighting(shown.account("eset-main", "eset"), "nb-1", seen_at=now)
    raise_check_ins({record.device_id: now - timedelta(hours=1)})
    assert stored() == {record.device_id: now}
    raise_check_ins({})
