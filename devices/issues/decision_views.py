"""Deciding about issues: one by one at once, or many after a word about what it does."""

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
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of, person
from devices.errors import LONGEST_REASON, ActionRefused
from devices.issues import decisions
from devices.issues.decisions import LONGEST_SNOOZE, DecisionResult, IssueDecision
from devices.issues.queries import MOST, these
from devices.issues.selection import back_to, here, picked, written
from devices.issues.sources import IssueKey
from devices.models import Standing
from devices.web.permissions import needs
from devices.web.ticket import LONGEST_TICKET, ticket_of

MOST_NAMES = 50
NOTHING = "No issue was chosen: tick some, or choose all on this page or all that match."
DONE = {
    Standing.ACKNOWLEDGED: "acknowledged: it shows again when it changes",
    Standing.SNOOZED: "snoozed until {until}: it shows again on that day, or when it changes",
    Standing.MUTED: "muted: it shows again when it changes",
}
PRESETS = ((1, "Tomorrow"), (7, "In a week"), (14, "In two weeks"), (30, "In 30 days"), (90, "In 90 days"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("triage_issue")
def decide(request: HttpRequest) -> HttpResponse:
    """Without `confirmed`: what is meant, and a form. With it: the decision is written."""
    back, problem = back_to(request), None
    try:
        handles = picked(request)
    except ActionRefused as refused:
        return _refused(request, refused.sentence, back)
    if not handles:
        return _refused(request, NOTHING, back)
    if request.POST.get("action") == "take_back":
        return _reopened(request, handles, back)
    if request.POST.get("confirmed"):
        try:
            return _carry_out(request, handles, back)
        except ActionRefused as refused:
            problem = refused
    return _form(request, handles, back, problem)


@require_POST
@needs("triage_issue")
def reopen(request: HttpRequest) -> HttpResponse:
    back = back_to(request)
    try:
        handles = list(picked(request)) or _just_decided(request)
    except ActionRefused as refused:
        return _refused(request, refused.sentence, back)
    return _reopened(request, handles, back) if handles else _refused(request, NOTHING, back)


def _undo(request: HttpRequest, now: datetime) -> str:
    """The address that takes back what was decided now, and leads back to the same list or device."""
    told = request.GET.copy()
    told["decided_at"] = now.isoformat()
    for name in ("device", "ticket"):
        if said := request.POST.get(name):
            told[name] = said
    return f"{reverse('devices:issues_take_back')}?{told.urlencode()}"


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
        messages.success(request, f"{_issues(count)} open again: nobody has decided about {'it' if count == 1 else 'them'} from now on.")
    else:
        messages.info(request, "Nobody had decided about that, or it was taken back already.")
    return redirect(back)


def _carry_out(request: HttpRequest, handles: Mapping[IssueKey, str], back: str) -> HttpResponse:
    """Raises ActionRefused."""
    act = act_of(request)
    until = request.POST.get("until") or request.POST.get("preset", "")
    decision = decisions.read(request.POST.get("standing", ""), until=until, reason=request.POST.get("reason", ""), now=act.now)
    about = list(handles)
    outcome = decisions.decide(about, decision, act=act, seen=handles)
    if outcome.changed:
        messages.warning(request, _changed(outcome.changed))
    if outcome.written or not outcome.changed:
        messages.success(request, _words(decision, outcome), extra_tags=_undo(request, act.now) if outcome.written else "")
    return redirect(back)


def _form(request: HttpRequest, handles: Mapping[IssueKey, str], back: str, problem: ActionRefused | None) -> HttpResponse:
    now = timezone.now()
    found = these(list(handles), now=now) if len(handles) <= MOST else []
    if not found and problem is None:
        return _refused(request, "None of these issues is there any more: look at the list again.", back)
    typed = request.POST if request.method == "POST" else request.GET
    context = {
        "issues": found[:MOST_NAMES],
        "number": len(found),
        "items": json.dumps([each.as_seen for each in found]) if found else written(list(handles)),
        "here": here(request),
        "device": typed.get("device", "")[:20],
        "back": back,
        "chosen": typed.get("standing") or typed.get("action") or Standing.ACKNOWLEDGED.value,
        "reason": typed.get("reason", "")[: 2 * LONGEST_REASON],
        "until": typed.get("until", "")[:20],
        "preset": typed.get("preset", ""),
        "problem": problem,
        "ticket": ticket_of(request),
        "longest": LONGEST_REASON,
        "longest_ticket": LONGEST_TICKET,
        **_days(timezone.localdate(now)),
    }
    return render(request, "devices/issues/decide_many.html", context, status=422 if problem else 200)


def _days(today: date) -> dict[str, Any]:
    presets = [(str(day), f"{words}, {day:%a} {day.day} {day:%b}") for number, words in PRESETS if (day := today + timedelta(days=number))]
    return {"presets": presets, "first_day": str(today + timedelta(days=1)), "last_day": str(today + LONGEST_SNOOZE)}


def _words(decision: IssueDecision, outcome: DecisionResult) -> str:
    done = DONE[decision.standing].format(until=decision.until)
    rest = f" {outcome.already:,} stood so already." if outcome.already else ""
    gone = f" {outcome.gone:,} {'is' if outcome.gone == 1 else 'are'} not there any more." if outcome.gone else ""
    many = done.replace("it shows", "each shows") if outcome.written != 1 else done
    return f"{_issues(outcome.written)} {many}.{rest}{gone}"


def _changed(count: int) -> str:
    return f"{_issues(count)} changed since this page was made, so nothing was decided about {'it' if count == 1 else 'them'}: look again."


def _issues(count: int) -> str:
    return f"{count:,} {'issue' if count == 1 else 'issues'}"
