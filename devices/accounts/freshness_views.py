"""Staleness thresholds of all vendors, saved together."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from devices.accounts.action_forms import ThresholdForm, ThresholdReset
from devices.audit.context import actor_label
from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.models import Threshold
from devices.reconciliation import freshness
from devices.reconciliation.freshness import by_vendor
from devices.web.permissions import needs
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One vendor. `own`: thresholds that an administrator set; None: the defaults apply."""

    slug: str
    form: ThresholdForm
    own: Threshold | None

    @property
    def changed_by(self) -> str:
        return actor_label(self.own.changed_by_name) if self.own else ""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_threshold")
def page(request: HttpRequest) -> HttpResponse:
    rows = _rows(request.POST if request.method == "POST" and "reset" not in request.POST else None)
    if request.method == "POST":
        if "reset" in request.POST:
            return _reset(request)
        if all(row.form.is_valid() for row in rows) and _save(request, rows):
            return redirect("devices:thresholds")
    return render(request, "devices/accounts/thresholds.html", {"rows": rows}, status=422 if request.method == "POST" else 200)


def _reset(request: HttpRequest) -> HttpResponse:
    form = ThresholdReset(request.POST)
    if not form.is_valid():
        raise Http404
    slug = form.cleaned_data["reset"]
    freshness.change(slug, by_vendor(slug), act=act_of(request))
    text = gettext("%(vendor)s: thresholds reset to default. Devices are updated within a minute.")
    messages.success(request, text % {"vendor": VENDORS[slug].label})
    return redirect("devices:thresholds")


def _save(request: HttpRequest, rows: list[ThresholdRow]) -> bool:
    """All vendors or none; the form of a refused one then says why."""
    act = act_of(request)
    with transaction.atomic():
        for row in rows:
            try:
                freshness.change(row.slug, row.form.limits, act=act)
            except ActionRefused as refused:
                row.form.add_error(None, refused.sentence)
        refusals = any(row.form.errors for row in rows)
        transaction.set_rollback(refusals)
    if not refusals:
        messages.success(request, gettext("Thresholds saved. Devices are updated within a minute."))
    return not refusals


def _rows(data: QueryDict | None) -> list[ThresholdRow]:
    own = {each.vendor: each for each in Threshold.objects.all()}
    limits = freshness.limits()
    rows = []
    for slug in VENDORS:
        default, held = by_vendor(slug), limits[slug]
        changed = None if held == default else own.get(slug)
        rows.append(ThresholdRow(slug, ThresholdForm(slug, held, default=default if changed else None, data=data), changed))
    return rows
