"""Assigning issues to a user, and taking them back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.issues.assignments.services import assign as assign_issues
from devices.issues.decision_views import NOTHING
from devices.issues.forms import AssigneeForm
from devices.issues.selection import back_to, picked, selection_of
from devices.models import User
from devices.web.permissions import needs


@require_POST
@needs("triage_issue")
def assign(request: HttpRequest) -> HttpResponse:
    back, form = back_to(request), AssigneeForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["assignee"][0]))
        return redirect(back)
    user: User | None = form.cleaned_data["assignee"]
    try:
        handles = list(picked(request, selection_of(request)))
        count = assign_issues(handles, user, act=act_of(request)) if handles else 0
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
        return redirect(back)
    if not handles:
        messages.error(request, str(NOTHING))
    elif count:
        messages.success(request, _assigned(count, user))
    else:
        messages.info(request, gettext("The selected issues are assigned so already."))
    return redirect(back)


def _assigned(count: int, user: User | None) -> str:
    values = {"number": number_format(count, force_grouping=True), "user": user.username if user else ""}
    if user:
        return ngettext("%(number)s issue assigned to %(user)s.", "%(number)s issues assigned to %(user)s.", count) % values
    return ngettext("%(number)s issue unassigned.", "%(number)s issues unassigned.", count) % values
