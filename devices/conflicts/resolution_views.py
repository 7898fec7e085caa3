"""Resolving a data conflict of a device, and reopening it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from devices.audit.request import act_of
from devices.conflicts import services
from devices.conflicts.forms import SourceForm
from devices.errors import ActionRefused
from devices.lists.ids import HIGHEST
from devices.models import Device, Sighting
from devices.reconciliation.conflicts import FIELDS, word
from devices.reconciliation.source_names import source_names
from devices.web.confirm import Confirmation, decide, page_of
from devices.web.devices import device_or_404
from devices.web.permissions import needs

UNTIL = gettext_lazy("Applies until a vendor reports another value or a user reopens the conflict.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("settle_device")
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """`field` of the device, and the `sighting` that is its source."""
    device = device_or_404(pk)
    form = SourceForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid() or form.cleaned_data["sighting"].device_id != device.pk:
        raise Http404
    field: str = form.cleaned_data["field"]
    source: Sighting = form.cleaned_data["sighting"]

    def carry_out(reason: str) -> int:
        services.override_field(
            device.pk,
            field=field,
            sighting=source.pk,
            reason=reason,
            act=act_of(request),
        )
        return device.pk

    return decide(request, device, _confirmation(device, field, source), carry_out)


@require_POST
@needs("settle_device")
def remove_override(request: HttpRequest, pk: int, settlement: int) -> HttpResponse:
    device = device_or_404(pk)
    number = min(settlement, HIGHEST)
    try:
        field = services.remove_override(number, device=device.pk, act=act_of(request))
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, gettext("%(field)s: conflict reopened. The default source applies again.") % {"field": FIELDS[field]})
    return redirect(page_of(request, device.pk, tab="matching"))


def _confirmation(device: Device, field: str, source: Sighting) -> Confirmation:
    hidden = {"field": field, "sighting": str(source.pk)}
    value, shown = word(source, field), word(device, field)
    names = {
        "device": device,
        "field": FIELDS[field],
        "source": _name(source),
        "account": source.account.name,
        "value": value,
        "other": shown,
    }
    if value == shown:
        effect = gettext("“%(value)s” (%(account)s) is shown everywhere, also in lists and searches.") % names
    else:
        effect = gettext("“%(value)s” (%(account)s) is shown instead of “%(other)s”, also in lists and searches.") % names
    return Confirmation(
        title=gettext("%(field)s of %(device)s: use %(source)s") % names,
        effects=(effect, str(UNTIL)),
        button=gettext("Use this source"),
        done=gettext("%(field)s is now taken from %(source)s.") % names,
        hidden=hidden,
        tab="matching",
    )


def _name(source: Sighting) -> str:
    return source_names(Sighting.objects.filter(device=source.device_id).select_related("account"))[source.pk].short
