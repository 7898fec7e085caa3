"""Every number opens the list that makes it up, and that list has as many rows."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Device, Sighting, User
from devices.web.charts import Chart
from patching.lists import counts
from patching.lists.attempts import ATTEMPTS
from patching.lists.counts import LinkedCount
from patching.lists.devices import DEVICES
from patching.lists.filters import AttemptFilters, PatchFilters
from patching.lists.patches import PATCHES
from patching.lists.table import Table
from patching.models import Title
from patching.pages import device as device_panel
from patching.pages.chart import AttemptChart
from tests.patching import rows as made
from tests.patching.page_links import listed, numbers_on

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def check(client: Client, address: str, *, least: int, **headers: str) -> None:
    found = numbers_on(client, address, **headers)
    assert len(found) >= least, found
    wrong = {each: words for each in dict(found) if (words := listed(client, each)) != dict(found)[each]}
    assert wrong == {}, dict(found)


@pytest.mark.parametrize(
    ("address", "least"), [("/patching/", 30), ("/patching/titles/", 32), ("/patching/reasons/", 24), ("/patching/devices/", 16)]
)
def test_on_the_pages(client: Client, bob: User, address: str, least: int) -> None:
    made.small_patching()
    client.force_login(bob)
    check(client, address, least=least)


def test_of_devices_that_nobody_tells_about(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    check(client, "/patching/silent/", least=1, **HTMX)


def test_on_the_page_of_each_application(client: Client, bob: User) -> None:
    made.small_patching()
    client.force_login(bob)
    for title in Title.objects.all():
        check(client, f"/patching/titles/{title.pk}/", least=0 if title.name == "Resting" else 1)


@pytest.mark.parametrize("most_read", [200, 2])
def test_on_the_panel_of_each_device(client: Client, bob: User, monkeypatch: pytest.MonkeyPatch, most_read: int) -> None:
    monkeypatch.setattr(device_panel, "MOST_READ", most_read)
    made.small_patching()
    client.force_login(bob)
    for device in Device.objects.all():
        told = device.name in ("nb-berlin-01", "nb-munich-02", "mac-zurich-03", "srv-london-05")
        check(client, f"/patching/device/{device.pk}/", least=2 if told else 0, **HTMX)


@pytest.mark.parametrize(
    ("installed", "ended", "rate"), [(0, 0, None), (0, 3, 0), (1, 999, 1), (2, 3, 67), (399, 400, 99), (400, 400, 100)]
)
def test_a_rate_of_all_or_of_none_is_no_rounding(installed: int, ended: int, rate: int | None) -> None:
    done, over = (LinkedCount(AttemptFilters(), count) for count in (installed, ended))
    assert (
        AttemptChart(totals=[("installed", "Installed", done)], all=over, ended=over, chart=Chart("attempts", "", "", [], [])).rate == rate
    )


def filters_of(kind: type[Any]) -> list[Any]:
    """Each value of each filter, alone and beside an account."""
    values = {name: list(each.options or ()) for name, each in kind.kinds.items()}
    values |= {
        "q": ["fire", "munich", "nothing"],
        "account": ["eset-main", "nobody"],
        "title": [str(Title.objects.get(name="VLC").pk), "99"],
        "probably": [str(Title.objects.get(name="7-Zip").pk), "99"],
    }
    values |= {"device": [str(Device.objects.get(name="nb-munich-02").pk), "99"]}
    if "day" in values:
        values["day"] = [timezone.localdate().isoformat(), "0001-01-01", "9999-12-31"]
    alone = [{name: value} for name, found in values.items() for value in found]
    return [kind.read(each | more) for each in alone for more in ({}, {"account": "eset-main"}, {"status": "failed"})]


@pytest.mark.parametrize("table", [PATCHES, ATTEMPTS, DEVICES], ids=["patches", "attempts", "devices"])
def test_what_the_tallies_say_is_what_the_rows_say(table: Table[Any, Any, Any]) -> None:
    made.small_patching()
    now = timezone.now()
    for filters in filters_of(table.shape.filters):
        listing = table.shape.read(filters.pairs() | {"size": "250"})
        page = table.page(listing, now=now)
        assert len(page.rows) == page.total == len(list(table.every(listing, now=now))), filters
        assert counts.number(filters, now=now).count == page.total, filters


def test_more_than_are_counted_is_said_alike(client: Client, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST_COUNTED", 26)
    eset = made.small_patching()["eset"]
    berlin = Sighting.objects.get(account=eset, name="nb-berlin-01")
    for days in range(60, 90):
        made.patch(berlin, "Opera", days=days)
    client.force_login(bob)
    old = counts.number(PatchFilters(age="over-30"), now=timezone.now())
    assert old.words == "26+" == listed(client, f"{old.url}&size=25")
    assert ("/patching/patches/?age=over-30", "26+") in numbers_on(client, "/patching/")
    every = counts.number(PatchFilters(), now=timezone.now())
    assert every.words == "41" == listed(client, every.url)  # the tallies know them all
