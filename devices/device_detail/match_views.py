"""Match overrides: split a device, merge two, and reset to automatic matching."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of
from devices.device_detail.forms import MergeForm
from devices.lists.filters import clean_query
from devices.lists.ids import HIGHEST
from devices.lookup.results import hit
from devices.matching import overrides
from devices.matching.queries import override_text
from devices.models import Device, Ruling, Sighting
from devices.reconciliation.source_names import source_names
from devices.search.queries import search
from devices.web.confirm import Confirmation, decide, page_of
from devices.web.devices import device_or_404
from devices.web.permissions import needs
from devices.web.ticket import ticket_of

OFFERED = 20
REVERSIBLE = gettext_lazy("Later syncs keep this. You can reset to automatic matching on the device page.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def take_apart(request: HttpRequest, pk: int, sighting: int) -> HttpResponse:
    device = device_or_404(pk)
    leaving = get_object_or_404(Sighting.objects.select_related("account"), pk=min(sighting, HIGHEST), device=device)
    source = source_names(Sighting.objects.filter(device=device).select_related("account"), with_account=True)[leaving.pk].short
    names = {"source": source, "device": device, "name": leaving.name or leaving.external_id}
    decision = Confirmation(
        title=gettext("Split %(source)s from %(device)s") % names,
        effects=(
            gettext("The record “%(name)s” of %(source)s becomes a separate device, or joins another one by its identifiers.") % names,
            gettext("Notes, tags and activity stay with %(device)s. Nothing changes at the vendors.") % names,
            str(REVERSIBLE),
        ),
        button=gettext("Split"),
        done=gettext("%(source)s split. This is its device now.") % names,
        danger=True,
        tab="matching",
    )

    def carry_out(reason: str) -> int:
        return overrides.take_apart(
            leaving.pk,
            device=device.pk,
            reason=reason,
            act=act_of(request),
        )

    return decide(request, device, decision, carry_out)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge with another device: first a search (`q`), then the reason. `other`: the chosen device."""
    device = device_or_404(pk)
    form = MergeForm(request.POST if request.method == "POST" else request.GET)
    other: Device | None = form.cleaned_data["other"] if form.is_valid() else None
    if other is None or other.pk == device.pk:
        if form["other"].value():
            messages.error(request, gettext("Choose another device: this one no longer exists or is the same device."))
        return _candidates(request, device)
    names = {"first": _named(device), "second": _named(other)}
    decision = Confirmation(
        title=gettext("Merge %(first)s and %(second)s") % {"first": device, "second": other},
        effects=(
            gettext("All records of %(first)s and %(second)s are shown as one device with one status.") % names,
            gettext("The older device keeps its address. The other address redirects to it; notes, tags and activity are moved."),
            str(REVERSIBLE),
        ),
        button=gettext("Merge"),
        done=gettext("%(first)s and %(second)s merged.") % {"first": device, "second": other},
        hidden={"other": str(other.pk)},
        tab="matching",
    )

    def carry_out(reason: str) -> int:
        return overrides.link(
            device.pk,
            other.pk,
            reason=reason,
            act=act_of(request),
        )

    return decide(request, device, decision, carry_out)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("link_device")
def end_ruling(request: HttpRequest, pk: int, ruling: int) -> HttpResponse:
    device = device_or_404(pk)
    override = Ruling.objects.filter(pk=min(ruling, HIGHEST), ended_at=None).select_related("first", "second", "made_by").first()
    if override is None or device.pk not in (override.first.device_id, override.second.device_id):
        raise Http404
    names = {
        "decision": override_text(override, device.pk).sentence,
        "user": override.made_by or pgettext("merged or split by", "a deleted user"),
        "reason": override.reason,
    }
    decision = Confirmation(
        title=gettext("Reset %(device)s to automatic matching") % {"device": device},
        effects=(
            gettext("%(decision)s. User: %(user)s. Reason: %(reason)s") % names,
            gettext("Rollcall then decides by the reported data whether they are one device."),
        ),
        button=gettext("Reset"),
        done=gettext("Automatic matching restored."),
        tab="matching",
    )

    def carry_out(reason: str) -> int:
        overrides.end_ruling(override.pk, reason=reason, act=act_of(request))
        return Sighting.objects.values_list("device_id", flat=True).get(pk=override.first_id)

    return decide(request, device, decision, carry_out)


def _candidates(request: HttpRequest, device: Device) -> HttpResponse:
    term = clean_query(request.GET.get("q", ""))
    answer = search(term, limit=OFFERED + 1) if term else None
    hits = [hit(match, answer.clue, now=timezone.now()) for match in answer.matches if match.device["id"] != device.pk] if answer else []
    context = {
        "device": device,
        "term": term,
        "hits": hits[:OFFERED],
        "more": len(hits) > OFFERED,
        "ticket": ticket_of(request),
        "back": page_of(request, device.pk, tab="matching"),
    }
    return render(request, "devices/device_detail/merge.html", context)


def _named(device: Device) -> str:
    """With its serial, so that two devices of one name can be told apart."""
    names = {"device": device, "serial": device.serial}
    return gettext("%(device)s (serial %(serial)s)") % names if device.serial else str(device)
