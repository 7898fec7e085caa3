"""The list of everything that is wrong, over all vendors: what is in it, in which order, by which filters, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.account_status.status import statuses
from devices.issues.filters import NEWEST, OLDEST, WORST, IssueFilters, IssueListing
from devices.issues.queries import MOST, WINDOW, device_issues, every_issue, issue_page, matching, undecided
from devices.lists.keyset import Cursor, Page
from devices.models import Account, Device, Issue, Life, Sighting
from tests.devices import rows as shown
from tests.devices.alerts import complete, fleet, listed, listing_of, named, one, titles

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> dict[str, Account]:
    return fleet()


def page(listing: IssueListing, **place: str) -> Page:  # type: ignore[type-arg]
    return issue_page(listing, matching(listing.filters, now=timezone.now()), **place)


def test_all_sources_are_one_list_the_worst_first(accounts: dict[str, Account]) -> None:
    assert titles(listed(standing="open")) == [
        "3 problems reported",
        "1 critical issue",
        "2 issues",
        "CVE-2026-1: due, not yet installed",
        "Missing from five9s-main",
        "No recent contact with ESET (eset-main)",
    ]


def test_a_line_says_who_and_since_when(accounts: dict[str, Account]) -> None:
    told, gap, stale = one("3 problems"), one("Missing"), one("No recent contact")
    assert (told.account.name, told.device_name, told.state, told.told) == ("eset-main", "nb-1", "critical", False)
    assert (gap.account.name, gap.device_name, gap.state) == ("five9s-main", "nb-3", "attention")
    assert (stale.account.name, stale.raw, stale.state) == ("eset-main", "DISCONNECTED", "unknown")
    assert timezone.now() - stale.since > timedelta(days=39)


def test_a_vendors_own_date_is_the_age(accounts: dict[str, Account]) -> None:
    long_ago = timezone.now() - timedelta(days=300)
    Issue.objects.filter(title__startswith="CVE").update(since=long_ago)
    assert (one("CVE").since, one("CVE").told) == (long_ago, True)
    assert titles(listed(standing="open", age="over-90")) == ["CVE-2026-1: due, not yet installed"]


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"severity": "critical"}, 2),
        ({"severity": "attention"}, 4),
        ({"severity": "unknown"}, 1),
        ({"vendor": "opswat"}, 2),
        ({"account": "five9s-main"}, 2),
        ({"account": "nobody"}, 0),
        ({"kind": "issue"}, 5),
        ({"kind": "stale"}, 1),
        ({"kind": "gap"}, 1),
        ({"standing": "open"}, 6),
        ({"standing": "vendor"}, 1),
        ({"standing": "muted"}, 0),
        ({"standing": "woken"}, 0),
        ({"age": "within-1"}, 6),
        ({"age": "over-30"}, 1),
        ({"q": "nb-1"}, 4),
        ({"q": "cve-2026"}, 1),
        ({"q": "PROBLEM"}, 2),
        ({"q": "five9s-main"}, 6),  # a part of the vendor's id of each device
        ({"q": "nb-3", "kind": "gap"}, 1),
        ({"q": "100%"}, 0),
    ],
)
def test_every_filter_counts_what_it_lists(accounts: dict[str, Account], filters: dict[str, str], number: int) -> None:
    listing = listing_of(**{"standing": "all", **filters})
    found = page(listing)
    assert (len(found.rows), found.total, found.more) == (number, number, False)


@pytest.mark.parametrize("life", [Life.RETIRED, Life.GONE])
def test_devices_that_are_out_of_use_are_left_out(accounts: dict[str, Account], life: str) -> None:
    Device.objects.filter(name="nb-1").update(life=life)
    assert not [each for each in listed() if each.device_name == "nb-1"]


def test_what_a_vendor_lists_no_more_is_left_out(accounts: dict[str, Account]) -> None:
    Sighting.objects.filter(account=accounts["opswat"]).update(life=Life.MISSING)
    assert not [each for each in listed() if each.account.name == "opswat-main"]


def test_a_gap_shows_only_while_the_list_proves_it(accounts: dict[str, Account]) -> None:
    assert titles(listed(kind="gap")) == ["Missing from five9s-main"]
    assert listed(kind="gap", now=timezone.now() + timedelta(days=400)) == []


@pytest.mark.parametrize("sort", [WORST, f"-{WORST}", OLDEST, NEWEST])
def test_pages_go_on_where_the_last_one_ended_and_back(accounts: dict[str, Account], sort: str) -> None:
    """Many of one age, of all sources, so that only the last parts of the order tell them apart."""
    now = timezone.now()
    for number in range(9):
        many = shown.sighting(accounts["eset"], f"pc-{number}", issues=[("b", "unknown"), ("a", "attention"), ("c", "critical")])
        many.issues.update(first_seen_at=now)
    Sighting.objects.filter(name__in=["pc-1", "pc-2", "pc-3"]).update(stale=True, quiet_since=now)
    listing = listing_of(standing="all", sort=sort, size="250")
    whole = [each.handle for each in page(listing).rows]
    assert len(whole) == len(set(whole)) == 7 + 27 + 3
    small, seen, after = replace(listing, size=4), [], ""
    while True:
        part = page(small, after=after)
        seen += [each.handle for each in part.rows]
        assert part.last == len(seen)
        if not part.older:
            break
        after = part.older
    assert seen == whole
    back = page(small, before=part.newer)
    assert [each.handle for each in back.rows] == whole[back.first - 1 : back.last]
    assert [each.handle for each in every_issue(listing, matching(listing.filters, now=now))] == whole


def test_the_orders_mean_what_they_say(accounts: dict[str, Account]) -> None:
    ages = [each.since for each in page(listing_of(sort=OLDEST)).rows]
    assert ages == sorted(ages) and len(ages) == 6
    assert [each.since for each in page(listing_of(sort=NEWEST)).rows] == ages[::-1]
    ranks = [each.rank for each in page(listing_of(sort=WORST)).rows]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("key", ["\u202egnp", "a,b", "ü/%", "x" * 255, "-", '"<b>'])
def test_a_strange_key_does_not_lose_the_place(key: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1")
    now = timezone.now()
    for number, each in enumerate((key, "zz", "a")):
        Issue.objects.create(sighting=seen, key=each, title=f"t{number}", state="critical", first_seen_at=now)
    listing = listing_of(size="25")
    whole = [each.handle for each in page(listing).rows]
    seen_so_far = [page(replace(listing, size=1)).rows[0].handle]
    after = page(replace(listing, size=1)).older
    while after:
        part = page(replace(listing, size=1), after=after)
        seen_so_far += [each.handle for each in part.rows]
        after = part.older
    assert seen_so_far == whole


@pytest.mark.parametrize("sort", [WORST, OLDEST])
def test_a_made_up_place_is_the_beginning(accounts: dict[str, Account], sort: str) -> None:
    listing = listing_of(sort=sort, standing="all")
    whole = [each.handle for each in page(listing).rows]
    values = (1, timezone.now(), 0, 7, "%00")[-len(listing.order.sort.by) :]
    assert [each.handle for each in page(listing, after=Cursor(sort, values, 0).token()).rows] == whole


def test_the_count_is_bounded(accounts: dict[str, Account]) -> None:
    seen, now = Sighting.objects.filter(name="nb-3").first(), timezone.now()
    Issue.objects.bulk_create(
        Issue(sighting=seen, key=str(n), title=f"CVE-{n}", state="attention", first_seen_at=now) for n in range(MOST + 5)
    )
    total = undecided(now)
    assert (total.number, total.more) == (MOST, True)
    assert page(listing_of()).total_words == "1,000+"
    found = matching(IssueFilters(q="cve-"), now=now)
    assert found.cut and found.total.number == MOST


@pytest.mark.parametrize(
    ("text", "found"),
    [("rusted", {"A%_b Trusted", "x TRUSTED y"}), ("%_b", {"A%_b Trusted"}), ("ß", set()), ("straße", {"STRASSE Straße"}), ("\\", set())],
)
def test_words_are_found_anywhere_in_a_title_and_mean_only_themselves(text: str, found: set[str]) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1")
    for number, title in enumerate(["A%_b Trusted", "x TRUSTED y", "STRASSE Straße", "a", "", "Ärger"] * 2):
        Issue.objects.create(sighting=seen, key=str(number), title=title, state="critical", first_seen_at=timezone.now())
    assert set(titles(listed(q=text))) == found


@pytest.mark.parametrize("sort", [WORST, OLDEST, NEWEST])
def test_an_account_whose_issues_all_come_late_is_listed_in_order_too(accounts: dict[str, Account], sort: str) -> None:
    """More than are looked through in the order of the index come before them."""
    many, few = (Sighting.objects.filter(account=accounts[slug], name="nb-1").get() for slug in ("five9s", "opswat"))
    old = timezone.now() - timedelta(days=500)
    for sighting, number, since in ((many, WINDOW + 500, old), (few, MOST + 100, old + timedelta(days=100))):
        Issue.objects.bulk_create(
            Issue(sighting=sighting, key=str(n), title="x", state="critical", first_seen_at=since + timedelta(minutes=n % 50))
            for n in range(number)
        )
    for account in ("opswat-main", "five9s-main"):
        found = page(listing_of(account=account, sort=sort, size="250"))
        whole = [(each.rank if sort == WORST else 0, each.since, each.ref, each.key) for each in found.rows]
        assert len(whole) == 250 and {each.account.name for each in found.rows} == {account}
        ages = [(rank, since) for rank, since, *_ in whole]
        assert ages == sorted(ages, reverse=sort == NEWEST)
        then = page(listing_of(account=account, sort=sort, size="250"), after=found.older)
        assert not {each.handle for each in then.rows} & {each.handle for each in found.rows}
        first, last = then.rows[0].since, found.rows[-1].since
        assert first <= last if sort == NEWEST else first >= last


def test_a_device_has_its_own_issues(accounts: dict[str, Account]) -> None:
    now = timezone.now()
    found = device_issues(named("nb-3").pk, statuses(now), now=now)
    assert titles(found) == ["Missing from five9s-main", "No recent contact with ESET (eset-main)"]


def test_the_number_of_queries_does_not_grow(accounts: dict[str, Account]) -> None:
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            page(listing_of())
        return len(context)

    assert asked() == 6
    for number in range(20):
        shown.sighting(accounts["eset"], f"pc-{number}", issues=[("a", "attention")])
    complete(accounts["eset"])
    assert asked() == 6
