"""Refreshing one device from its vendors: rows that workers take, polled until they end. No vendor is called from here."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from devices.audit.request import act_of
from devices.device_list.bulk_views import say_asked
from devices.lists.ids import HIGHEST
from devices.models import Device, SyncRun
from devices.sync import refresh
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

MOST_NUMBERS = 20


@dataclass(frozen=True, slots=True)
class RefreshProgress:
    """The syncs of one device. `poll`: the address of the next poll; empty: all have ended."""

    runs: list[SyncRun]
    refusals: list[str]
    poll: str
    fresh: bool  # they ended while the page was open, so it shows the values before


@require_POST
@needs("ask_device")
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Requests at the same time share one sync per account."""
    device, ticket = device_or_404(pk), ticket_of(request)
    asked = refresh.ask([device.pk], act=act_of(request), limited=True)
    if is_fragment(request):
        return _fragment(request, device, watched(device, asked.runs, ticket=ticket, refusals=asked.refusals, fresh=True))
    say_asked(request, asked, gettext("Results appear on this page."))
    return redirect(_page(device, ticket=ticket, runs=asked.runs))


@require_safe
@needs("view_device")
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page polls while syncs run; the last one loads the new values into the page."""
    device, ticket = device_or_404(pk), ticket_of(request)
    runs = refresh.under_way(refresh.questions([device.pk]), numbers=numbers_of(request) or [0])
    if not is_fragment(request):
        return redirect(_page(device, ticket=ticket, runs=runs))
    return _fragment(request, device, watched(device, runs, ticket=ticket, fresh=True))


def watched(device: Device, runs: list[SyncRun], *, ticket: str, refusals: list[str] | None = None, fresh: bool = False) -> RefreshProgress:
    going = any(run.active for run in runs)
    poll = reverse("devices:asked", args=[device.pk]) + query(asked=_numbers(runs), ticket=ticket) if going else ""
    return RefreshProgress(runs, refusals or [], poll, fresh and bool(runs) and not going)


def numbers_of(request: HttpRequest) -> list[int]:
    """`?asked=12,13`"""
    texts = request.GET.get("asked", "")[:400].split(",")[:MOST_NUMBERS]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 20]
    return [number for number in numbers if number <= HIGHEST]


def _fragment(request: HttpRequest, device: Device, seen: RefreshProgress) -> HttpResponse:
    ticket = ticket_of(request)
    return render(request, "devices/device_detail/_refresh.html", {"device": device, "watched": seen, "ticket_query": query(ticket=ticket)})


def _page(device: Device, *, ticket: str, runs: list[SyncRun]) -> str:
    return reverse("devices:detail", args=[device.pk]) + query(ticket=ticket, asked=_numbers(runs))


def _numbers(runs: list[SyncRun]) -> str:
    return ",".join(str(run.pk) for run in runs)
