"""Where vendors contradict each other: which fields, how often, and who says what."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.queries.conditions import ANY
from devices.queries.disagreements import disagreements
from devices.queries.filters import DIFFERS
from devices.views.guard import needs


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """`field` narrows it; what is no field means any."""
    field = request.GET.get("field", ANY)
    field = field if field in DIFFERS else ANY
    found = disagreements(field, now=timezone.now(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "found": found,
        "field": field,
        "label": DIFFERS[field].lower(),
        "older": _address(field, after=found.page.older),
        "newer": _address(field, before=found.page.newer),
        "any": ANY,
    }
    return render(request, "devices/disagreements.html", context)


def _address(field: str, **place: str) -> str:
    """Of a neighbouring page; "" where there is none."""
    told = {name: value for name, value in place.items() if value}
    return "?" + urlencode(({} if field == ANY else {"field": field}) | told) if told else ""
