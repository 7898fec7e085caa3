"""The list of possible duplicates, and the decision about one of them, which takes one click."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.lists.notices import left_out
from devices.matching.rules import JOIN
from devices.models import Device
from devices.possible_duplicates import services
from devices.possible_duplicates.forms import MERGE, PairForm
from devices.possible_duplicates.queries import PairFilters, pair_page
from devices.web.permissions import is_fragment, needs

NO_NAME = gettext_lazy("(no name)")


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """Without JavaScript a decision loads the whole page, with it only the results."""
    filters, at = PairFilters.read(request.GET), _place(request)
    found = pair_page(filters, now=timezone.now(), **at)
    context = {
        "page": found,
        "device": Device.objects.filter(pk=filters.device).first() if filters.device else None,
        "narrowed": filters.narrowed,
        "enough": JOIN,
        "left_out": left_out(PairFilters.unread(request.GET), filters=PairFilters),
        "here": filters.query_string(**at),
        "older": filters.query_string(after=found.older) if found.older else "",
        "newer": filters.query_string(before=found.newer) if found.newer else "",
        "fragment": is_fragment(request),
    }
    template = "_results" if is_fragment(request) else "list"
    return render(request, f"devices/possible_duplicates/{template}.html", context)


@require_POST
@needs("link_device")
def decide(request: HttpRequest) -> HttpResponse:
    form = PairForm(request.POST)
    if not form.is_valid():
        raise Http404
    device, other = form.cleaned_data["device"], form.cleaned_data["other"]
    names = _names(device, other)
    try:
        if form.cleaned_data["decision"] == MERGE:
            services.merge(device, other, act=act_of(request))
            done = gettext("%(first)s and %(second)s merged. Reset this on the device page.")
        else:
            services.keep_separate(device, other, act=act_of(request))
            done = gettext("%(first)s and %(second)s stay separate. Reset this on the device page.")
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, done % names)
    return redirect(reverse("devices:possible_duplicates") + PairFilters.read(request.GET).query_string(**_place(request)))


def _place(request: HttpRequest) -> dict[str, str]:
    """The token of the requested page."""
    return {name: value for name in ("after", "before") if (value := request.GET.get(name, ""))}


def _names(device: int, other: int) -> dict[str, str]:
    found = Device.objects.filter(pk__in=(device, other)).in_bulk()
    return {name: str(found.get(each) or NO_NAME) for name, each in (("first", device), ("second", other))}
