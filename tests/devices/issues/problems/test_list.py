"""Issues by problem: what is in the list, in which order, by which filters, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.issues.filters import PROBLEM_LIST
from devices.issues.problems.queries import every_problem, problem_page
from devices.issues.queries import matching
from devices.models import Account, Issue, Problem, Standing, User
from tests.devices import rows as shown
from tests.devices.alerts import decided, one
from tests.devices.issues.problems.shown import by_issues, numbers, problem, problems
from vendors.stored_titles import problem_of, problem_title

pytestmark = pytest.mark.django_db
FAILED = "LDMS1100: installation failed"


@pytest.fixture
def failed(accounts: dict[str, Account]) -> None:
    """One problem of thirty devices, the first since March."""
    for number in range(30):
        shown.sighting(accounts["five9s"], f"pc-{number:02}", issues=[(FAILED, "critical")])
    Issue.objects.filter(sighting__name="pc-00").update(since=timezone.now() - timedelta(days=270))


def test_the_worst_and_most_frequent_come_first(failed: None) -> None:
    assert numbers() == {
        f"{FAILED} critical": (30, 30, 0, 0, 0, 0),
        "Critical issues (number only) critical": (1, 1, 0, 0, 0, 0),
        "Problems (number only) critical": (1, 1, 0, 0, 0, 0),
        "CVE-2026-1: due, not yet installed attention": (1, 1, 0, 0, 0, 0),
        "Non-critical issues (number only) attention": (1, 1, 0, 0, 0, 0),
        "Missing from five9s-main attention": (1, 1, 0, 0, 0, 0),
        "No recent contact with ESET (eset-main) unknown": (1, 1, 0, 0, 0, 0),
    }
    first = problems().rows[0]
    assert (first.title, first.vendor, first.vendor_label) == (FAILED, "five9s", "five(9)s Console")
    assert timezone.now() - first.oldest > timedelta(days=269) and timezone.now() - first.newest < timedelta(hours=1)


def test_a_number_in_a_title_makes_no_other_problem(accounts: dict[str, Account]) -> None:
    shown.sighting(accounts["eset"], "pc-1", issues=[("17 problems reported", "critical")])
    row = problem("Problems (number only)", severity="critical")
    assert (row.devices, row.only_counted, problem("CVE").only_counted) == (2, True, False)


@pytest.mark.parametrize(("title", "problem"), [
    ("1 problem reported", "# problems reported"), ("12 problems reported", "# problems reported"), ("1 critical issue", "# critical issues"),
    ("2 critical issues", "# critical issues"), ("3 other issues", "# issues"), ("1 issue", "# issues"), ("CVE-1: x", "CVE-1: x"),
    ("2 issues left", "2 issues left"), ("x 1 issue", "x 1 issue"), ("", ""), ("1 issue\n", "1 issue\n"),
])  # fmt: skip
def test_the_database_names_problems_as_the_code_does(accounts: dict[str, Account], title: str, problem: str) -> None:
    made = shown.sighting(accounts["eset"], "pc-1", issues=[(title, "critical")])
    assert problem_of(title) == problem == Problem.objects.get(issues__sighting=made).title
    assert problem_title(problem)[:1] != "#"


def test_decisions_move_issues_between_the_numbers(failed: None, ivan: User) -> None:
    decided(FAILED, Standing.ACKNOWLEDGED, ivan)
    assert numbers()[f"{FAILED} critical"] == (29, 29, 1, 0, 0, 0)
    assert numbers(standing="acknowledged") == {f"{FAILED} critical": (1, 29, 1, 0, 0, 0)}
    assert numbers(standing="vendor") == {"Problems (number only) attention": (1, 0, 0, 0, 0, 1)}
    decided("CVE", Standing.MUTED, ivan, reason="known")
    assert "CVE-2026-1: due, not yet installed attention" not in numbers()
    Issue.objects.filter(title__startswith="CVE").update(raw="OTHER")
    assert problem("CVE").woken == 1 and numbers(standing="woken").keys() == {"CVE-2026-1: due, not yet installed attention"}


@pytest.mark.parametrize(("filters", "number"), [
    ({"severity": "critical"}, 3), ({"vendor": "opswat"}, 2), ({"account": "five9s-main"}, 3), ({"kind": "gap"}, 1), ({"kind": "stale"}, 1),
    ({"age": "over-30"}, 2), ({"q": "ldms"}, 1), ({"q": "pc-0"}, 1), ({"os": "linux"}, 0), ({"account": "nobody"}, 0), ({"by": "ivan"}, 0),
])  # fmt: skip
def test_every_filter_of_issues_filters_problems(failed: None, filters: dict[str, str], number: int) -> None:
    page = problems(**filters)
    assert (len(page.rows), page.total, page.more) == (number, number, False)


def test_a_text_that_finds_too_many_issues_counts_all_of_a_title(failed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devices.issues.queries.MOST", 5)
    assert matching(PROBLEM_LIST.read({"q": "ldms"}).filters, now=timezone.now()).cut
    assert numbers(q="ldms") == {f"{FAILED} critical": (30, 30, 0, 0, 0, 0)}


@pytest.mark.parametrize("sort", ["severity", "-severity", "devices", "-devices", "age", "-age", "newest", "-newest"])
def test_pages_go_on_where_the_last_one_ended_and_back(failed: None, sort: str) -> None:
    listing = PROBLEM_LIST.read({"sort": sort, "standing": "all"})
    found = matching(listing.filters, now=timezone.now())
    whole = [row.key for row in problem_page(replace(listing, size=250), found).rows]
    with by_issues():
        assert [row.key for row in problem_page(replace(listing, size=250), found).rows] == whole
    small, seen, after = replace(listing, size=3), [], ""
    while True:
        part = problem_page(small, found, after=after)
        seen += [row.key for row in part.rows]
        assert part.total == len(whole) == 8 and part.last == len(seen)
        if not part.older:
            break
        after = part.older
    assert seen == whole == [row.key for row in every_problem(listing, found)]
    assert [row.key for row in problem_page(small, found, before=part.newer).rows] == whole[3:6]


def test_the_number_of_queries_does_not_grow(failed: None, accounts: dict[str, Account]) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            problems()
        return len(context)

    before = asked()
    for number in range(20):
        shown.sighting(accounts["eset"], f"nb-{number}", issues=[(f"title {number}", "attention")])
    assert asked() == before == 6


def test_an_issue_leads_to_its_problem(failed: None) -> None:
    assert one(FAILED).problem == problem(FAILED).key
    assert one("Missing").problem == problem("Missing").key
    assert one("3 problems").problem == problem("Problems (number only)", severity="critical").key
