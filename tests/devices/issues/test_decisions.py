"""Decisions about issues: what they hide, when they end, and what they never change."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.issues import decisions
from devices.issues.decisions import DecisionResult, IssueDecision
from devices.issues.queries import MOST, undecided
from devices.issues.sources import IssueKey
from devices.matching.apply import rematch_everything
from devices.models import Account, AuditEvent, Change, Device, Gap, Issue, Pulse, Sighting, Standing, Triage, User
from devices.sync.handler import mark_stale_sightings
from tests.devices import rows as shown
from tests.devices.alerts import decided, listed, named, one, titles
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
NOW = timezone.now
FIRST = "3 problems reported"


def days(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


@pytest.mark.parametrize("title", [FIRST, "No recent contact", "Missing from"])
@pytest.mark.parametrize("standing", Standing)
def test_what_is_decided_leaves_the_open_ones_and_has_a_list_of_its_own(
    accounts: dict[str, Account], ivan: User, title: str, standing: Standing
) -> None:
    until = days(3) if standing == Standing.SNOOZED else None
    found = decided(title, standing, ivan, until=until, reason="known")
    assert (found.standing, found.by_name, found.reason, found.woke) == (standing, "ivan", "known", "")
    assert found.handle not in [each.handle for each in listed(standing="open")]
    assert [each.handle for each in listed(standing=standing)] == [found.handle]
    assert undecided(NOW()).number == len(listed(standing="open")) == 5


def test_a_verdict_and_the_count_of_a_device_stay_as_they_are(accounts: dict[str, Account], ivan: User) -> None:
    before = Device.objects.values().get(name="nb-1")
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    assert Device.objects.values().get(name="nb-1") == before


def test_a_snooze_wakes_when_its_day_begins(accounts: dict[str, Account], ivan: User) -> None:
    found = decided(FIRST, Standing.SNOOZED, ivan, until=days(2))
    wakes = found.until
    assert wakes is not None
    asleep, awake = one(FIRST, now=wakes - timedelta(seconds=1)), one(FIRST, now=wakes)
    assert (asleep.standing, asleep.woke) == ("snoozed", "")
    assert (awake.standing, awake.woke) == ("open", "time")
    assert titles(listed(now=wakes, standing="woken")) == [FIRST]


@pytest.mark.parametrize("change", [{"state": "attention"}, {"raw": "OTHER"}, {"title": "4 problems reported"}])
def test_an_issue_that_changes_wakes_at_once(accounts: dict[str, Account], ivan: User, change: dict[str, str]) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    Issue.objects.filter(title=FIRST).update(**change)
    found = next(each for each in listed() if each.account.name == "eset-main" and each.device_name == "nb-1")
    assert (found.standing, found.woke, found.reason) == ("open", "changed", "accepted")


def test_a_silence_wakes_when_the_device_was_heard_and_fell_silent_again(accounts: dict[str, Account], ivan: User) -> None:
    found = decided("No recent contact", Standing.ACKNOWLEDGED, ivan)
    Pulse.objects.filter(sighting=found.ref).update(seen_at=NOW() - timedelta(days=20))
    mark_stale_sightings(NOW())
    assert one("No recent contact").woke == "changed"


def test_a_gap_that_closed_and_opened_again_is_another_one(accounts: dict[str, Account], ivan: User) -> None:
    found = decided("Missing from", Standing.MUTED, ivan, reason="spare")
    Gap.objects.filter(pk=found.ref).delete()
    again = Gap.objects.create(device=named("nb-3"), account=accounts["five9s"], since=NOW())
    assert (one("Missing from").ref, one("Missing from").standing) == (again.pk, "open")


def test_what_came_back_after_it_was_gone_wakes(accounts: dict[str, Account], ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    told = Issue.objects.get(title=FIRST)
    Issue.objects.filter(title=FIRST).delete()
    decisions.tidy(NOW())
    told.save(force_insert=True)
    assert (one(FIRST).standing, one(FIRST).woke) == ("open", "back")


def test_an_ended_decision_is_told_for_two_weeks_and_then_forgotten(accounts: dict[str, Account], ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    Issue.objects.filter(title=FIRST).update(raw="OTHER")
    now = NOW()
    decisions.tidy(now)
    decisions.tidy(now + decisions.REMEMBERED)
    assert one(FIRST).woke == "changed"
    decisions.tidy(now + decisions.REMEMBERED + timedelta(seconds=1))
    assert (one(FIRST).woke, Triage.objects.count()) == ("", 0)


def test_tidying_ends_nothing_that_holds(accounts: dict[str, Account], ivan: User) -> None:
    decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    decided("No recent contact", Standing.ACKNOWLEDGED, ivan)
    decided("Missing from", Standing.SNOOZED, ivan, until=days(300))
    Account.objects.update(enabled=False)  # the gap is not proved meanwhile, and keeps what was decided
    decisions.tidy(NOW())
    assert not Triage.objects.exclude(ended_at=None).exists()


def test_taken_back_it_is_open_and_forgotten(accounts: dict[str, Account], ivan: User) -> None:
    found = decided(FIRST, Standing.MUTED, ivan, reason="accepted")
    assert decisions.reopen_issues([found.handle, one("2 issues").handle], act=AuditContext.of(ivan, now=NOW())) == 1
    assert (one(FIRST).standing, one(FIRST).by_name, Triage.objects.count()) == ("open", "", 0)
    assert AuditEvent.objects.get(action="triage taken back").target == f"eset-main: {FIRST}"
    assert decisions.reopen_issues([found.handle], act=AuditContext.of(ivan, now=NOW())) == 0


def test_many_at_once_are_one_entry_in_the_audit_log_and_a_line_in_each_timeline(accounts: dict[str, Account], ivan: User) -> None:
    handles = [each.handle for each in listed(standing="open")]
    outcome = decisions.decide(
        handles, IssueDecision(Standing.MUTED, reason="migration"), act=AuditContext.of(ivan, now=NOW(), ticket="INC7")
    )
    assert outcome == DecisionResult(6, 0, 0)
    event = AuditEvent.objects.get(action="issues triaged")
    assert (event.target, event.detail["decision"], event.detail["reason"], event.detail["ticket"]) == (
        "6 issues",
        "muted",
        "migration",
        "INC7",
    )
    assert event.detail["devices"] == sorted({named("nb-1").pk, named("nb-3").pk})
    line = Change.objects.filter(device=named("nb-1"), kind="triaged").order_by("after").first()
    assert line is not None
    assert (line.field, line.after, line.reason, line.ticket, line.actor_name) == (
        "muted", "eset-main: 3 problems reported", "migration", "INC7", "ivan",
    )  # fmt: skip


def test_the_same_sent_twice_is_written_once(accounts: dict[str, Account], ivan: User) -> None:
    handles = [each.handle for each in listed(standing="open")]
    for expected in (DecisionResult(6, 0, 0), DecisionResult(0, 6, 0)):
        assert (
            decisions.decide([*handles, handles[0]], IssueDecision(Standing.SNOOZED, days(2)), act=AuditContext.of(ivan, now=NOW()))
            == expected
        )
    assert (AuditEvent.objects.filter(action="issues triaged").count(), Change.objects.filter(kind="triaged").count()) == (1, 6)


def test_the_same_sent_again_with_a_ticket_keeps_the_ticket(accounts: dict[str, Account], ivan: User) -> None:
    same = IssueDecision(Standing.ACKNOWLEDGED)
    written = [
        decisions.decide([one(FIRST).handle], same, act=AuditContext.of(ivan, now=NOW(), ticket=ticket)).written
        for ticket in ("", "INC-7", "", "INC-7")
    ]
    assert (written, one(FIRST).ticket) == ([1, 1, 0, 0], "INC-7")


def test_a_later_decision_replaces_the_earlier_one(accounts: dict[str, Account], ivan: User, alice: User) -> None:
    decided(FIRST, Standing.SNOOZED, ivan, until=days(2))
    found = decided(FIRST, Standing.MUTED, alice, reason="for good")
    assert (found.standing, found.until, found.by_name, Triage.objects.count()) == ("muted", None, "alice", 1)


def test_what_is_gone_is_counted_and_nothing_at_all_is_refused(accounts: dict[str, Account], ivan: User) -> None:
    lost, there = IssueKey("issue", 10**15, "x"), one(FIRST).handle
    assert decisions.decide([lost, there], IssueDecision(Standing.ACKNOWLEDGED), act=AuditContext.of(ivan, now=NOW())) == DecisionResult(
        1, 0, 1
    )
    with pytest.raises(ActionRefused, match="These issues no longer exist"):
        decisions.decide([lost], IssueDecision(Standing.ACKNOWLEDGED), act=AuditContext.of(ivan, now=NOW()))


def test_too_many_are_refused(accounts: dict[str, Account], ivan: User) -> None:
    with pytest.raises(ActionRefused, match="More than 1,000 issues are selected"):
        decisions.decide([one(FIRST).handle] * (MOST + 1), IssueDecision(Standing.ACKNOWLEDGED), act=AuditContext.of(ivan, now=NOW()))


def test_devices_that_become_one_keep_what_was_decided(accounts: dict[str, Account], ivan: User) -> None:
    """Sightings carry theirs along; a gap goes to the device that is left."""
    eset = accounts["eset"]
    first = shown.sighting(accounts["five9s"], "twin", ids=[(IdKind.SERIAL, "PF3XK2")], issues=[("lonely", "critical")])
    second = shown.sighting(accounts["opswat"], "twin", ids=[(IdKind.SERIAL, "PF3XK2")], issues=[("other", "critical")])
    Gap.objects.filter(device=first.device).delete()
    gap = Gap.objects.create(device=second.device, account=eset, since=NOW())
    for handle in (IssueKey("issue", second.pk, "issue-0"), IssueKey("gap", gap.pk, "")):
        decisions.decide([handle], IssueDecision(Standing.MUTED, reason="known"), act=AuditContext.of(ivan, now=NOW()))
    rematch_everything(NOW())
    assert Sighting.objects.get(pk=second.pk).device_id == first.device_id
    found = {each.title: (each.device, each.standing) for each in listed(standing="muted")}
    assert found == {
        "other": (first.device_id, "muted"),
        "Missing from eset-main": (first.device_id, "muted"),
    }
