"""Pages and fragments of a device's notes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from devices.audit.request import act_of, person
from devices.device_detail import notes
from devices.device_detail.forms import NoteForm
from devices.device_detail.notes import may_delete_note
from devices.errors import ActionRefused
from devices.lists.ids import HIGHEST
from devices.lists.keyset import newest
from devices.models import Device, Note, User
from devices.web.devices import device_or_404
from devices.web.permissions import is_fragment, needs
from devices.web.ticket import query, ticket_of

BESIDE = 4  # notes on the device page; the page of notes has all
PAGE = 50


@require_safe
@needs("view_device")
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, device_or_404(pk))


@require_POST
@needs("annotate_device")
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """An invalid text stays in the form."""
    device, form = device_or_404(pk), NoteForm(request.POST)
    if not form.is_valid():
        again = {"problem": str(form.errors["text"][0]), "typed": str(form["text"].value() or "")}
        return _part(request, device, **again) if is_fragment(request) else _page(request, device, status=422, **again)
    notes.add(device, text=form.cleaned_data["text"], act=act_of(request))
    return _done(request, device, gettext("Note saved."))


@require_POST
@needs("view_device")
def delete_note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    device = device_or_404(pk)
    found = Note.objects.filter(pk=note, device=device).first() if note <= HIGHEST else None
    if found is None:
        raise Http404
    try:
        notes.delete_note(found, act=act_of(request))
    except ActionRefused as problem:
        if is_fragment(request):
            return _part(request, device, problem=problem.sentence)
        return _page(request, device, status=403, problem=problem.sentence)
    return _done(request, device, gettext("Note deleted."))


def beside(device: Device, reader: User, *, size: int = BESIDE, before: str = "", after: str = "") -> dict[str, Any]:
    """Context of `devices/device_detail/_notes.html`. One query."""
    found = newest(Note.objects.filter(device=device), size=size, before=before, after=after)
    return {"notes": found, "note_lines": [(note, may_delete_note(note, reader)) for note in found.rows]}


def _done(request: HttpRequest, device: Device, message: str) -> HttpResponse:
    if is_fragment(request):
        return _part(request, device, spoken=message)
    messages.success(request, message)
    return redirect(reverse("devices:detail", args=[device.pk]) + query(ticket=ticket_of(request)) + "#notes")


def _part(request: HttpRequest, device: Device, **context: str) -> HttpResponse:
    panel = {"device": device, **_ticket(request), **beside(device, person(request)), **context}
    return render(request, "devices/device_detail/_notes.html", panel)


def _page(request: HttpRequest, device: Device, *, status: int = 200, **context: str) -> HttpResponse:
    place = {name: request.GET.get(name, "") for name in ("before", "after")}
    shown = {"device": device, "whole": True, **_ticket(request), **beside(device, person(request), size=PAGE, **place), **context}
    found, ticket = shown["notes"], shown["ticket"]
    shown |= {"older": query(ticket=ticket, before=str(found.older or "")), "newer": query(ticket=ticket, after=str(found.newer or ""))}
    return render(request, "devices/device_detail/notes.html", shown, status=status)


def _ticket(request: HttpRequest) -> dict[str, str]:
    return {"ticket": ticket_of(request), "ticket_query": query(ticket=ticket_of(request))}
