"""The page of one installer: it watches while there is something to wait for, says what is known, and lets people decide."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.sessions import POLLS
from devices.models import Account, AuditEvent, JobState, User
from installers.models import Installer, Standing
from installers.register.status_text import countdown, status_text
from tests.devices.rows import HOSTILE
from tests.installers.rows import SECRET_LINK, accounts, booked, doubtful, foreign, read

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Trigger": "installer"}


@pytest.fixture
def eset(db: None) -> Account:
    return accounts()


@pytest.fixture
def desk(client: Client, ivan: User, eset: Account) -> Client:
    client.force_login(ivan)
    return client


def at(installer: Installer) -> str:
    return f"/installers/{installer.pk}/"


def test_everything_about_one_that_is_ready(desk: Client, eset: Account, ivan: User) -> None:
    ready = booked(
        eset, "Reception", actor=ivan, ticket="INC1", group_name="Berlin", language_asked="tlh", components=["Agent"], remark="Found late."
    )
    page = read(desk, at(ready))
    for words in (
        "Can be shared until", "Reception", "Endpoint Security", "Complete, 250 units", "in 169 days", "ivan", "INC1", "Berlin",
        "Requested: tlh (not available)", f"id-{ready.pk}", ready.name, "Agent", "Found late.", "Last synced",
        "Share", "Create replacement", "Make available to helpdesk", "Revoke",
    ):  # fmt: skip
        assert words in page, words
    assert SECRET_LINK not in page and "data-poll" not in page.split('id="installer"')[1]


@pytest.mark.parametrize("standing", [Standing.REQUESTED, Standing.CREATING, Standing.AMBIGUOUS, Standing.READY])
def test_the_page_renews_itself_while_there_is_something_to_wait_for(desk: Client, eset: Account, standing: Standing) -> None:
    waiting = booked(eset, "Gate", standing=standing, state=JobState.RUNNING, waiting_for="the vendor prepares its answer")
    page, pause = read(desk, at(waiting) + "?ticket=INC1"), 10 if standing == Standing.AMBIGUOUS else 2
    assert f'id="installer" class="stack" data-poll hx-get="/installers/{waiting.pk}/?ticket=INC1" hx-trigger="every {pause}s"' in page
    assert "installer" in POLLS
    part = read(desk, at(waiting), headers=HTMX)
    assert part.startswith('<div id="installer"') and "<html" not in part and "the vendor prepares its answer" in part
    Installer.objects.update(state=JobState.DONE, standing=Standing.READY, waiting_for="")
    assert "every 2s" not in read(desk, at(waiting), headers=HTMX)


def test_what_becomes_of_it_in_words(eset: Account, ivan: User) -> None:
    now = timezone.now()

    def shown(**columns: Any) -> tuple[str, str]:
        text = status_text(booked(eset, "Gate", **columns), now=now)
        return text.label, text.look

    assert shown() == ("Ready", "ok")
    assert shown(usable=False) == ("Not usable", "attention")
    assert shown(expires_at=now - timedelta(seconds=1)) == ("Expired", "unknown")
    assert shown(standing=Standing.EXPIRED) == ("Expired", "unknown")
    assert shown(standing=Standing.REVOKED, revoked_by=ivan) == ("Revoked", "unknown")
    assert shown(standing=Standing.FAILED) == ("Failed", "critical")
    assert shown(standing=Standing.AMBIGUOUS, state=JobState.FAILED) == ("Action required", "attention")
    assert shown(standing=Standing.AMBIGUOUS, state=JobState.REQUESTED) == ("Unconfirmed", "attention")
    assert shown(state=JobState.REQUESTED) == ("Revoking", "busy")
    assert shown(standing=Standing.REQUESTED, state=JobState.REQUESTED) == ("Requested", "busy")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(180 * 86400, "in 180 days"), (2 * 86400, "in 2 days"), (2 * 86400 - 1, "in 47 h"), (3599, "in 59 min"), (1, "in 0 min"), (0, "0 min ago"),
     (-3 * 86400, "3 days ago"), (-7200, "2 h ago")],
)  # fmt: skip
def test_a_countdown_never_promises_more_than_there_is(seconds: int, words: str) -> None:
    now = timezone.now()
    assert countdown(now + timedelta(seconds=seconds), now=now) == words


def test_doubt_shows_both_facts_and_forbids_a_second_order(desk: Client, eset: Account) -> None:
    page = read(desk, at(doubtful(eset, "Gate")))
    assert "The vendor did not confirm that it was created. Do not create it again." in page
    assert "ESET answered 500." in page and "the account may not list installers" in page
    assert "Create replacement" not in page and "Retry" not in page and "Share" not in page


def test_a_person_decides_that_it_was_not_made(desk: Client, eset: Account, ivan: User) -> None:
    unknown = doubtful(eset, "Gate")
    answer = desk.post(at(unknown) + "decide/", {"decision": "not made", "ticket": "INC1"})
    assert (answer.status_code, answer["Location"]) == (302, at(unknown) + "?ticket=INC1")
    page = read(desk, at(unknown))
    assert "Failed" in page and f'href="/installers/new/?from={unknown.pk}"' in page and "Retry" in page
    assert AuditEvent.objects.get(action="installer settled").actor == ivan


def test_a_person_decides_that_it_was_made_and_says_which_it_is(desk: Client, eset: Account) -> None:
    unknown, other = doubtful(eset, "Gate"), booked(eset, "Reception")
    for typed, words in (
        ("", "Enter the ID"),
        ("x" * 10_000, "Enter the ID"),
        ("a\0", "Null characters"),
        (other.external_id, "Another installer"),
    ):
        answer = desk.post(at(unknown) + "decide/", {"decision": "made", "external_id": typed})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert f'value="{other.external_id}"' in answer.content.decode()
    assert desk.post(at(unknown) + "decide/", {"decision": "made", "external_id": " id-9 "}).status_code == 302
    unknown.refresh_from_db()
    assert (unknown.state, unknown.cursor) == (JobState.REQUESTED, {"phase": "adopt", "id": "id-9"})


def test_looking_again_puts_it_back_to_the_workers(desk: Client, eset: Account) -> None:
    unknown = doubtful(eset, "Gate")
    assert desk.post(at(unknown) + "decide/", {"decision": "look"}).status_code == 302
    assert "every 10s" in read(desk, at(unknown))
    answer = desk.post(at(unknown) + "decide/", {"decision": "not made"})
    assert answer.status_code == 422 and "This installer needs no decision." in answer.content.decode()
    assert desk.post(at(unknown) + "decide/", {"decision": "\0"}).status_code == 404


def test_revoking_is_confirmed_by_the_name_and_says_what_it_does_not(desk: Client, eset: Account, ivan: User) -> None:
    ready = booked(eset, "Reception  Berlin")
    page = read(desk, at(ready) + "revoke/?ticket=INC5")
    assert "Already downloaded copies still work" in page and "Its link stops working" in page
    for typed in ("", "reception berlin", "Gate", "x" * 10_000, "Reception\0Berlin"):
        answer = desk.post(at(ready) + "revoke/", {"name": typed})
        assert answer.status_code == 422 and "Not revoked." in answer.content.decode()
    assert not AuditEvent.objects.filter(action="installer revocation asked").exists()
    for _ in range(2):
        assert desk.post(at(ready) + "revoke/", {"name": " Reception Berlin ", "ticket": "INC5"})["Location"] == at(ready) + "?ticket=INC5"
    event = AuditEvent.objects.get(action="installer revocation asked")
    assert (event.actor, event.detail["ticket"]) == (ivan, "INC5")
    assert "Revoking" in read(desk, at(ready))


def test_only_what_lives_can_be_revoked(desk: Client, eset: Account) -> None:
    failed = booked(eset, "Gate", standing=Standing.FAILED, external_id="")
    answer = desk.post(at(failed) + "revoke/", {"name": "Gate"})
    assert answer.status_code == 422 and "Only a ready or expired installer can be revoked." in answer.content.decode()
    assert "revoke/" not in read(desk, at(failed))


def test_marking_for_the_helpdesk_shows_it_there_and_unmarking_takes_it_away(desk: Client, eset: Account, bob: User) -> None:
    ready, helpdesk = booked(eset, "Reception"), Client()
    helpdesk.force_login(bob)
    assert helpdesk.get(at(ready)).status_code == 404
    desk.post(at(ready) + "helpdesk/", {"may": "1"})
    page = read(helpdesk, at(ready))
    assert "Reception" in page and "Share" in page
    for words in ("Create replacement", "Revoke", "helpdesk/", "decide/"):
        assert words not in page
    desk.post(at(ready) + "helpdesk/", {"may": "0"})
    assert helpdesk.get(at(ready)).status_code == 404
    assert AuditEvent.objects.filter(action="installer marked").count() == 2


def test_what_is_not_there_is_not_there(desk: Client) -> None:
    for number in ("0", "99999", "9223372036854775808", "9" * 60):
        assert desk.get(f"/installers/{number}/").status_code == 404
        assert desk.get(f"/installers/{number}/revoke/").status_code == 404
        assert desk.post(f"/installers/{number}/decide/", {"decision": "look"}).status_code == 404
        assert desk.post(f"/installers/{number}/helpdesk/", {"may": "1"}).status_code == 404


def test_hostile_words_of_a_vendor_are_shown_as_text(desk: Client, eset: Account) -> None:
    for text in HOSTILE:
        page = read(desk, at(foreign(eset, text, remark=text, error=text, group_name=text, products=[[text, text]], components=[text])))
        assert "<script>alert" not in page and "<img src=x" not in page and '<div hx-get="/devices/">' not in page


def test_the_page_costs_few_queries(desk: Client, eset: Account, django_assert_num_queries: object) -> None:
    ready = booked(eset, "Reception")
    read(desk, at(ready))
    with django_assert_num_queries(6):  # type: ignore[operator]
        read(desk, at(ready))
    with django_assert_num_queries(5):  # type: ignore[operator]
        read(desk, at(ready), headers=HTMX)
