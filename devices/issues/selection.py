"""Which issues a form means, and where the person came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from devices.device_list.selection import MATCHING, PAGE
from devices.errors import ActionRefused
from devices.issues.filters import ISSUES
from devices.issues.queries import MOST, every_issue, matching
from devices.issues.sources import IssueKey
from devices.lists.ids import HIGHEST
from devices.models import IssueKind
from devices.saved_views.list_request import read_listing
from devices.web.ticket import query, ticket_of
from vendors.parsing.normalise import UNSTORABLE

LONGEST_KEY = 255
LONGEST_ITEMS = 1_000_000  # characters: MOST issues with the longest keys


def picked(request: HttpRequest) -> dict[IssueKey, str]:
    """The ticked ones, those of the page, all that match, or those that an earlier form listed. Raises ActionRefused for too many.

    Beside each what it was when it was seen (`IssueRow.look`), "" where the form does not say.
    """
    if request.POST.get("which") == MATCHING:
        return _matching(request)
    texts = request.GET.getlist("item") if request.method != "POST" else request.POST.getlist("item")
    if request.POST.get("which") == PAGE or not texts:
        texts = _listed(request.POST.get("items", ""))
    return dict(_handles(texts[: MOST + 1]))


def written(handles: list[IssueKey]) -> str:
    """As a hidden field carries them."""
    return json.dumps(["-".join((each.kind, str(each.ref), each.key)) for each in handles])


def back_to(request: HttpRequest) -> str:
    """The device page, or the list with its filters and its page."""
    device = (request.POST.get("device") or request.GET.get("device") or "")[:20]
    if device.isascii() and device.isdigit() and int(device) <= HIGHEST:
        return reverse("devices:detail", args=[int(device)]) + query(ticket=ticket_of(request))
    return reverse("devices:issues") + here(request)


def here(request: HttpRequest) -> str:
    """The part of the address that says which list, and which page of it."""
    place = {name: request.GET.get(name, "") for name in ("after", "before")}
    return read_listing(request, ISSUES).query_string(**place)


def _matching(request: HttpRequest) -> dict[IssueKey, str]:
    listing = read_listing(request, ISSUES)
    if listing.unread:
        raise ActionRefused("The link asks for something that Rollcall does not know: narrow the list again, then decide.")
    found = matching(listing.filters, now=timezone.now())
    if found.cut or found.total.more:
        raise ActionRefused(f"That is more than {MOST:,} issues: narrow the list down, and decide part by part.")
    return {each.handle: "" for each in islice(every_issue(listing, found), MOST)}


def _listed(text: str) -> list[str]:
    try:
        found = json.loads(text) if 0 < len(text) <= LONGEST_ITEMS else []
    except (ValueError, RecursionError):
        return []
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _handles(texts: list[str]) -> Iterator[tuple[IssueKey, str]]:
    """`issue-17-CVE-2026-1` or `issue-17.3fa9c1b2-CVE-2026-1`; what is no handle is left out."""
    for text in texts:
        kind, _, rest = text.partition("-")
        middle, _, key = rest.partition("-")
        ref, _, look = middle.partition(".")
        number = int(ref) if ref.isascii() and ref.isdigit() and len(ref) < 20 else HIGHEST + 1
        if kind in IssueKind and number <= HIGHEST and len(key) <= LONGEST_KEY and not UNSTORABLE.search(key):
            yield IssueKey(kind, number, key), look
