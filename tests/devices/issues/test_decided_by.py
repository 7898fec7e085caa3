"""The filters for who triaged an issue and for its age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Issue, Standing, User
from tests.devices.account_pages import signed_in
from tests.devices.alerts import decided, fleet, listed, titles

pytestmark = pytest.mark.django_db
FIRST, SECOND = "3 problems reported", "1 critical issue"


@pytest.fixture(autouse=True)
def decisions(ivan: User, alice: User) -> None:
    fleet()
    decided(FIRST, Standing.MUTED, alice, reason="replaced in March")
    decided(SECOND, Standing.ACKNOWLEDGED, ivan)


def test_a_person_has_a_list_of_what_they_decided() -> None:
    assert titles(listed(by="alice")) == titles(listed(by="ALICE")) == [FIRST]
    assert titles(listed(by="ivan", standing="acknowledged")) == [SECOND]
    assert listed(by="ivan", standing="muted") == listed(by="nobody") == listed(by="alice", standing="open") == []


def test_what_woke_up_again_is_among_the_undecided_of_who_decided() -> None:
    Issue.objects.filter(title=FIRST).update(raw="OTHER")
    assert titles(listed(by="alice", standing="open")) == [FIRST]


def test_the_name_beside_a_decision_leads_there(bob: User) -> None:
    desk = signed_in(bob)
    assert 'href="/issues/?standing=all&amp;by=alice"' in desk.get("/issues/silenced/").content.decode()
    page = " ".join(desk.get("/issues/?rows=issues&standing=all&by=alice").content.decode().split())
    assert "<strong>1–1</strong> of 1 issue" in page and "replaced in March" in page and "Remove filter Triaged by: alice" in page
    assert "Include triaged issues" in desk.get("/issues/?rows=issues&by=alice").content.decode()


def test_monday_finds_what_is_new_since_the_weekend_began(bob: User) -> None:
    Issue.objects.update(first_seen_at=timezone.now() - timedelta(days=5))
    Issue.objects.filter(title__startswith="CVE").update(first_seen_at=timezone.now() - timedelta(days=2))
    assert titles(listed(kind="issue", age="within-3")) == ["CVE-2026-1: due, not yet installed"]
    assert 'href="/issues/?sort=-age&amp;age=within-3"' in signed_in(bob).get("/").content.decode()
