"""The list of everything that is wrong, and its file. Everything about it stands in its address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from devices import audit
from devices.export import blocks
from devices.issues_export import file_name, lines
from devices.queries.issue_filters import ALL, ISSUES, KINDS, OPEN
from devices.queries.issues import Found, every_issue, issue_page, matching
from devices.queries.part import known_groups, nobody
from devices.queries.sources import sources
from devices.views.guard import is_fragment, needs
from devices.views.issues_picking import written
from devices.views.person import person


@require_safe
@needs("view_issue")
def page(request: HttpRequest) -> HttpResponse:
    """The list; as a fragment only the results."""
    listing = ISSUES.read(request.GET.dict())
    found = matching(listing.filters, now=timezone.now())
    place = {name: value for name in ("after", "before") if (value := request.GET.get(name))}
    shown = issue_page(listing, found, **place)
    if place and not shown.rows and found.total.number:  # the last ones of this page were just decided about
        place, shown = {}, issue_page(listing, found)
    context = {
        "listing": listing,
        "filters": listing.filters,
        "chips": list(listing.chips()),
        "page": shown,
        "cut": found.cut,
        "older": listing.query_string(after=shown.older) if shown.older else "",
        "newer": listing.query_string(before=shown.newer) if shown.newer else "",
        "here": listing.query_string(**place),
        "list_url": reverse("devices:issues"),
        "undecided": listing.filters.standing == OPEN,
        "items": written([each.handle for each in shown.rows]),
        "everything": listing.filters.query_string(standing=ALL),
        # Only an empty page asks.
        "sources": SimpleLazyObject(sources),
        "nobody": SimpleLazyObject(lambda: nobody(listing.filters)),
    }
    if not is_fragment(request):
        return render(request, "devices/issues.html", context | {"choices": _choices(found)})
    answer = render(request, "devices/_issues.html", context)
    # The form sends every field; the address that people share has only what differs.
    answer["HX-Push-Url"] = request.path + listing.query_string(**place)
    return answer


@require_safe
@needs("export_device")
def export(request: HttpRequest) -> HttpResponseBase:
    """All pages of the list at this address. Refused where the list itself cannot say which issues it means."""
    listing, now = ISSUES.read(request.GET.dict()), timezone.now()
    found = matching(listing.filters, now=now)
    if found.cut:
        messages.error(request, f"“{listing.filters.q}” means too many issues: type more to narrow it down, then export.")
        return redirect(reverse("devices:issues") + listing.address)
    name, content = file_name(now=now), _nothing()
    if request.method != "HEAD":
        # Written first: what left is known even if the reader or this process dies on the way.
        filters = {"filters": listing.address or "what nobody has decided about"}
        audit.record("issues exported", actor=person(request), target=name, request=request, issues=_words(found), **filters)
        content = lines(every_issue(listing, found))
    answer = StreamingHttpResponse(blocks(content), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _nothing() -> Iterable[str]:
    return ()


def _words(found: Found) -> str:
    return f"{found.total.number:,}{'+' if found.total.more else ''}"


def _choices(found: Found) -> dict[str, Any]:
    options = {name: [pair for pair in kind.options.items() if pair[0] != kind.default] for name, kind in KINDS.items() if kind.options}
    names = sorted(proof.name for proof in found.accounts.values())
    return {**options, "account": [(name, name) for name in names], "groups": known_groups()}
