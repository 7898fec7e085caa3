"""Disappearances that were held back: a person decides, and a worker marks, once, however often and by whomever it is asked."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import config.celery  # noqa: F401  (tasks need the application that knows the broker)
from config.sessions import POLLS
from devices import tasks
from devices.account_status.status import statuses
from devices.audit.context import AuditContext
from devices.models import Account, AuditEvent, Change, Device, JobState, Life, Sighting, SyncRun, User
from devices.sync import withheld
from devices.sync.withheld import LOST_AFTER
from tests.devices import records as making
from tests.devices.account_pages import HTMX, mark_what_was_decided, signed_in, withheld_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return making.account()


@pytest.fixture
def run(account: Account) -> SyncRun:
    """It lacks 25 of 30 devices."""
    return withheld_run(account)


def at(run: SyncRun, page: str = "apply") -> str:
    return reverse(f"devices:account_{page}", args=[run.account.name, run.pk])


def decide(run: SyncRun, by: User, reason: str = "Branch closed") -> bool:
    return withheld.decide_withheld(run, reason=reason, act=AuditContext.of(by, now=timezone.now()))


def seen() -> int:
    return Sighting.objects.filter(life=Life.SEEN).count()


def audited() -> list[str]:
    return list(AuditEvent.objects.filter(action__startswith="disappearance").order_by("pk").values_list("action", flat=True))


class TestDeciding:
    def test_a_person_decides_says_why_and_it_is_audited_at_once(self, run: SyncRun, alice: User) -> None:
        client = signed_in(alice)
        assert at(run) in client.get("/vendors/eset-main/").text
        asked = client.get(at(run)).text
        assert "Review missing devices: eset-main" in asked and "Mark 25 devices as missing</button>" in asked and "D17" in asked
        assert client.post(at(run), {"reason": "  "}).status_code == 422
        assert client.post(at(run), {"reason": "\0"}).status_code == 422 and audited() == []
        answer = client.post(at(run), {"reason": "Branch closed"}, follow=True)
        assert "Review saved. The devices are being marked as missing." in answer.text and seen() == 30
        run.refresh_from_db()
        assert (run.applied_by, run.decided_reason, run.applied_at) == (alice, "Branch closed", None)
        event = AuditEvent.objects.get(action="disappearance decided")
        assert (event.actor, event.target, event.detail) == (alice, "eset-main", {"run": run.pk, "devices": 25, "reason": "Branch closed"})

    def test_a_second_click_decides_nothing_again(self, run: SyncRun, alice: User) -> None:
        client = signed_in(alice)
        client.post(at(run), {"reason": "Branch closed"})
        assert "The review is already done" in client.post(at(run), {"reason": "twice"}, follow=True).text
        assert not decide(run, alice, "late")
        mark_what_was_decided()
        assert "There is nothing left to review" in client.post(at(run), {"reason": "once more"}, follow=True).text
        run.refresh_from_db()
        assert run.decided_reason == "Branch closed" and audited() == ["disappearance decided", "disappearance applied"]

    def test_a_list_that_was_overtaken_decides_nothing(self, run: SyncRun, account: Account, alice: User) -> None:
        SyncRun.objects.filter(pk=making.run(account).pk).update(state=JobState.DONE)
        assert "a newer sync has completed" in signed_in(alice).post(at(run), {"reason": "why"}, follow=True).text
        assert not decide(run, alice)
        mark_what_was_decided()
        assert seen() == 30 and audited() == []

    def test_who_may_not_decide_still_sees_which(self, account: Account, ivan: User) -> None:
        run = withheld_run(account, seen=90)
        page = signed_in(ivan).get("/vendors/eset-main/").text
        assert len(re.findall(r'href="/devices/\d+/"', page)) == 50 and "Devices (first 50)" in page
        assert f"/apply/{run.pk}/" not in page and "Requires the Administrator role." in page
        assert signed_in(ivan).post(at(run), {"reason": "x"}).status_code == 403 and audited() == []

    @pytest.mark.parametrize("page", ["apply", "applying"])
    def test_a_run_of_another_account_is_not_found(self, run: SyncRun, alice: User, page: str) -> None:
        making.account("other")
        for pk in (run.pk, 2**63 - 1, 2**70):
            assert signed_in(alice).get(f"/vendors/other/{page}/{pk}/").status_code == 404


class TestMarking:
    def test_what_was_decided_is_marked_and_audited_with_how_many_it_was(self, run: SyncRun, alice: User) -> None:
        decide(run, alice)
        mark_what_was_decided()
        run.refresh_from_db()
        assert (seen(), run.missing, run.being_applied) == (5, 25, False) and run.applied_at is not None
        assert Device.objects.filter(life=Life.MISSING).count() == Change.objects.filter(kind="missing").count() == 25
        event = AuditEvent.objects.get(action="disappearance applied")
        assert (event.actor, event.detail) == (alice, {"run": run.pk, "devices": 25, "reason": "Branch closed"})

    def test_it_goes_on_where_it_was_left(self, run: SyncRun, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(withheld, "AT_ONCE", 10)
        decide(run, alice)
        now, steps = timezone.now(), []
        while withheld.advance(run.pk, now=now):
            steps.append(seen())
        assert steps == [20, 10, 5] and audited() == ["disappearance decided", "disappearance applied"]
        assert not withheld.advance(run.pk, now=now)
        run.refresh_from_db()
        assert run.missing == Change.objects.filter(kind="missing").count() == 25

    def test_beat_wakes_a_worker_once_and_again_when_that_was_lost(self, run: SyncRun, alice: User) -> None:
        now = timezone.now()
        assert withheld.claim(now) == []
        decide(run, alice)
        assert withheld.claim(now) == [run.pk] and withheld.claim(now + LOST_AFTER / 2) == []
        assert withheld.claim(now + LOST_AFTER + timedelta(seconds=1)) == [run.pk]
        while withheld.advance(run.pk, now=now):
            pass
        assert withheld.claim(now + timedelta(days=1)) == []

    def test_what_is_marked_days_later_is_missing_and_not_gone(self, run: SyncRun, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(withheld, "AT_ONCE", 10)
        decide(run, alice)
        withheld.advance(run.pk, now=timezone.now())
        while withheld.advance(run.pk, now=timezone.now() + timedelta(days=3)):
            pass
        assert Sighting.objects.filter(life=Life.MISSING).count() == 25

    def test_a_worker_marks_when_it_is_woken(self, run: SyncRun, alice: User) -> None:
        decide(run, alice)
        for _ in range(2):
            tasks.mark(run.pk)
        tasks.mark(run.pk + 1000)
        assert seen() == 5 and audited() == ["disappearance decided", "disappearance applied"]

    def test_a_newer_list_takes_precedence_also_half_way(
        self, run: SyncRun, account: Account, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(withheld, "AT_ONCE", 10)
        decide(run, alice)
        assert withheld.advance(run.pk, now=timezone.now())
        SyncRun.objects.filter(pk=making.run(account).pk).update(state=JobState.DONE)
        mark_what_was_decided()
        withheld.advance(run.pk, now=timezone.now())
        run.refresh_from_db()
        assert (seen(), run.missing, run.decided_at, run.applied_at) == (20, 10, None, None)
        assert audited() == ["disappearance decided", "disappearance overtaken"]
        assert withheld.claim(timezone.now() + timedelta(days=1)) == []


class TestFollowing:
    def test_the_page_follows_it_to_its_end(self, run: SyncRun, alice: User, ivan: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(withheld, "AT_ONCE", 10)
        decide(run, alice)
        client = signed_in(ivan)
        page = client.get("/vendors/eset-main/").text
        assert f'id="applying" class="notice is-busy" data-poll hx-get="{at(run, "applying")}"' in page and "applying" in POLLS
        assert "Reviewed by alice" in page and "Branch closed" in page and "Starts within seconds." in page and "Unusually many" not in page
        withheld.advance(run.pk, now=timezone.now())
        half = client.get(at(run, "applying"), headers=HTMX)
        assert "10 of 25 marked" in half.text and "data-poll" in half.text and "HX-Trigger" not in half
        mark_what_was_decided()
        while withheld.advance(run.pk, now=timezone.now()):
            pass
        last = client.get(at(run, "applying"), headers=HTMX)
        assert "data-poll" not in last.text and "run-ended" in last["HX-Trigger"]
        assert last.text.count("25 devices are now marked as missing.") == 2
        assert "25 devices marked as missing" in client.get("/vendors/eset-main/").text
        assert client.get(at(run, "applying")).status_code == 302

    def test_the_page_says_that_a_newer_list_came_in(self, run: SyncRun, account: Account, alice: User) -> None:
        decide(run, alice)
        SyncRun.objects.filter(pk=making.run(account).pk).update(state=JobState.DONE)
        mark_what_was_decided()
        assert "A newer sync has completed. No devices are left to mark." in signed_in(alice).get(at(run, "applying"), headers=HTMX).text

    def test_who_may_not_see_accounts_may_not_follow_it(self, run: SyncRun, bob: User) -> None:
        assert signed_in(bob).get(at(run, "applying"), headers=HTMX).status_code == 403

    def test_nobody_is_asked_to_decide_meanwhile_but_the_list_proves_nothing_yet(self, run: SyncRun, alice: User, client: Client) -> None:
        assert statuses(timezone.now())[0].withheld == 25
        decide(run, alice)
        (found,) = statuses(timezone.now())
        assert found.withheld == 0
        assert found.doubt == "25 devices missing from its last full sync are being marked"
        assert "are being marked" in signed_in(alice).get("/vendors/").text
        mark_what_was_decided()
        (found,) = statuses(timezone.now())
        assert found.proves_absence
