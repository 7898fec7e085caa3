"""The forms of issues: which issues are meant, and what is decided about them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from devices.device_list.selection import MATCHING, PAGE
from devices.errors import LONGEST_REASON
from devices.issues.decisions import LONGEST_SNOOZE, IssueDecision
from devices.issues.problems.events import LONGEST_NOTE
from devices.issues.problems.keys import ProblemKey
from devices.issues.queries import MOST
from devices.issues.sources import IssueKey
from devices.lists.ids import HIGHEST
from devices.models import IssueKind, Standing, User
from vendors.parsing.normalise import UNSTORABLE

LONGEST_KEY = 255
LONGEST_ITEMS = 1_000_000  # characters: MOST issues with the longest keys
REOPEN = "take_back"
CHOOSE_ACTION = gettext_lazy("Choose an action: acknowledge, snooze or mute.")
REASON_REQUIRED = gettext_lazy("Enter a reason: muted issues stay hidden without an end date.")


class SelectionForm(forms.Form):
    """Which issues are meant: the selected ones, those of the page, all that match, or those that an earlier form listed.

    Whatever is sent is valid; what names no issue is left out.
    """

    which = forms.Field(required=False)
    item = forms.Field(required=False, widget=forms.MultipleHiddenInput)
    items = forms.Field(required=False)
    action = forms.Field(required=False)
    confirmed = forms.Field(required=False)

    @property
    def all_matching(self) -> bool:
        return bool(self.cleaned_data["which"] == MATCHING)

    @property
    def reopens(self) -> bool:
        return bool(self.cleaned_data["action"] == REOPEN)

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data["confirmed"])

    @property
    def texts(self) -> list[str]:
        """What names issues or problems; at most one more than MOST."""
        texts = self.cleaned_data["item"] or []
        if self.cleaned_data["which"] == PAGE or not texts:
            texts = _listed(self.cleaned_data["items"] or "")
        return texts[: MOST + 1]

    @property
    def named(self) -> dict[IssueKey, str]:
        """The named issues, and beside each what it was when it was shown (`IssueRow.look`), "" where the form does not say."""
        return dict(_handles(self.texts))


class DecisionForm(forms.Form):
    """`preset`: the day that the list of days gives, `until`: another day; either is used only to snooze."""

    standing = forms.ChoiceField(choices=Standing.choices, error_messages={"required": CHOOSE_ACTION, "invalid_choice": CHOOSE_ACTION})
    until = forms.CharField(required=False)
    preset = forms.CharField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        error_messages={
            "max_length": gettext_lazy("The reason has %(show_value)d characters; at most %(limit_value)d are allowed."),
            "null_characters_not_allowed": gettext_lazy("The reason contains a character that cannot be stored. Enter it again."),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, now: datetime, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self._today = timezone.localdate(now)
        self._day: date | None = None

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if values.get("standing") == Standing.MUTED and values.get("reason") == "":
            self.add_error("reason", forms.ValidationError(REASON_REQUIRED))
        if values.get("standing") == Standing.SNOOZED and "until" in values:
            self._day = self._read_day(values["until"] or values.get("preset", ""))
        return values

    @property
    def decision(self) -> IssueDecision:
        """Of a valid form."""
        return IssueDecision(Standing(self.cleaned_data["standing"]), self._day, self.cleaned_data["reason"])

    def _read_day(self, text: str) -> date | None:
        try:
            day = date.fromisoformat(text[:20])
        except ValueError:
            example = {"example": self._today + timedelta(days=7)}
            self.add_error("until", gettext("Choose a date, or enter one in the format %(example)s.") % example)
            return None
        if not self._today < day <= self._today + LONGEST_SNOOZE:
            self.add_error("until", gettext("Choose a date from tomorrow to one year from now."))
        return day


class AssigneeForm(forms.Form):
    """`assignee`: the id of a user; empty: no one."""

    assignee = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This user is disabled or deleted. Choose another user.")},
    )


class ProblemNoteForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_NOTE,
        error_messages={
            "required": gettext_lazy("The note is empty: enter a text."),
            "max_length": gettext_lazy("The note has %(show_value)d characters; at most %(limit_value)d are allowed."),
            "null_characters_not_allowed": gettext_lazy("The note contains a character that cannot be stored. Enter it again."),
        },
    )


def written(handles: Sequence[IssueKey | ProblemKey]) -> str:
    """As the field `items` has them."""
    return json.dumps([each.form_value for each in handles])


def _listed(text: str) -> list[str]:
    try:
        found = json.loads(text) if 0 < len(text) <= LONGEST_ITEMS else []
    except (ValueError, RecursionError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _handles(texts: Sequence[str]) -> Iterator[tuple[IssueKey, str]]:
    """`issue-17-CVE-2026-1` or `issue-17.3fa9c1b2-CVE-2026-1`; other texts are left out."""
    for text in texts:
        kind, _, rest = text.partition("-")
        middle, _, key = rest.partition("-")
        ref, _, look = middle.partition(".")
        number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 20 else HIGHEST + 1
        if kind in IssueKind and number <= HIGHEST and len(key) <= LONGEST_KEY and not UNSTORABLE.search(key):
            yield IssueKey(kind, number, key), look
