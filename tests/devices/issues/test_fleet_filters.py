"""Issues of a part of the fleet: what belongs to it, its file, its pages, and decisions that reach nobody beyond it."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_list import fleet_filters
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.issues import queries as issues
from devices.issues.queries import every_issue, issue_page, matching
from devices.models import Account, Device, DeviceGroup, DeviceTag, Issue, Sighting, Standing, Triage, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.alerts import decided, fleet, listed, listing_of, named
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
PARTS = [
    {"group": "Berlin"},
    {"group": "g-1"},
    {"group": "berlin"},
    {"group": "nowhere"},
    {"tag": "Site  BERLIN"},
    {"tag": "site"},
    {"tag": "ours"},
    {"os": "windows"},
    {"os": "macos"},
    {"group": "Berlin", "tag": "ours"},
    {"group": "Berlin", "os": "linux"},
    {"group": "Munich", "tag": "ours", "os": "windows"},
]


@pytest.fixture
def accounts() -> dict[str, Account]:
    """nb-1 is in Berlin by the id of a group and carries our tag, nb-2 by its name; nb-3 has a vendor's tag and is in Munich."""
    accounts = fleet()
    DeviceGroup.objects.create(account=accounts["eset"], external_id="g-1", name="Berlin")
    Sighting.objects.filter(name="nb-1", account=accounts["eset"]).update(group_id="g-1")
    Sighting.objects.filter(name="nb-2", account=accounts["opswat"]).update(group_name="Berlin")
    silent = Sighting.objects.get(name="nb-3", account=accounts["opswat"])
    Sighting.objects.filter(pk=silent.pk).update(group_name="Munich")
    silent.identifiers.create(kind=IdKind.TAG, key="site berlin", value="Site Berlin", junk=False)
    DeviceTag.objects.create(device=named("nb-1"), key="ours", name="Ours", by_name="ivan", at=timezone.now())
    Device.objects.filter(name__in=["nb-1", "nb-3"]).update(os_family="windows")
    Device.objects.filter(name="nb-2").update(os_family="macos")
    return accounts


@pytest.fixture(params=[fleet_filters.MOST_NAMED, 0], ids=["few devices", "many devices"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_filters, "MOST_NAMED", request.param)


@pytest.fixture
def desk(accounts: dict[str, Account], ivan: User) -> Client:
    return signed_in(ivan)


def text(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rows(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).getvalue().decode())))


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("asked", PARTS, ids=lambda each: "&".join(each.values()))
@pytest.mark.parametrize("more", [{}, {"kind": "gap"}, {"q": "nb"}, {"vendor": "eset"}], ids=["all", "gaps", "text", "vendor"])
def test_it_means_what_it_means_on_the_device_list(accounts: dict[str, Account], asked: dict[str, Any], more: dict[str, Any]) -> None:
    devices = {row.id for row in list_page(DeviceFilters.read(asked | {"life": "all"}), now=timezone.now()).rows}
    expected = [each.handle for each in listed(**more) if each.device in devices]
    assert [each.handle for each in listed(**asked, **more)] == expected
    listing = listing_of(standing="all", **asked, **more)
    found = matching(listing.filters, now=timezone.now())
    assert found.total.number == len(expected) and not found.cut
    assert [each.handle for each in every_issue(listing, found)] == expected


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("sort", ["severity", "-severity", "age", "-age"])
@pytest.mark.parametrize("most", [issues.MOST, 3], ids=["few issues", "many issues"])
def test_its_pages_go_on_where_the_last_one_ended_and_back(
    accounts: dict[str, Account], monkeypatch: pytest.MonkeyPatch, sort: str, most: int
) -> None:
    """Whether its issues are looked for in the order of the index, and found there or not, or all at once."""
    now = timezone.now()
    for number in range(12):
        seen = shown.sighting(
            accounts["eset"], f"pc-{number}", group_name="Late" if number > 5 else "", issues=[("b", "unknown"), ("c", "critical")]
        )
        seen.issues.update(first_seen_at=now)
    late = Sighting.objects.filter(group_name="Late")
    late.filter(name__in=["pc-7", "pc-8"]).update(stale=True, quiet_since=now)
    monkeypatch.setattr(issues, "MOST", most)
    monkeypatch.setattr(issues, "WINDOW", 5)
    listing = listing_of(standing="all", group="Late", sort=sort)
    found = matching(listing.filters, now=now)
    whole = [each.handle for each in every_issue(listing, found)]
    assert len(whole) == len(set(whole)) == 12 + 2 and {each.ref for each in whole} == set(late.values_list("pk", flat=True))
    monkeypatch.setattr("devices.lists.state.SIZES", (4,))
    small, seen_so_far, after = listing_of(standing="all", group="Late", sort=sort, size="4"), [], ""
    while True:
        shown_now = issue_page(small, found, after=after)
        seen_so_far += [each.handle for each in shown_now.rows]
        if not shown_now.older:
            break
        after = shown_now.older
    assert seen_so_far == whole
    back = issue_page(small, found, before=shown_now.newer)
    assert [each.handle for each in back.rows] == whole[back.first - 1 : back.last]


