"""Patching by application."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.views.guard import is_fragment, needs
from patching.filters import PATCH_KINDS, TELLING
from patching.queries.title import of_title
from patching.queries.titles import SHAPE, one_title, title_page


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """All of them; as a fragment only the results."""
    listing = SHAPE.read(request.GET)
    found = title_page(listing, now=timezone.now(), after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context = {
        "what": "applications",
        "one": "application",
        "list_url": reverse("patching:titles"),
        "listing": listing,
        "filters": listing.filters,
        "chips": list(listing.chips()),
        "page": found,
        "older": listing.query_string(after=found.older) if found.older else "",
        "newer": listing.query_string(before=found.newer) if found.newer else "",
        "choices": {"kind": list(PATCH_KINDS.items()), "vendor": list(TELLING.items())},
    }
    if not is_fragment(request):
        return render(request, "patching/titles.html", context)
    answer = render(request, "patching/_titles.html", context)
    place = {name: value for name in ("after", "before") if (value := request.GET.get(name))}
    answer["HX-Push-Url"] = request.path + listing.query_string(**place)
    return answer


@require_safe
@needs("view_device")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    title = one_title(pk)
    if title is None:
        raise Http404
    return render(request, "patching/title.html", {"found": of_title(title, now=timezone.now()), "title": title})
