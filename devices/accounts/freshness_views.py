"""When each vendor's word grows old: one small form a vendor."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of
from devices.errors import ActionRefused
from devices.models import Threshold
from devices.reconciliation import freshness
from devices.reconciliation.freshness import Limits, age_words, by_vendor, read_age
from devices.web.permissions import needs
from vendors.registry import VENDORS

FIELDS = {"live": "Online if seen within", "stale": "Stale after", "unseen": "Inactive after"}
LONGEST = 40


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """`fields`: (name, label, what the box holds, the vendor's own number). `problem` is about `wrong`, "" for all three."""

    slug: str
    label: str
    fields: list[tuple[str, str, str, str]]
    own: Threshold | None
    problem: str = ""
    wrong: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("manage_threshold")
def page(request: HttpRequest) -> HttpResponse:
    problem, slug = None, ""
    if request.method == "POST":
        slug = request.POST.get("vendor", "")
        if slug not in VENDORS:
            raise Http404
        try:
            return _save(request, slug)
        except ActionRefused as bad:
            problem = bad
    lines = _lines(request, slug, problem)
    return render(request, "devices/accounts/thresholds.html", {"lines": lines}, status=422 if problem else 200)


def _save(request: HttpRequest, slug: str) -> HttpResponse:
    back = request.POST.get("action") == "back"
    wanted = by_vendor(slug) if back else Limits(**{name: read_age(request.POST.get(name, ""), field=name) for name in FIELDS})
    freshness.change(slug, wanted, act=act_of(request))
    whose = "the vendor's own numbers count again" if wanted == by_vendor(slug) else "the new numbers count from now on"
    messages.success(request, f"{VENDORS[slug].label}: {whose}. Devices are marked anew within a minute.")
    return redirect("devices:thresholds")


def _lines(request: HttpRequest, slug: str, problem: ActionRefused | None) -> list[ThresholdRow]:
    own = {each.vendor: each for each in Threshold.objects.all()}
    now = freshness.limits()
    lines = []
    for vendor in VENDORS.values():
        bad = problem if vendor.slug == slug else None
        fields = []
        for name, label in FIELDS.items():
            held = request.POST.get(name, "")[:LONGEST] if bad else age_words(getattr(now[vendor.slug], name))
            fields.append((name, label, held, age_words(getattr(by_vendor(vendor.slug), name))))
        wrong = (bad.sentence, bad.field) if bad else ("", "")
        theirs = now[vendor.slug] == by_vendor(vendor.slug)
        lines.append(ThresholdRow(vendor.slug, vendor.label, fields, None if theirs else own.get(vendor.slug), *wrong))
    return lines
