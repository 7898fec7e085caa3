"""A wrong decision is undone from its message."""

from __future__ import annotations

import html
import json
import re

import pytest

from devices.models import Standing, Triage, User
from tests.devices.account_pages import signed_in
from tests.devices.alerts import decided, fleet, listed

pytestmark = pytest.mark.django_db
HOSTILE = ["", "\0", "x" * 10_000, "2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]


def test_what_was_just_decided_is_taken_back_as_a_whole_by_its_message(ivan: User, alice: User) -> None:
    fleet()
    desk = signed_in(ivan)
    decided("1 critical issue", Standing.MUTED, alice, reason="known")
    chosen = json.dumps([each.handle.form_value for each in listed(standing="open", severity="critical")])
    sent = {"confirmed": "1", "items": chosen, "standing": "muted", "reason": "the wrong ones"}
    page = desk.post("/issues/decide/?kind=issue", sent, follow=True).content.decode()
    undo = html.unescape(re.findall(r'action="(/issues/take-back/[^"]*decided_at[^"]*)"', page)[0])
    assert set(Triage.objects.values_list("by_name", "reason")) == {("ivan", "the wrong ones"), ("alice", "known")}
    assert "No issues selected" in signed_in(alice).post(undo, follow=True).content.decode()
    answer = desk.post(undo, follow=True)
    assert answer.redirect_chain[0][0] == "/issues/?kind=issue" and "1 issue reopened." in answer.content.decode()
    assert set(Triage.objects.values_list("by_name", "reason")) == {("alice", "known")}
    assert "No issues selected" in desk.post(undo, follow=True).content.decode()
    for wrong in HOSTILE:
        assert desk.post("/issues/take-back/", query_params={"decided_at": wrong}).status_code == 302
