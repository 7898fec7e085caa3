"""Acknowledging, snoozing, muting and reopening issues: one with a click, several with a form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of, person
from devices.errors import LONGEST_REASON, ActionRefused
from devices.issues import decisions
from devices.issues.decisions import LONGEST_SNOOZE, DecisionResult, IssueDecision
from devices.issues.forms import DecisionForm, written
from devices.issues.queries import MOST, these
from devices.issues.selection import back_to, device_of, here, picked, selection_of
from devices.issues.sources import IssueKey
from devices.models import Standing
from devices.web.permissions import needs
from devices.web.ticket import LONGEST_TICKET, ticket_of

MOST_NAMES = 50
NOTHING = gettext_lazy("No issues selected. Select issues, all on this page or all matching.")
REMOVED = gettext_lazy("These issues no longer exist. Reload the list.")
# How many days from now, and the name of that day.
PRESETS = (
    (1, gettext_lazy("Tomorrow (%(date)s)")),
    (7, gettext_lazy("In 1 week (%(date)s)")),
    (14, gettext_lazy("In 2 weeks (%(date)s)")),
    (30, gettext_lazy("In 30 days (%(date)s)")),
    (90, gettext_lazy("In 90 days (%(date)s)")),
)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("triage_issue")
def decide(request: HttpRequest) -> HttpResponse:
    """Without `confirmed` the form; with it the decision is written."""
    back, selection, form = back_to(request), selection_of(request), None
    posted = request.method == "POST"
    try:
        handles = picked(request, selection)
    except ActionRefused as refused:
        return _refused(request, refused.sentence, back)
    if not handles:
        return _refused(request, str(NOTHING), back)
    if posted and selection.reopens:
        return _reopened(request, handles, back)
    if posted and selection.is_confirmed:
        act = act_of(request)
        form = DecisionForm(request.POST, now=act.now)
        if form.is_valid():
            try:
                outcome = decisions.decide(list(handles), form.decision, act=act, seen=handles)
            except ActionRefused as refused:
                form.add_error(refused.field or None, refused.sentence)
            else:
                _report(request, form.decision, outcome, at=act.now)
                return redirect(back)
    return _form(request, handles, back, form)


@require_POST
@needs("triage_issue")
def reopen(request: HttpRequest) -> HttpResponse:
    back = back_to(request)
    try:
        handles = list(picked(request, selection_of(request))) or _just_decided(request)
    except ActionRefused as refused:
        return _refused(request, refused.sentence, back)
    return _reopened(request, handles, back) if handles else _refused(request, str(NOTHING), back)


def _undo(request: HttpRequest, at: datetime) -> str:
    """The address that undoes what was decided `at` this moment, and leads back to the same list or device."""
    query = request.GET.copy()
    query["decided_at"] = at.isoformat()
    for name, value in (("device", device_of(request)), ("ticket", ticket_of(request))):
        if value:
            query[name] = str(value)
    return f"{reverse('devices:issues_take_back')}?{query.urlencode()}"


def _just_decided(request: HttpRequest) -> list[IssueKey]:
    try:
        moment = datetime.fromisoformat(request.GET.get("decided_at", ""))
    except ValueError:
        return []
    return decisions.decided_at(moment, by=person(request)) if moment.tzinfo else []


def _refused(request: HttpRequest, sentence: str, back: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect(back)


def _reopened(request: HttpRequest, handles: Iterable[IssueKey], back: str) -> HttpResponse:
    try:
        count = decisions.reopen_issues(list(handles), act=act_of(request))
    except ActionRefused as refused:
        return _refused(request, refused.sentence, back)
    if count:
        messages.success(request, _counted(ngettext("%(number)s issue reopened.", "%(number)s issues reopened.", count), count))
    else:
        messages.info(request, gettext("The selected issues are open already."))
    return redirect(back)


def _report(request: HttpRequest, decision: IssueDecision, outcome: DecisionResult, *, at: datetime) -> None:
    if outcome.changed:
        text = ngettext(
            "%(number)s issue changed after the page was loaded and was left as it is. Check it again.",
            "%(number)s issues changed after the page was loaded and were left as they are. Check them again.",
            outcome.changed,
        )
        messages.warning(request, _counted(text, outcome.changed))
    if outcome.written or not outcome.changed:
        messages.success(request, _done(decision, outcome), extra_tags=_undo(request, at) if outcome.written else "")


def _form(request: HttpRequest, handles: Mapping[IssueKey, str], back: str, form: DecisionForm | None) -> HttpResponse:
    """`form`: a refused one."""
    now = timezone.now()
    found = these(list(handles), now=now) if len(handles) <= MOST else []
    if not found and form is None:
        return _refused(request, str(REMOVED), back)
    refused, typed = form is not None, request.POST if request.method == "POST" else request.GET
    if form is None:
        chosen = typed.get("standing") or typed.get("action") or Standing.ACKNOWLEDGED.value
        form = DecisionForm(now=now, initial=typed.dict() | {"standing": chosen})
    context = {
        "issues": found[:MOST_NAMES],
        "total": len(found),
        "items": json.dumps([each.as_seen for each in found]) if found else written(list(handles)),
        "here": here(request),
        "device": device_of(request),
        "back": back,
        "form": form,
        "chosen": form["standing"].value(),
        "ticket": ticket_of(request),
        "longest": LONGEST_REASON,
        "longest_ticket": LONGEST_TICKET,
        **_days(timezone.localdate(now)),
    }
    return render(request, "devices/issues/decide_many.html", context, status=422 if refused else 200)


def _days(today: date) -> dict[str, Any]:
    days = [(today + timedelta(days=number), text) for number, text in PRESETS]
    presets = [(str(day), text % {"date": date_format(day, "MONTH_DAY_FORMAT")}) for day, text in days]
    return {"presets": presets, "first_day": str(today + timedelta(days=1)), "last_day": str(today + LONGEST_SNOOZE)}


def _done(decision: IssueDecision, outcome: DecisionResult) -> str:
    sentences = [_counted(_written(decision.standing, outcome.written), outcome.written, until=decision.until)]
    if outcome.already:
        text = ngettext("%(number)s issue had this status already.", "%(number)s issues had this status already.", outcome.already)
        sentences.append(_counted(text, outcome.already))
    if outcome.gone:
        text = ngettext("%(number)s issue no longer exists.", "%(number)s issues no longer exist.", outcome.gone)
        sentences.append(_counted(text, outcome.gone))
    return " ".join(sentences)


def _written(standing: Standing, number: int) -> str:
    match standing:
        case Standing.ACKNOWLEDGED:
            return ngettext("%(number)s issue acknowledged.", "%(number)s issues acknowledged.", number)
        case Standing.SNOOZED:
            return ngettext("%(number)s issue snoozed until %(day)s.", "%(number)s issues snoozed until %(day)s.", number)
        case Standing.MUTED:
            return ngettext("%(number)s issue muted.", "%(number)s issues muted.", number)


def _counted(text: str, number: int, *, until: date | None = None) -> str:
    return text % {"number": number_format(number, force_grouping=True), "day": date_format(until) if until else ""}
