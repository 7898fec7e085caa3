"""The list of issues as a page."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.models import Account, Issue, Standing, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX
from tests.devices.alerts import complete, decided, listed, named, titles
from tests.devices.issues.pages import FIRST, HOSTILE, text

pytestmark = pytest.mark.django_db


def test_the_list_shows_what_nobody_decided_about_with_who_says_so(desk: Client) -> None:
    page = text(desk)
    assert "<strong>1–6</strong> of 6 issues" in page
    for words in (
        FIRST,
        "CVE-2026-1: due, not yet installed",
        "No recent contact with ESET (eset-main)",
        "Last status: DISCONNECTED",
        "eset-main",
    ):
        assert words in page
    assert "1 problem reported" not in page  # muted at ESET
    assert f'href="/devices/{named("nb-1").pk}/#issues"' in page
    assert "1 problem reported" in text(desk, "/issues/?rows=issues&standing=vendor")


def test_the_place_is_in_the_navigation_and_a_fragment_is_only_the_results(desk: Client) -> None:
    assert re.search(r'<a href="/issues/" aria-current="page">.*?Issues</a>', text(desk))
    answer = desk.get("/issues/?rows=issues&standing=all&severity=critical", headers=HTMX)
    assert answer["HX-Push-Url"] == "/issues/?rows=issues&severity=critical&standing=all"
    assert "<html" not in answer.content.decode()


def test_no_address_breaks_the_list(desk: Client) -> None:
    assert "Enter at least three" in text(desk, "/issues/?rows=issues&q=zz") and "Enter at least three" not in text(
        desk, "/issues/?rows=issues&q=zzz"
    )
    for value in HOSTILE:
        for name in ("q", "severity", "kind", "standing", "vendor", "account", "age", "sort", "size", "after", "before"):
            assert desk.get("/issues/", {name: value}, headers=HTMX).status_code == 200, (name, value)


def test_filters_pages_and_chips_stand_in_the_address(desk: Client, accounts: dict[str, Account]) -> None:
    for number in range(60):
        shown.sighting(accounts["opswat"], f"pc-{number:02}", issues=[("old agent", "attention")])
    page = text(desk, "/issues/?rows=issues&q=old+agent&vendor=opswat&size=25")
    assert "<strong>1–25</strong> of 60 issues" in page and "Remove filter Vendor: OPSWAT" in page
    older = re.search(r'rel="next" href="/issues/([^"]+)"', page)
    assert older is not None
    assert "<strong>26–50</strong> of 60 issues" in text(desk, "/issues/" + older[1].replace("&amp;", "&"))


def test_a_page_that_became_empty_leads_back_to_the_first(desk: Client, accounts: dict[str, Account], ivan: User) -> None:
    for number in range(24):
        shown.sighting(accounts["opswat"], f"pc-{number:02}", issues=[("old agent", "unknown")])
    first = text(desk, "/issues/?rows=issues&size=25&severity=unknown")
    older = re.search(r'rel="next" href="(/issues/[^"]+)"', first)
    assert "of 25 issues" in first and older is None
    shown.sighting(accounts["opswat"], "pc-24", issues=[("last one", "unknown")])
    older = re.search(r'rel="next" href="(/issues/[^"]+)"', text(desk, "/issues/?rows=issues&size=25&severity=unknown"))
    assert older is not None
    address = older[1].replace("&amp;", "&")
    assert "last one" in text(desk, address)
    decided("last one", Standing.MUTED, ivan, reason="known")
    assert "<strong>1–25</strong> of 25 issues" in text(desk, address)


def test_what_woke_says_why(desk: Client, ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    Issue.objects.filter(title=FIRST).update(raw="OTHER")
    page = text(desk)
    assert "Reopened" in page and "Changed since" in page and "accepted" in page
    assert titles(listed(standing="woken")) == [FIRST] and FIRST in text(desk, "/issues/?rows=issues&standing=woken")


def test_the_number_of_queries_does_not_grow(desk: Client, accounts: dict[str, Account]) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as context:
            text(desk, address)
        return len(context)

    text(desk)
    addresses = (
        "/issues/?rows=issues",
        "/issues/?rows=issues&sort=age",
        "/issues/?rows=issues&standing=all&vendor=eset",
        "/issues/?rows=issues&standing=muted",
    )
    assert [asked(address) for address in addresses] == [13, 13, 12, 9]
    for number in range(30):
        shown.sighting(accounts["eset"], f"pc-{number}", issues=[("a", "attention"), ("b", "critical")])
    complete(accounts["eset"])
    # A page full of bad news asks no source whose news are all better.
    assert [asked(address) for address in addresses] == [12, 13, 11, 9]


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/issues/", "post put delete"),
        ("/issues/export.csv", "post"),
        ("/issues/decide/", "put delete"),
        ("/issues/take-back/", "get head"),
    ],
)
def test_other_methods_are_refused(desk: Client, address: str, methods: str) -> None:
    assert {getattr(desk, method)(address).status_code for method in methods.split()} == {405}


def test_the_device_page_counts_every_issue_that_it_shows(client: Client, ivan: User, accounts: dict[str, Account]) -> None:
    """Also what no vendor names: its lack at an account, and its silence."""
    client.force_login(ivan)
    panel = client.get(f"/devices/{named('nb-3').pk}/").text.split('id="issues-panel"')[1].split("</section>")[0]
    assert panel.count("Rollcall ·") == 2 and "0 from vendors" in panel and "2 from Rollcall" in panel
