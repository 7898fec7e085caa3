"""Installers for the selected coverage gaps: one form, and its links. Gaps are in the address, so no confirmation of identity loses them.

The links are shown only in the answer to the form. Where an installer must be created first, the page sends the form again until the
vendor has created it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of, person
from devices.errors import ActionRefused
from devices.models import Device
from devices.users.reauthentication import reauthenticated
from devices.web.dates import date_words, moment_words
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import ticket_of
from installers.handouts.forms import SendForm
from installers.handouts.group_links import GroupLink, LinkRequest, link_for_all, link_for_each
from installers.handouts.services import LinkLimits
from installers.models import Handout
from installers.register.selected_gaps import MOST, GapPlan, RefusedGap, create_missing, plan, read_gaps, without_waiting
from vendors.registry import label_of


@dataclass(frozen=True, slots=True)
class SentLink:
    """A link as the page shows it once."""

    url: str
    handout: Handout
    devices: Sequence[Device]
    letter: str

    @property
    def names(self) -> str:
        return ", ".join(map(str, self.devices))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("hand_out_installer")
@reauthenticated
def page(request: HttpRequest) -> HttpResponse:
    """`?gap=12-3&gap=14-3`: device 12 and device 14 at account 3."""
    gaps = read_gaps(request.GET.getlist("gap"))
    if not gaps or len(gaps) > MOST:
        return _no_selection(request, too_many=bool(gaps))
    user, now = person(request), timezone.now()
    key = _key(request)
    planned = plan(gaps, user, now=now, key=key)
    name = (
        gettext("Rollout %(date)s") % {"date": date_words(timezone.localtime(now))} if planned.to_create or request.POST.get("name") else ""
    )
    given = request.POST if request.method == "POST" else None
    form = SendForm(given, limits=LinkLimits.of(user), ticket=ticket_of(request), name=name)
    if form.is_valid():
        try:
            return _send(request, form, planned, key)
        except ActionRefused as refused:
            form.refuse(refused)
    context = {"form": form, "plan": planned, "key": key, "ordering": bool(planned.to_create)}
    return render(request, "installers/send.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, form: SendForm, planned: GapPlan, key: uuid.UUID) -> HttpResponse:
    planned = create_missing(planned, key=key, name=form.cleaned_data["name"], act=act_of(request))
    if request.POST.get("ready"):
        planned = without_waiting(planned)
    if planned.waiting:
        context = {"form": form, "plan": planned, "key": key}
        return render(request, "installers/_waiting.html" if is_fragment(request) else "installers/send_waiting.html", context)
    links, refused = _links(request, form, planned, key)
    context = {
        "links": links,
        "refused": [*planned.refused, *refused],
        "ticket": ticket_of(request),
        "devices": sum(len(each.devices) for each in links),
        "everything": "\n".join(f"{each.names}\t{each.url}" for each in links),
    }
    answer = render(request, "installers/_sent.html" if is_fragment(request) else "installers/sent.html", context)
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "no-store"
    return answer


def _links(request: HttpRequest, form: SendForm, planned: GapPlan, key: uuid.UUID) -> tuple[list[SentLink], list[RefusedGap]]:
    """One installer after the other: one that cannot be shared any more does not stop the others."""
    act, for_all = act_of(request), form.cleaned_data["links"] == SendForm.ALL
    asked = LinkRequest(str(key), form.terms, form.cleaned_data["recipient"])
    form.limits.check(asked.terms)
    found: list[SentLink] = []
    refused: list[RefusedGap] = []
    with transaction.atomic():
        for first, _number in planned.kinds:
            devices = [each.device for each in planned.fitting if each.kind == first.kind]
            if first.installer is None:
                continue
            try:
                made = (
                    [link_for_all(first.installer, devices, asked=asked, act=act)]
                    if for_all
                    else link_for_each(first.installer, devices, asked=asked, act=act)
                )
            except ActionRefused as problem:
                if problem.field:
                    raise
                refused += [RefusedGap(str(device), first.status.name, problem.sentence) for device in devices]
            else:
                found += [_shown(request, link, first.status.vendor) for link in made]
    return found, refused


def _shown(request: HttpRequest, link: GroupLink, vendor: str) -> SentLink:
    url = request.build_absolute_uri(reverse("short_link", args=[link.token.reveal()]))
    names = ", ".join(map(str, link.devices))
    until = moment_words(timezone.localtime(link.handout.expires_at)) if link.handout.expires_at else ""
    letter = gettext(
        "Please install %(vendor)s on %(devices)s.\n\nOpen this link on the device and run the downloaded installer:\n%(link)s\n\n"
        "The link is valid until %(until)s."
    )
    return SentLink(url, link.handout, link.devices, letter % {"vendor": label_of(vendor), "devices": names, "link": url, "until": until})


def _no_selection(request: HttpRequest, *, too_many: bool) -> HttpResponse:
    text = gettext("Select gaps in the table first.")
    if too_many:
        text = gettext("More than %(most)s gaps selected. Select fewer.") % {"most": number_format(MOST)}
    messages.error(request, text)
    return redirect("devices:coverage")


def _key(request: HttpRequest) -> uuid.UUID:
    """Of the form that was sent, or of a new one."""
    try:
        return uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return uuid.uuid4()
