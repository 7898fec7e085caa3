"""The dashboard and its tile of coverage gaps."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.data_sources import DataSources
from devices.account_status.stale_sources import aged
from devices.account_status.status import account_statuses
from devices.conflicts.queries import count
from devices.coverage import tallies
from devices.dashboard.queries import headline, tiles
from devices.dashboard.trends import trends
from devices.device_list.conditions import ANY
from devices.issues.queries import undecided
from devices.possible_duplicates import queries as possible_duplicates
from devices.web.permissions import is_fragment, needs

COUNTED_AT_ONCE = 20_000  # devices: some 20 ms


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """Devices by status, and how complete the data is. The fragment reloads itself while a sync is running."""
    found = account_statuses(request)
    vendors, fragment, now = list(dict.fromkeys(each.vendor for each in found)), is_fragment(request), timezone.now()
    sources, numbers = DataSources(found), tiles(vendors)
    context = {
        "sources": sources,
        "headline": headline(numbers, sources),
        "tiles": numbers,
        # Of a large fleet a worker counts them. Until it has, they are counted after the page is shown.
        "gaps": tallies.gaps(found) if numbers.total.count <= COUNTED_AT_ONCE else tallies.stored_gaps(found),
        "differing": count(ANY),
        "duplicates": possible_duplicates.count(),
        "undecided": undecided(now, known=found),
        "aged": aged(found),
        "trends": None if fragment or not numbers.total.count else trends(vendors, now=now),  # the fragment keeps those of the page
    }
    return render(
        request, "devices/dashboard/_dashboard.html" if fragment else "devices/dashboard/dashboard.html", context | {"fragment": fragment}
    )


@require_safe
@needs("view_device")
def gaps(request: HttpRequest) -> HttpResponse:
    """The tile of coverage gaps, for a dashboard that was shown without their number."""
    if not is_fragment(request):
        return redirect("devices:coverage")
    return render(request, "devices/dashboard/_gaps_tile.html", {"gaps": tallies.gaps(account_statuses(request))})
