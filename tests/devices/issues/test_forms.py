"""The form of a decision about issues."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.issues.decisions import IssueDecision
from devices.issues.forms import DecisionForm
from devices.models import Standing


def form(standing: str, *, until: str = "", preset: str = "", reason: str = "") -> DecisionForm:
    return DecisionForm({"standing": standing, "until": until, "preset": preset, "reason": reason}, now=timezone.now())


def day(number: int) -> str:
    return str(timezone.localdate() + timedelta(days=number))


@pytest.mark.parametrize(
    ("standing", "until", "reason", "field", "error"),
    [
        ("", "", "", "standing", "Choose an action: acknowledge, snooze or mute."),
        ("gone", "", "", "standing", "Choose an action: acknowledge, snooze or mute."),
        ("muted", "", "  ", "reason", "Enter a reason: muted issues stay hidden without an end date."),
        ("muted", "", "a\0b", "reason", "The reason contains a character that cannot be stored. Enter it again."),
        ("acknowledged", "", "x" * 501, "reason", "The reason has 501 characters; at most 500 are allowed."),
        ("snoozed", "", "", "until", "Choose a date, or enter one in the format 20"),
        ("snoozed", "tomorrow", "", "until", "Choose a date, or enter one in the format 20"),
        ("snoozed", "2020-01-01", "", "until", "Choose a date from tomorrow to one year from now."),
        ("snoozed", "9999-12-31", "", "until", "Choose a date from tomorrow to one year from now."),
        ("snoozed", "x" * 10_000, "", "until", "Choose a date, or enter one in the format 20"),
    ],
)
def test_an_invalid_decision_names_the_field_and_the_next_step(standing: str, until: str, reason: str, field: str, error: str) -> None:
    refused = form(standing, until=until, reason=reason)
    assert not refused.is_valid() and list(refused.errors) == [field]
    assert str(refused.errors[field][0]).startswith(error)


def test_a_snooze_ends_tomorrow_at_the_earliest() -> None:
    assert not form("snoozed", until=day(0)).is_valid()
    tomorrow = form("snoozed", until=day(1), preset=day(7))
    assert tomorrow.is_valid()
    assert tomorrow.decision == IssueDecision(Standing.SNOOZED, timezone.localdate() + timedelta(days=1))


def test_the_preset_counts_without_another_date_and_only_for_a_snooze() -> None:
    week = form("snoozed", preset=day(7), reason=" waits ")
    assert week.is_valid() and week.decision == IssueDecision(Standing.SNOOZED, timezone.localdate() + timedelta(days=7), "waits")
    acknowledged = form("acknowledged", until="ignored", preset=day(7))
    assert acknowledged.is_valid() and acknowledged.decision == IssueDecision(Standing.ACKNOWLEDGED)
