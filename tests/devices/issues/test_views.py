"""The pages of issues: the list, its file, deciding one by one and many at once, and who may not."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from devices.issues.queries import MOST
from devices.models import Account, AuditEvent, Change, Issue, Sighting, Standing, Triage, User
from tests.devices import rows as shown
from tests.devices.account_pages import HTMX, signed_in
from tests.devices.alerts import complete, decided, fleet, listed, named, one, titles

pytestmark = pytest.mark.django_db
FIRST = "3 problems reported"
HOSTILE = ["\0", "x" * 10_000, "issue-9" + "9" * 30 + "-a", "issue--1-a", "{{7*7}}", "issue-1-\0", "[" * 5000, "-", "'; DROP TABLE x"]


@pytest.fixture
def accounts() -> dict[str, Account]:
    return fleet()


@pytest.fixture
def desk(accounts: dict[str, Account], ivan: User) -> Client:
    return signed_in(ivan)


def text(client: Client, address: str = "/issues/", **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def item(title: str) -> str:
    return one(title).handle.form_value


def tomorrow() -> str:
    return str(timezone.localdate() + timedelta(days=1))


def test_the_list_shows_what_nobody_decided_about_with_who_says_so(desk: Client) -> None:
    page = text(desk)
    assert "<strong>1–6</strong> of 6 issues" in page
    for words in (
        FIRST,
        "CVE-2026-1: due, not yet installed",
        "No recent contact with ESET (eset-main)",
        "last word: DISCONNECTED",
        "eset-main",
    ):
        assert words in page
    assert "1 problem reported" not in page  # muted at ESET
    assert f'href="/devices/{named("nb-1").pk}/#issues"' in page
    assert "1 problem reported" in text(desk, "/issues/?standing=vendor")


def test_the_place_is_in_the_navigation_and_a_fragment_is_only_the_results(desk: Client) -> None:
    assert re.search(r'<a href="/issues/" aria-current="page">.*?Issues</a>', text(desk))
    answer = desk.get("/issues/?standing=all&severity=critical", headers=HTMX)
    assert answer["HX-Push-Url"] == "/issues/?severity=critical&standing=all"
    assert "<html" not in answer.content.decode()


def test_no_address_breaks_the_list(desk: Client) -> None:
    assert "Type at least three" in text(desk, "/issues/?q=zz") and "Type at least three" not in text(desk, "/issues/?q=zzz")
    for value in HOSTILE:
        for name in ("q", "severity", "kind", "standing", "vendor", "account", "age", "sort", "size", "after", "before"):
            assert desk.get("/issues/", {name: value}, headers=HTMX).status_code == 200, (name, value)


def test_filters_pages_and_chips_stand_in_the_address(desk: Client, accounts: dict[str, Account]) -> None:
    for number in range(60):
        shown.sighting(accounts["opswat"], f"pc-{number:02}", issues=[("old agent", "attention")])
    page = text(desk, "/issues/?q=old+agent&vendor=opswat&size=25")
    assert "<strong>1–25</strong> of 60 issues" in page and "Remove filter Vendor: OPSWAT" in page
    older = re.search(r'rel="next" href="/issues/([^"]+)"', page)
    assert older is not None
    assert "<strong>26–50</strong> of 60 issues" in text(desk, "/issues/" + older[1].replace("&amp;", "&"))


def test_a_page_that_became_empty_leads_back_to_the_first(desk: Client, accounts: dict[str, Account], ivan: User) -> None:
    for number in range(24):
        shown.sighting(accounts["opswat"], f"pc-{number:02}", issues=[("old agent", "unknown")])
    first = text(desk, "/issues/?size=25&severity=unknown")
    older = re.search(r'rel="next" href="(/issues/[^"]+)"', first)
    assert "of 25 issues" in first and older is None
    shown.sighting(accounts["opswat"], "pc-24", issues=[("last one", "unknown")])
    older = re.search(r'rel="next" href="(/issues/[^"]+)"', text(desk, "/issues/?size=25&severity=unknown"))
    assert older is not None
    address = older[1].replace("&amp;", "&")
    assert "last one" in text(desk, address)
    decided("last one", Standing.MUTED, ivan, reason="known")
    assert "<strong>1–25</strong> of 25 issues" in text(desk, address)


def test_the_file_is_exactly_the_list(desk: Client, ivan: User) -> None:
    Issue.objects.filter(title=FIRST).update(title="=1+1", raw="@SUM(A1)")
    decided("2 issues", Standing.MUTED, ivan, reason="known")
    answer = desk.get("/issues/export.csv?standing=all&severity=critical")
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row["Issue"] for row in rows] == ["'=1+1", "1 critical issue"]
    assert (rows[0]["Vendor's word"], rows[0]["Account"], rows[0]["Severity"], rows[0]["Decision"]) == (
        "'@SUM(A1)", "eset-main", "Critical", "Undecided",
    )  # fmt: skip
    assert answer["Content-Disposition"] == f'attachment; filename="rollcall-issues-{timezone.now():%Y-%m-%d}.csv"'
    event = AuditEvent.objects.get(action="issues exported")
    assert (event.detail["issues"], event.detail["filters"]) == ("2", "?severity=critical&standing=all")
    muted = list(csv.DictReader(io.StringIO(desk.get("/issues/export.csv?standing=muted").getvalue().decode("utf-8-sig"))))
    assert [(row["Issue"], row["Decision"], row["Reason"], row["By"]) for row in muted] == [("2 issues", "Muted", "known", "ivan")]
    assert desk.head("/issues/export.csv").status_code == 200


def test_a_file_of_what_the_list_cannot_name_is_refused(desk: Client) -> None:
    seen, now = Sighting.objects.filter(name="nb-3").first(), timezone.now()
    Issue.objects.bulk_create(
        Issue(sighting=seen, key=str(n), title=f"CVE-{n}", state="attention", first_seen_at=now) for n in range(MOST + 1)
    )
    answer = desk.get("/issues/export.csv?q=cve", follow=True)
    assert "means too many issues" in answer.content.decode()
    assert not AuditEvent.objects.filter(action="issues exported").exists()
    many = desk.post("/issues/decide/", {"which": "matching", "action": "muted"}, follow=True).content.decode()
    assert "That is more than 1,000 issues" in many


def test_one_click_acknowledges_and_leads_back_to_the_same_list(desk: Client) -> None:
    fields = {"item": item(FIRST), "standing": "acknowledged", "confirmed": "1"}
    answer = desk.post("/issues/decide/?severity=critical", fields)
    assert answer["Location"] == "/issues/?severity=critical"
    page = text(desk)
    assert "1 issue acknowledged: it shows again when it changes." in page and "of 5 issues" in page
    there = text(desk, "/issues/?standing=acknowledged")
    assert FIRST in there and "ivan" in there and "Reopen" in there


def test_what_changed_since_it_was_seen_is_not_decided_about(desk: Client) -> None:
    button = {"item": re.findall(r'form="acknowledge" name="item" value="([^"]+)"', text(desk))[0]}
    items = re.findall(r'name="items" value="([^"]+)"', text(desk, f"/issues/decide/?item={item(FIRST)}"))[0]
    form, changed = {"items": html.unescape(items)}, "1 issue changed since this page was made"
    told = [("WORSE", button, changed), ("WORSE", form, changed), ("", form, "1 issue acknowledged"), ("", button, "1 stood so already")]
    for raw, sent, words in told:
        Issue.objects.filter(title=FIRST).update(raw=raw)
        page = desk.post("/issues/decide/", {**sent, "standing": "acknowledged", "confirmed": "1"}, follow=True).content.decode()
        assert words in page and Triage.objects.exists() is (raw == "")


def test_by_htmx_the_answer_is_the_list_as_it_is_now_with_the_words(desk: Client) -> None:
    fields = {"item": item(FIRST), "standing": "acknowledged", "confirmed": "1"}
    answer = desk.post("/issues/decide/", fields, headers=HTMX, follow=True)
    page = answer.content.decode()
    assert "<html" not in page and "1 issue acknowledged" in page and 'hx-swap-oob="innerHTML:.toasts"' in page


def test_taken_back_by_one_click(desk: Client, ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="known")
    page = desk.post("/issues/take-back/?standing=muted", {"item": item(FIRST)}, follow=True).content.decode()
    assert "1 issue open again" in page and not Triage.objects.exists()
    assert "was taken back already" in desk.post("/issues/take-back/", {"item": item(FIRST)}, follow=True).content.decode()


def test_the_form_says_what_is_meant_and_what_a_decision_does(desk: Client) -> None:
    page = text(desk, f"/issues/decide/?item={item(FIRST)}")
    assert f"{FIRST} on nb-1" in page
    assert "The verdict of a device stays the worst of its vendors' fresh answers, and nothing changes at any vendor." in page
    assert not Triage.objects.exists()


@pytest.mark.parametrize("which", ["ticked", "page", "matching"])
def test_many_are_chosen_named_and_decided_about_at_once(desk: Client, which: str) -> None:
    chosen = [each.handle.form_value for each in listed(standing="open", severity="critical")]
    fields = {"which": which, "action": "snoozed", "item": chosen, "items": json.dumps(chosen)}
    form = " ".join(desk.post("/issues/decide/?severity=critical", fields).content.decode().split())
    assert "Decide about 2 issues" in form and re.search(r'value="snoozed" checked', form)
    sent = {"confirmed": "1", "items": json.dumps(chosen), "standing": "snoozed", "until": "", "preset": tomorrow(), "ticket": "INC7"}
    for words in ("2 issues snoozed until", "2 stood so already"):
        assert words in desk.post("/issues/decide/?severity=critical", sent, follow=True).content.decode()
    assert set(Triage.objects.values_list("standing", "ticket", "by_name")) == {("snoozed", "INC7", "ivan")}
    assert (Triage.objects.count(), Change.objects.filter(kind="triaged").count()) == (2, 2)


def test_what_was_typed_stays_when_it_is_refused(desk: Client) -> None:
    fields = {
        "items": json.dumps([item(FIRST)]),
        "confirmed": "1",
        "standing": "snoozed",
        "until": "2020-01-01",
        "reason": "holiday",
        "ticket": "INC7",
    }
    answer = desk.post("/issues/decide/", fields)
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "Choose a day from tomorrow up to a year from now" in page
    for typed in ('value="2020-01-01"', 'value="holiday"', 'value="INC7"', 'value="snoozed" checked'):
        assert typed in page
    muted = desk.post("/issues/decide/", {**fields, "standing": "muted", "reason": " "})
    assert muted.status_code == 422 and "Write in a few words why" in muted.content.decode()
    assert not Triage.objects.exists()


@pytest.mark.parametrize("name", ["item", "items", "device", "standing", "until", "preset", "reason", "ticket", "which", "action"])
def test_nothing_that_is_sent_breaks_it(desk: Client, name: str) -> None:
    good = {"items": json.dumps([item(FIRST)]), "confirmed": "1", "standing": "acknowledged"}
    for value in (*HOSTILE, "", "[1, null]", '{"a": 1}'):
        for sent in (good | {name: value}, good | {"confirmed": "", name: value}):
            assert desk.post("/issues/decide/", sent).status_code in (200, 302, 422), value
        assert desk.post("/issues/take-back/", good | {name: value}).status_code == 302, value
        assert desk.get("/issues/decide/", {name: value}).status_code in (200, 302), value


def test_nothing_chosen_and_nothing_there_is_said(desk: Client) -> None:
    assert "No issue was chosen" in desk.post("/issues/decide/", {"which": "ticked"}, follow=True).content.decode()
    lost = {"item": "issue-999999-x", "standing": "acknowledged", "confirmed": "1"}
    assert "None of these issues is there any more" in desk.post("/issues/decide/", lost, follow=True).content.decode()
    assert "None of these issues is there any more" in desk.get("/issues/decide/?item=gap-999999-", follow=True).content.decode()


def test_what_woke_says_why(desk: Client, ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    Issue.objects.filter(title=FIRST).update(raw="OTHER")
    page = text(desk)
    assert "Reopened" in page and "changed since" in page and "accepted" in page
    assert titles(listed(standing="woken")) == [FIRST] and FIRST in text(desk, "/issues/?standing=woken")


def test_the_number_of_queries_does_not_grow(desk: Client, accounts: dict[str, Account]) -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as context:
            text(desk, address)
        return len(context)

    text(desk)
    addresses = ("/issues/", "/issues/?sort=age", "/issues/?standing=all&vendor=eset", "/issues/?standing=muted")
    assert [asked(address) for address in addresses] == [12, 12, 11, 9]
    for number in range(30):
        shown.sighting(accounts["eset"], f"pc-{number}", issues=[("a", "attention"), ("b", "critical")])
    complete(accounts["eset"])
    # A page full of bad news asks no source whose news are all better.
    assert [asked(address) for address in addresses] == [11, 12, 10, 9]


READ, WRITE = ("/issues/",), ("/issues/decide/", "/issues/take-back/")


def test_who_has_no_role_is_refused_everywhere(accounts: dict[str, Account], charlie: User) -> None:
    client = signed_in(charlie)
    for address in (*READ, "/issues/export.csv", "/issues/decide/"):
        for answer in (client.get(address), client.get(address, headers=HTMX)):
            assert answer.status_code == 403 and FIRST.encode() not in answer.content
    for address in WRITE:
        assert client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"}).status_code == 403
    assert not Triage.objects.exists()


def test_a_stranger_is_sent_to_sign_in(accounts: dict[str, Account], client: Client) -> None:
    for address in (*READ, "/issues/export.csv", "/issues/decide/", "/issues/silenced/"):
        assert client.get(address)["Location"].startswith("/accounts/login/")
    for address in WRITE:
        assert client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"}).status_code == 302
    assert not Triage.objects.exists()


def test_helpdesk_reads_what_is_decided_and_decides_nothing(accounts: dict[str, Account], bob: User) -> None:
    client = signed_in(bob)
    page = text(client)
    assert FIRST in page
    assert ">Acknowledge<" not in page and 'name="item"' not in page and "export.csv" not in page
    for address in ("/issues/export.csv", f"/issues/decide/?item={item(FIRST)}"):
        assert client.get(address).status_code == 403
    for address in WRITE:
        answer = client.post(address, {"item": item(FIRST), "confirmed": "1", "standing": "acknowledged"})
        assert answer.status_code == 403 and b"triage_issue" in answer.content
    assert not Triage.objects.exists()


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
    assert panel.count("Source: Rollcall") == 2 and "0 from vendors" in panel and "2 from Rollcall" in panel
