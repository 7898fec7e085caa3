"""Staleness thresholds: one form per vendor."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from devices.accounts.action_forms import ThresholdForm, ThresholdTarget
from devices.audit.context import actor_label
from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.models import Threshold
from devices.reconciliation import freshness
from devices.reconciliation.freshness import Limits, by_vendor
from devices.web.permissions import needs
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One vendor. `own`: thresholds that an administrator set; None: the defaults apply."""

    slug: str
    label: str
    form: ThresholdForm
    own: Threshold | None

    @property
    def changed_by(self) -> str:
        return actor_label(self.own.changed_by_name) if self.own else ""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_threshold")
def page(request: HttpRequest) -> HttpResponse:
    wrong: tuple[str, ThresholdForm] | None = None
    if request.method == "POST":
        target = ThresholdTarget(request.POST)
        if not target.is_valid():
            raise Http404
        slug = target.cleaned_data["vendor"]
        if target.cleaned_data["action"] == "back":
            return _saved(request, slug, by_vendor(slug))
        form = ThresholdForm(slug, freshness.of(slug), data=request.POST)
        if form.is_valid():
            try:
                return _saved(request, slug, form.limits)
            except ActionRefused as refused:
                form.add_error(None, refused.sentence)
        wrong = slug, form
    return render(request, "devices/accounts/thresholds.html", {"lines": _lines(wrong)}, status=422 if wrong else 200)


def _saved(request: HttpRequest, slug: str, wanted: Limits) -> HttpResponse:
    """Raises ActionRefused."""
    freshness.change(slug, wanted, act=act_of(request))
    text = gettext("%(vendor)s: thresholds saved. Devices are updated within a minute.")
    if wanted == by_vendor(slug):
        text = gettext("%(vendor)s: thresholds reset to default. Devices are updated within a minute.")
    messages.success(request, text % {"vendor": VENDORS[slug].label})
    return redirect("devices:thresholds")


def _lines(wrong: tuple[str, ThresholdForm] | None) -> list[ThresholdRow]:
    """`wrong`: a vendor, and its form with errors."""
    own = {each.vendor: each for each in Threshold.objects.all()}
    limits = freshness.limits()
    lines = []
    for slug, vendor in VENDORS.items():
        default, held = by_vendor(slug), limits[slug]
        changed = None if held == default else own.get(slug)
        form = wrong[1] if wrong and wrong[0] == slug else ThresholdForm(slug, held, default=default if changed else None)
        lines.append(ThresholdRow(slug, vendor.label, form, changed))
    return lines
