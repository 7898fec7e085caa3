"""The list by problem and the page of one problem, as a user sees them and acts on them."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from devices.issues.problems import events
from devices.models import Account, Assignment, AuditEvent, ProblemEvent, Standing, Triage, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.alerts import decided
from tests.devices.issues.pages import text
from tests.devices.issues.problems.shown import numbers, problem

pytestmark = pytest.mark.django_db
FAILED = "LDMS1100: installation failed"
OPENED = "/issues/?rows=problem&kind=issue&vendor=five9s&severity=critical&problem=LDMS1100%3A+installation+failed"


@pytest.fixture
def failed(accounts: dict[str, Account]) -> None:
    for number in range(3):
        shown.sighting(accounts["five9s"], f"pc-{number}", issues=[(FAILED, "critical")])


def acknowledged_by_button(page: str) -> dict[str, str]:
    value = re.findall(r'form="acknowledge" name="item" value="(problem[^"]+)"', page)[0]
    return {"item": html.unescape(value), "standing": "acknowledged", "confirmed": "1"}


def test_the_list_is_grouped_until_single_issues_are_asked_for(desk: Client, failed: None) -> None:
    page = text(desk, "/issues/")
    assert "<strong>1–7</strong> of 7 problems · 9 issues" in page and "by problem" in page.lower()
    assert html.escape(OPENED) in page and f">{FAILED}</a>" in page
    assert 'href="/issues/?rows=issues"' in page
    single = text(desk, "/issues/?rows=issues&severity=critical")
    assert "of 5 issues" in single and 'href="/issues/?severity=critical"' in single and "Remove filter Rows" not in single
    assert 'href="/issues/?rows=issues">Clear filters' in single


def test_one_click_acknowledges_all_issues_of_a_problem_and_one_takes_it_back(desk: Client, failed: None) -> None:
    sent = acknowledged_by_button(text(desk, "/issues/?severity=critical"))
    answer = desk.post("/issues/decide/?severity=critical", sent, headers=HTMX, follow=True)
    assert "3 issues acknowledged." in answer.text and numbers()
    assert Triage.objects.filter(standing=Standing.ACKNOWLEDGED).count() == 3
    undo = html.unescape(re.findall(r'"(/issues/take-back/[^"]+)"', answer.text)[-1])
    assert "3 issues reopened." in desk.post(undo, headers=HTMX, follow=True).text
    assert not Triage.objects.exists()


def test_selected_problems_are_decided_about_together(desk: Client, failed: None) -> None:
    items = [problem(FAILED).key.form_value, problem("CVE").key.form_value, "problem?kind=nothing", "problem?%00"]
    form = desk.post("/issues/decide/", {"item": items[:2], "action": "muted"}).text
    assert "Manage 4 issues" in form
    assert "Manage 3 issues" in desk.get("/issues/decide/", {"item": items[0]}).text
    desk.post("/issues/decide/", {"item": items[:2], "standing": "muted", "reason": "known", "confirmed": "1"})
    assert Triage.objects.filter(standing=Standing.MUTED, reason="known").count() == 4
    for value in items[2:]:
        assert desk.get("/issues/decide/", {"item": value}, follow=True).status_code == 200


def test_the_page_of_a_problem_has_its_devices_and_what_was_decided(desk: Client, failed: None, ivan: User) -> None:
    page = text(desk, OPENED)
    assert f'<h1 class="wrap">{FAILED}</h1>' in page and "<strong>1–3</strong> of 3 issues" in page
    assert [f">pc-{number}</a>" in page for number in range(4)] == [True, True, True, False]
    assert "No notes or decisions." in page and "Open <strong>3</strong>" in page
    desk.post(
        f"/issues/decide/?{OPENED.partition('?')[2]}", {"which": "matching", "standing": "muted", "reason": "next week", "confirmed": "1"}
    )
    page = text(desk, OPENED)
    assert "No devices with this status" in page and "Muted <strong>3</strong>" in page
    assert "3 issues muted</strong> · “next week”" in page and "ivan" in page
    assert "pc-1" in text(desk, f"{OPENED}&standing=muted")


def test_the_page_stays_when_no_device_has_the_issue_any_more(desk: Client, accounts: dict[str, Account], ivan: User) -> None:
    page = text(desk, OPENED)
    assert "No device has this issue now" in page and FAILED in page
    for address in ("/issues/?rows=problem", "/issues/?rows=problem&kind=gap", "/issues/?rows=problem&kind=issue&problem=x"):
        assert desk.get(address)["Location"].startswith("/issues/?rows=issues")


def test_gaps_and_silent_devices_have_pages_too(desk: Client, accounts: dict[str, Account]) -> None:
    for title, words in (("Missing from", "does not list these devices"), ("No recent contact", "older than the staleness threshold")):
        page = text(desk, f"/issues/{problem(title).key.address}")
        assert words in page and ">nb-3</a>" in page and "of 1 issue" in page


def test_notes_are_kept_with_the_problem(desk: Client, failed: None, bob: User, charlie: User) -> None:
    helpdesk, query = signed_in(bob), OPENED.partition("?")[2]
    answer = helpdesk.post(f"/issues/note/?{query}", {"text": "Reboot helps\n<b>"})
    assert answer["Location"].startswith("/issues/?") and answer["Location"].endswith("#history")
    helpdesk.post(f"/issues/note/?{query}", {"text": "Reboot helps\n<b>"})
    page = text(desk, OPENED)
    assert page.count("Reboot helps") == 1 and "&lt;b&gt;" in page and "bob" in page
    for sent in ({"text": ""}, {"text": "x" * (events.LONGEST_NOTE + 1)}, {"text": "\0"}, {}):
        helpdesk.post(f"/issues/note/?{query}", sent)
    assert "names no issue" in helpdesk.post("/issues/note/", {"text": "x"}, follow=True).text
    assert ProblemEvent.objects.count() == 1
    assert signed_in(charlie).post(f"/issues/note/?{query}", {"text": "x"}).status_code == 403
    assert helpdesk.get(f"/issues/note/?{query}").status_code == 405


def test_a_vendor_that_only_counts_links_to_its_console(desk: Client, accounts: dict[str, Account]) -> None:
    Account.objects.filter(vendor="eset").update(settings={"console_url": "https://c.example/#/{id}"})
    page = text(desk, "/issues/?rows=issues&kind=issue")
    assert page.count("Open in ESET") == 1 and 'href="https://c.example/#/eset-main-0"' in page and "Open in OPSWAT" not in page
    opened = text(desk, f"/issues/{problem('Problems (number only)', severity='critical').key.address}")
    assert "Open in ESET" in opened and "reports only how many issues" in opened


def test_both_forms_are_exported_as_they_are_shown(desk: Client, failed: None, ivan: User) -> None:
    decided(FAILED, Standing.ACKNOWLEDGED, ivan)

    def rows(address: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(desk.get(address).getvalue().decode("utf-8-sig"))))

    grouped = rows("/issues/export.csv?kind=issue&severity=critical")
    first = grouped[0]
    assert first["Issue"] == FAILED and len(grouped) == 3
    assert (first["Devices"], first["Open"], first["Acknowledged"], first["Vendor"], first["Severity"]) == (
        "2",
        "2",
        "1",
        "five(9)s Console",
        "Critical",
    )
    assert len(rows("/issues/export.csv?rows=issues&kind=issue&severity=critical")) == 4
    assert len(rows(OPENED.replace("/issues/", "/issues/export.csv"))) == 2
    assert AuditEvent.objects.filter(action="issues exported").count() == 3


def test_the_number_of_queries_is_fixed(desk: Client, accounts: dict[str, Account], failed: None) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as context:
            text(desk, address)
        return len(context)

    text(desk)
    addresses = ("/issues/", "/issues/?age=within-7", OPENED)
    before = [asked(address) for address in addresses]
    for number in range(30):
        shown.sighting(accounts["five9s"], f"nb-{number}", issues=[(FAILED, "critical"), (f"title {number}", "attention")])
    assert [asked(address) for address in addresses] == before == [12, 11, 15]


class TestAssignment:
    def test_issues_are_assigned_and_taken_back_single_and_together(self, desk: Client, failed: None, bob: User, ivan: User) -> None:
        sent = {"item": problem(FAILED).key.form_value, "assignee": str(bob.pk)}
        assert "3 issues assigned to bob." in desk.post("/issues/assign/", sent, follow=True).text
        assert "assigned so already" in desk.post("/issues/assign/", sent, follow=True).text
        assert problem(FAILED).assignees == ("bob",) and ">bob<" in text(desk, "/issues/")
        event = AuditEvent.objects.get(action="issues assigned")
        assert (event.actor_id, event.detail["assignee"], event.target, len(event.detail["devices"])) == (ivan.pk, bob.pk, "3 issues", 3)
        one = re.findall(r'name="item" value="(issue-[^"]+-issue-0)"', text(desk, "/issues/?rows=issues&assignee=%40bob"))[0]
        assert "1 issue unassigned." in desk.post("/issues/assign/", {"item": one, "assignee": ""}, follow=True).text
        assert Assignment.objects.count() == 2
        page = text(desk, OPENED)
        assert "3 issues assigned to bob" in page and "1 issue unassigned" in page

    def test_the_filter_finds_mine_those_of_a_user_and_those_of_none(self, desk: Client, failed: None, bob: User, ivan: User) -> None:
        desk.post("/issues/assign/", {"item": problem(FAILED).key.form_value, "assignee": str(ivan.pk)})
        desk.post("/issues/assign/", {"item": problem("Missing").key.form_value, "assignee": str(bob.pk)})
        assert "of 3 issues" in text(desk, "/issues/?rows=issues&assignee=me") and "· 3 issues" in text(desk, "/issues/?assignee=me")
        assert "of 1 issue" in text(desk, "/issues/?rows=issues&assignee=%40bob")
        assert "of 1 issue" in text(signed_in(bob), "/issues/?rows=issues&assignee=me")
        assert "of 5 issues" in text(desk, "/issues/?rows=issues&assignee=none")
        assert "No matching issues" in text(desk, "/issues/?rows=issues&assignee=%40nobody")
        assert "Remove filter Assignee: Me" in text(desk, "/issues/?assignee=me")

    def test_a_disabled_user_keeps_issues_until_they_are_assigned_again_and_a_deleted_one_does_not(
        self, desk: Client, failed: None, bob: User
    ) -> None:
        sent = {"item": problem(FAILED).key.form_value, "assignee": str(bob.pk)}
        desk.post("/issues/assign/", sent)
        User.objects.filter(pk=bob.pk).update(is_active=False)
        assert 'bob</span> <span class="soft small">(disabled)' in text(desk, "/issues/?rows=issues&severity=critical")
        assert "Choose another user" in desk.post("/issues/assign/", sent, follow=True).text
        assert f'<option value="{bob.pk}">' not in text(desk, "/issues/")
        bob.delete()
        assert not Assignment.objects.exists() and "assigned to a deleted user" in text(desk, OPENED)

    def test_who_may_not_triage_may_not_assign(self, failed: None, bob: User) -> None:
        sent = {"item": problem(FAILED).key.form_value, "assignee": str(bob.pk)}
        assert signed_in(bob).post("/issues/assign/", sent).status_code == 403 and not Assignment.objects.exists()

    @pytest.mark.parametrize("value", ["x", "0", "9" * 30, "\0", "-1"])
    def test_no_value_breaks_it(self, desk: Client, failed: None, value: str) -> None:
        assert desk.post("/issues/assign/", {"item": problem(FAILED).key.form_value, "assignee": value}).status_code == 302
        assert desk.post("/issues/assign/", {"item": value, "assignee": ""}, follow=True).status_code == 200
        assert not Assignment.objects.exists()
