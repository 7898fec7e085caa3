"""The coverage page: shares of covered devices, the matrix of devices and accounts, and its files."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from devices.account_status.stale_sources import aged
from devices.account_status.status import AccountStatus, account_statuses
from devices.audit.export import no_file, table_file
from devices.coverage import tallies
from devices.coverage.export import file_table
from devices.coverage.filters import CoverageFilters, matrix_for
from devices.coverage.panels import panels
from devices.coverage.queries import all_gaps
from devices.coverage.rows import matrix_page
from devices.coverage.states import CoverageState
from devices.coverage.trend import Trend, coverage_trend
from devices.device_list.fleet_filters import known_groups
from devices.lists.file_table import file_name
from devices.saved_views.list_page import answer, place, turned
from devices.saved_views.list_request import read_listing, viewed
from devices.trends.days import day_of
from devices.trends.measures import Measure
from devices.trends.queries import SeriesKey, read_series
from devices.web.permissions import is_fragment, needs


@require_safe
@needs("view_device")
def page(request: HttpRequest) -> HttpResponse:
    """Shares and matrix; with filters, and as a fragment, the matrix alone."""
    look = viewed(request, matrix_for(request.user))
    known, filters = account_statuses(request), look.listing.filters
    rows = matrix_page(look.listing, known, now=timezone.now(), **place(request))
    context = turned(look, rows) | {
        "columns": filters.columns(known),
        "covers": list(CoverageState),
        "status": _one(filters, known),
        "cover": CoverageState(filters.cover) if filters.cover else None,
        "aged": aged(known),
        "known": known,
        "export_name": "devices:coverage_file",
        "may_export": request.user.has_perm("devices.export_device"),
        "can_pick": request.user.has_perm("installers.hand_out_installer"),
    }
    if not filters.narrowed and not is_fragment(request):
        context |= _shares(known, filters)
    templates = {"results": "devices/coverage/_results.html", "page": "devices/coverage/page.html"}
    return answer(request, context, **templates, choices=partial(_choices, known), at=place(request))


@require_safe
@needs("view_device")
def part(request: HttpRequest, code: str) -> HttpResponse:
    """One panel with all its parts, of which the page shows the first."""
    known, filters = account_statuses(request), matrix_for(request.user).filters()
    tally = tallies.current(known)
    every = panels(tally, known, filters, most=None) if tally and known else []
    panel = next((each for each in every if each.code == code), None)
    if panel is None:
        raise Http404
    template = "devices/coverage/_parts.html" if is_fragment(request) else "devices/coverage/parts.html"
    return render(request, template, {"panel": panel, "known": known, "tally": tally, "list_url": reverse("devices:coverage")})


@require_safe
@needs("export_device")
def matrix_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """All pages of the matrix, with the same filters and order."""
    listing, known = read_listing(request, matrix_for(request.user)), account_statuses(request)
    if listing.unread:
        return no_file(request, reverse("devices:coverage"))
    name = file_name("coverage", now=timezone.now())
    table = partial(file_table, listing, known)
    return table_file(request, name, form, table, list_url=reverse("devices:coverage"), action="export", filters=listing.whole)


@require_safe
@needs("view_device")
def devices(request: HttpRequest) -> HttpResponse:
    """The former address of the devices behind a number: the matrix with this filter."""
    wanted = {name: request.GET[name] for name in ("account", "cover", "q") if request.GET.get(name)}
    return HttpResponsePermanentRedirect(reverse("devices:coverage") + (f"?{urlencode(wanted)}" if wanted else ""))


def _one(filters: CoverageFilters, known: list[AccountStatus]) -> AccountStatus | None:
    """The account of which a state is listed."""
    return next((each for each in known if each.name == filters.account), None) if filters.cover else None


def _shares(known: list[AccountStatus], filters: CoverageFilters) -> dict[str, Any]:
    tally = tallies.current(known)
    if tally is None or not known:
        return {"tally": tally}
    rows = tally.accounts(known)
    return {
        "tally": tally,
        "devices": tally.devices(),
        "gaps": all_gaps(rows),
        "accounts": rows,
        "panels": panels(tally, known, filters),
        "trend": _trend(known),
    }


def _trend(known: list[AccountStatus]) -> Trend:
    """Of 90 days. Two queries."""
    vendors = dict.fromkeys(each.vendor for each in known if each.about)
    return coverage_trend(read_series([SeriesKey(Measure.COVERAGE, vendor) for vendor in vendors], today=day_of(timezone.now())))


def _choices(known: list[AccountStatus]) -> dict[str, Any]:
    options = {name: list(kind.options.items()) for name, kind in CoverageFilters.kinds.items() if kind.options}
    vendors = {each.vendor for each in known}
    options["vendor"] = [(slug, label) for slug, label in options["vendor"] if slug in vendors]
    return {**options, "account": [(each.name, each.name) for each in known], "group": known_groups()}