def test_the_file_has_the_rows_of_the_list(desk: Client) -> None:
    for query in ("group=Berlin", "tag=ours", "os=macos", "group=Berlin&os=windows"):
        asked: dict[str, Any] = dict(pair.split("=") for pair in query.split("&"))
        expected = [(each.title, str(each.device)) for each in listed(**asked)]
        assert (
            expected
            and [(row["Issue"], row["Device id"]) for row in rows(desk, f"/issues/export.csv?rows=issues&standing=all&{query}")] == expected
        )
    assert rows(desk, "/issues/export.csv?rows=issues&group=nowhere") == []


def test_chips_fields_and_turning_keep_it(desk: Client, accounts: dict[str, Account]) -> None:
    for number in range(60):
        shown.sighting(accounts["opswat"], f"pc-{number:02}", group_name="Lab & Co", issues=[("old agent", "attention")])
    page = text(desk, "/issues/?rows=issues&group=Lab+%26+Co&size=25")
    assert "<strong>1–25</strong> of 60 issues" in page and "Remove filter Group: Lab &amp; Co" in page
    assert 'name="group" value="Lab &amp; Co"' in page and '<option value="Berlin"></option>' in page
    assert 'action="/issues/decide/?rows=issues&amp;group=Lab+%26+Co' in page
    older = re.search(r'rel="next" href="/issues/([^"]+)"', page)
    assert older is not None
    following = text(desk, "/issues/" + older[1].replace("&amp;", "&"))
    assert "<strong>26–50</strong> of 60 issues" in following and "Remove filter Group: Lab &amp; Co" in following
    answer = desk.get("/issues/?rows=issues&q=&group=Berlin&tag=&os=windows", headers=HTMX)
    assert answer["HX-Push-Url"] == "/issues/?rows=issues&os=windows&group=Berlin"
    assert "Remove filter OS: Windows" in answer.content.decode()


def test_a_group_that_nobody_has_is_said(desk: Client) -> None:
    assert "No devices in a group “nowhere”. Enter the full name or ID of a group." in text(desk, "/issues/?rows=issues&group=nowhere")
    assert "No devices with the tag “site”. Enter the full tag." in text(desk, "/issues/?rows=issues&tag=site&group=Berlin")
    assert "Only open issues were searched." in text(desk, "/issues/?rows=issues&group=Berlin&os=linux")
    Sighting.objects.update(group_id="", group_name="")
    for name in ("Berlin", "g-1"):
        assert f"No devices in the group “{name}”. Subgroups are separate groups." in text(desk, f"/issues/?rows=issues&group={name}")


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("name", ["group", "tag", "os"])
@pytest.mark.parametrize("value", ["\x00", "%", "%(part_0)s", "'", "x" * 10_000, "=1", "👩‍💻", "\u202e", "windows\n"])
def test_no_value_is_an_error(desk: Client, name: str, value: str) -> None:
    for sent in ({name: value}, {name: value, "q": "nb"}, {name: value, "sort": "-age", "standing": "all"}):
        assert desk.get("/issues/", sent, headers=HTMX).status_code == 200
        assert desk.get("/issues/export.csv", sent, follow=True).status_code == 200  # the list where the value is not known


@pytest.mark.usefixtures("size")
@pytest.mark.parametrize("query", ["group=Berlin", "tag=ours", "os=windows", "group=Berlin&q=nb-2"])
def test_a_decision_about_all_that_match_touches_only_them(desk: Client, query: str) -> None:
    asked: dict[str, Any] = dict(pair.split("=") for pair in query.split("&"))
    meant = {each.handle for each in listed(standing="all", **asked)}
    form = desk.post(f"/issues/decide/?standing=all&{query}", {"which": "matching", "action": "acknowledged"}).content.decode()
    items = re.search(r'name="items" value="([^"]*)"', form)
    assert items is not None
    sent = {"confirmed": "1", "items": items[1].replace("&quot;", '"'), "standing": "acknowledged"}
    answer = desk.post(f"/issues/decide/?standing=all&{query}", sent)
    assert answer["Location"].startswith("/issues/?") and dict(asked).items() <= _query(answer["Location"]).items()
    assert {(each.kind, each.ref, each.key) for each in Triage.objects.all()} == meant and meant
    assert len(meant) < len(listed(standing="all"))


def _query(address: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in address.partition("?")[2].split("&"))


def test_taking_back_all_that_match_touches_only_them(desk: Client, ivan: User) -> None:
    for title in ("3 problems", "CVE-2026-1", "No recent contact"):
        decided(title, Standing.ACKNOWLEDGED, ivan)
    desk.post("/issues/decide/?standing=acknowledged&group=Berlin", {"which": "matching", "action": "take_back"})
    assert [each.title for each in listed(standing="acknowledged")] == ["No recent contact with ESET (eset-main)"]


def test_nothing_is_decided_about_a_part_that_nobody_has(desk: Client) -> None:
    for query in ("group=nowhere", "tag=nowhere", "group=Berlin&os=linux"):
        page = desk.post(f"/issues/decide/?standing=all&{query}", {"which": "matching", "action": "muted"}, follow=True)
        assert "No issues selected" in page.content.decode()
    assert not Triage.objects.exists() and Issue.objects.exists()
