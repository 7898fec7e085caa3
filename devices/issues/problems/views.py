"""The page of one problem: what it is, its devices, what was decided, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext_lazy
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.db.messages import translated
from devices.issues.filters import ALL, ONE_PROBLEM, OPEN, STANDINGS, VENDOR, IssueListing
from devices.issues.forms import ProblemNoteForm
from devices.issues.problems import events
from devices.issues.problems.keys import ProblemKey
from devices.issues.problems.queries import ProblemRow, one_problem
from devices.issues.queries import IssueResult
from devices.issues.selection import back_to, listing_of
from devices.models import IssueKind, ProblemEvent, Standing
from devices.web.permissions import needs
from vendors.states import State
from vendors.stored_titles import problem_title

TEXTS = {
    Standing.ACKNOWLEDGED.value: ngettext_lazy("%(number)s issue acknowledged", "%(number)s issues acknowledged", "count"),
    Standing.SNOOZED.value: ngettext_lazy("%(number)s issue snoozed until %(day)s", "%(number)s issues snoozed until %(day)s", "count"),
    Standing.MUTED.value: ngettext_lazy("%(number)s issue muted", "%(number)s issues muted", "count"),
    OPEN: ngettext_lazy("%(number)s issue reopened", "%(number)s issues reopened", "count"),
    events.ASSIGNED: ngettext_lazy("%(number)s issue assigned to %(user)s", "%(number)s issues assigned to %(user)s", "count"),
    events.UNASSIGNED: ngettext_lazy("%(number)s issue unassigned", "%(number)s issues unassigned", "count"),
}
OWN = ("rows", "problem", "kind", "vendor", "severity", "standing")  # filters that the page shows in other ways than as chips
NOTES = "#history"


@dataclass(frozen=True, slots=True)
class EventLine:
    """An entry of the history as the page shows it."""

    event: ProblemEvent

    @property
    def text(self) -> str:
        """What was done, of an entry that is no note."""
        event = self.event
        values = {
            "count": event.number,
            "number": number_format(event.number, force_grouping=True),
            "day": date_format(event.until) if event.until else "",
            "user": event.user.username if event.user else gettext("a deleted user"),
        }
        return str(TEXTS[event.action] % values)


def context_of(listing: IssueListing, found: IssueResult) -> dict[str, Any]:
    """What the page shows beside the list of its devices."""
    filters = listing.filters
    row = one_problem(filters, found)
    key = _key(listing)
    own = (*OWN, "account") if filters.kind != IssueKind.ISSUE else OWN
    return {
        "problem": row,
        "problem_title": row.title if row else translated(problem_title(filters.problem)) or filters.account,
        "problem_about": _about(row),
        "standings": _standings(listing, row),
        "events": [EventLine(each) for each in events.latest(key)],
        "longest_note": events.LONGEST_NOTE,
        "chips": [chip for chip in listing.chips() if chip.name not in own],
    }


def is_named(listing: IssueListing) -> bool:
    """The address names one problem."""
    filters = listing.filters
    if filters.kind == IssueKind.ISSUE:
        return bool(filters.problem and filters.vendor)
    return bool(filters.kind and filters.account)


@require_POST
@needs("annotate_device")
def note(request: HttpRequest) -> HttpResponse:
    listing, form = listing_of(request), ProblemNoteForm(request.POST)
    if listing.filters.rows != ONE_PROBLEM or not is_named(listing):
        messages.error(request, gettext("The link names no issue. Open the issue again, then add the note."))
    elif not form.is_valid():
        messages.error(request, str(form.errors["text"][0]))
    else:
        events.add_note(_key(listing), text=form.cleaned_data["text"], act=act_of(request))
        messages.success(request, gettext("Note saved."))
    return redirect(back_to(request) + NOTES)


def _key(listing: IssueListing) -> ProblemKey:
    filters = listing.filters
    found = {IssueKind.STALE.value: State.UNKNOWN.value, IssueKind.GAP.value: State.ATTENTION.value}
    values = {name: getattr(filters, name) for name in ("kind", "vendor", "account", "problem")}
    return ProblemKey.of(values, state=found.get(filters.kind, filters.severity))


def _about(row: ProblemRow | None) -> str:
    if row is None:
        return ""
    if row.kind == IssueKind.GAP:
        return gettext("The last full sync of this account does not list these devices, but another account does.")
    if row.kind == IssueKind.STALE:
        return gettext("The last check-in is older than the staleness threshold of this vendor.")
    if row.only_counted:
        return gettext("This vendor reports only how many issues a device has. Its console lists them.")
    return gettext("All devices for which this vendor reports the same issue with the same severity.")


def _standings(listing: IssueListing, row: ProblemRow | None) -> list[tuple[str, object, int, bool]]:
    """Address, label, number of issues, and whether it is shown, of each decision."""
    if row is None:
        return []
    numbers = {OPEN: row.open, **{each.value: getattr(row, each.value) for each in Standing}, VENDOR: row.vendor_muted, ALL: row.everything}
    chosen = listing.filters.standing
    return [
        (listing.asking(standing=name), STANDINGS[name], number, name == chosen)
        for name, number in numbers.items()
        if number or name in (OPEN, ALL, chosen)
    ]
