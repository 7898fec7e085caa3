"""Acknowledging, snoozing, muting and reopening on the pages of issues."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client

from devices.models import Change, Issue, Standing, Triage, User
from tests.devices.account_pages import HTMX
from tests.devices.alerts import decided, listed
from tests.devices.issues.pages import FIRST, HOSTILE, item, text, tomorrow

pytestmark = pytest.mark.django_db


def test_one_click_acknowledges_and_leads_back_to_the_same_list(desk: Client) -> None:
    fields = {"item": item(FIRST), "standing": "acknowledged", "confirmed": "1"}
    answer = desk.post("/issues/decide/?severity=critical", fields)
    assert answer["Location"] == "/issues/?severity=critical"
    page = text(desk)
    assert "1 issue acknowledged." in page and "of 5 issues" in page
    there = text(desk, "/issues/?rows=issues&standing=acknowledged")
    assert FIRST in there and "ivan" in there and "Reopen" in there


def test_what_changed_since_it_was_seen_is_not_decided_about(desk: Client) -> None:
    button = {"item": re.findall(r'form="acknowledge" name="item" value="([^"]+)"', text(desk))[0]}
    items = re.findall(r'name="items" value="([^"]+)"', text(desk, f"/issues/decide/?item={item(FIRST)}"))[0]
    form, changed = {"items": html.unescape(items)}, "1 issue changed after the page was loaded"
    told = [
        ("WORSE", button, changed),
        ("WORSE", form, changed),
        ("", form, "1 issue acknowledged"),
        ("", button, "1 issue had this status already."),
    ]
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
    assert "1 issue reopened." in page and not Triage.objects.exists()
    assert "The selected issues are open already." in desk.post("/issues/take-back/", {"item": item(FIRST)}, follow=True).content.decode()


def test_the_form_says_what_is_meant_and_what_a_decision_does(desk: Client) -> None:
    page = text(desk, f"/issues/decide/?item={item(FIRST)}")
    assert f"{FIRST} on nb-1" in page
    assert "Device status and vendor data do not change." in page
    assert not Triage.objects.exists()


@pytest.mark.parametrize("which", ["ticked", "page", "matching"])
def test_many_are_chosen_named_and_decided_about_at_once(desk: Client, which: str) -> None:
    chosen = [each.handle.form_value for each in listed(standing="open", severity="critical")]
    fields = {"which": which, "action": "snoozed", "item": chosen, "items": json.dumps(chosen)}
    form = " ".join(desk.post("/issues/decide/?severity=critical", fields).content.decode().split())
    assert "Manage 2 issues" in form and re.search(r'value="snoozed" checked', form)
    sent = {"confirmed": "1", "items": json.dumps(chosen), "standing": "snoozed", "until": "", "preset": tomorrow(), "ticket": "INC7"}
    for words in ("2 issues snoozed until", "2 issues had this status already."):
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
    assert "Choose a date from tomorrow to one year from now." in page
    for typed in ('value="2020-01-01"', 'value="holiday"', 'value="INC7"', 'value="snoozed" checked'):
        assert typed in page
    muted = desk.post("/issues/decide/", {**fields, "standing": "muted", "reason": " "})
    assert muted.status_code == 422 and "Enter a reason: muted issues stay hidden without an end date." in muted.content.decode()
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
    assert "No issues selected" in desk.post("/issues/decide/", {"which": "ticked"}, follow=True).content.decode()
    lost = {"item": "issue-999999-x", "standing": "acknowledged", "confirmed": "1"}
    assert "These issues no longer exist" in desk.post("/issues/decide/", lost, follow=True).content.decode()
    assert "These issues no longer exist" in desk.get("/issues/decide/?item=gap-999999-", follow=True).content.decode()


def test_a_link_decides_nothing(desk: Client) -> None:
    for query in ({"confirmed": "1", "standing": "muted", "reason": "x"}, {"action": "take_back"}):
        assert desk.get("/issues/decide/", {"item": item(FIRST), **query}).status_code == 200
    assert not Triage.objects.exists()
