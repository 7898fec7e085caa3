"""Creating an installer. The URL holds the key of the request, so the back button, a second tab and a second click find the same one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from devices.audit.request import act_of, person
from devices.errors import ActionRefused
from devices.web.permissions import needs
from devices.web.ticket import query, ticket_of
from installers.models import Installer
from installers.orders import services
from installers.register import queries
from installers.register.forms import AccountForm, InstallerForm, initial_options
from installers.register.queries import InstallerSource, makers
from installers.views.request_context import device_for, purpose_query
from vendors.installer_api import InstallerOptions

PRESETS = {"purpose": "purpose", "family": "os", "language": "language", "group": "group"}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("create_installer")
def new(request: HttpRequest) -> HttpResponse:
    """Initial values in the URL: account, os, language, group, purpose, device, ticket, and `from`: the id of an installer to copy."""
    known = makers()
    model = _model(request)
    maker = _chosen(request, known, model)
    if maker is None or maker.offer is None:
        able, others = [each for each in known if each.able], [each for each in known if not each.able]
        return render(request, "installers/choose.html", {"able": able, "others": others, "kept": _kept(request, account="")})
    if request.method == "POST":
        return _order(request, maker, known)
    key = _key(request)
    if key is None:
        return redirect(f"{request.path}?{_kept(request, key=str(services.new_key()), account=maker.account.name)}")
    if (before := Installer.objects.defer("link").filter(request_key=key).first()) is not None:
        context = {"before": before, "again": _kept(request, key=""), "purpose_query": purpose_query(request)}
        return render(request, "installers/already_created.html", context)
    initial = _presets(request, maker.offer, model) | {"request_key": key, "account": maker.account.name}
    return _form(request, InstallerForm(maker.account, maker.offer, initial=initial), known)


def _order(request: HttpRequest, maker: InstallerSource, known: Sequence[InstallerSource]) -> HttpResponse:
    if maker.offer is None:
        raise TypeError("the vendor creates no installers")
    form = InstallerForm(maker.account, maker.offer, request.POST)
    if form.is_valid():
        act = replace(act_of(request), ticket=form.cleaned_data["ticket"])
        try:
            made = services.order(maker.account, key=form.key, wish=form.wish, act=act)
        except ActionRefused as refused:
            form.refuse(refused)
        else:
            return redirect(reverse("installers:detail", args=[made.pk]) + purpose_query(request))
    return _form(request, form, known)


def _form(request: HttpRequest, form: InstallerForm, known: Sequence[InstallerSource]) -> HttpResponse:
    others = [each for each in known if each.account.pk != form.at.pk]
    context = {"form": form, "others": others, "device": device_for(request), "ticket_query": query(ticket=ticket_of(request))}
    return render(request, "installers/new.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest, known: Sequence[InstallerSource], model: Installer | None) -> InstallerSource | None:
    """The account in the form or URL, that of the model, or the only one."""
    form = AccountForm(request.POST if request.method == "POST" else request.GET)
    name = form.cleaned_data["account"] if form.is_valid() else ""
    name = name or (model.account.name if model else "")
    able = [each for each in known if each.able]
    if not name and len(able) == 1:
        return able[0]
    return next((each for each in able if each.account.name == name), None)


def _model(request: HttpRequest) -> Installer | None:
    text = request.GET.get("from", "")
    usable = text.isascii() and text.isdecimal() and len(text) < 20
    return queries.one(person(request), int(text)) if usable else None


def _presets(request: HttpRequest, offer: InstallerOptions, model: Installer | None) -> dict[str, Any]:
    wish = queries.successor(model) if model is not None else None
    named = {name: request.GET[key] for name, key in PRESETS.items() if request.GET.get(key)}
    return initial_options(offer, wish=wish, named=named) | {"ticket": ticket_of(request)}


def _key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("key", ""))
    except ValueError:
        return None


def _kept(request: HttpRequest, **more: str) -> str:
    """The query of the URL with `more`, without empty values."""
    kept = request.GET.copy()
    for name, value in more.items():
        kept.pop(name, None)
        if value:
            kept[name] = value
    return kept.urlencode()
