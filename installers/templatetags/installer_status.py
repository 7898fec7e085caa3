"""Installers in templates: status as a pill, and time until they expire."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from installers.models import Installer, Standing
from installers.register.filters import SOON
from installers.register.status_text import InstallerStatusText, countdown, status_text

register = template.Library()


@register.filter
def status_of(installer: Installer) -> InstallerStatusText:
    return status_text(installer, now=timezone.now())


@register.filter
def left(installer: Installer) -> str:
    """Time until it expires, as text; empty without an end, or where its end no longer matters."""
    at = installer.expires_at if installer.standing in (Standing.READY, Standing.EXPIRED) else None
    return countdown(at, now=timezone.now()) if at else ""


@register.inclusion_tag("ui/pill.html")
def standing_pill(installer: Installer) -> dict[str, Any]:
    text = status_of(installer)
    return {"look": f"is-{text.look}", "icon": text.icon, "word": text.label, "title": text.sentence}


@register.inclusion_tag("installers/_expiry.html")
def ends(installer: Installer) -> dict[str, Any]:
    """Time until it expires; marked when a ready installer expires soon."""
    now, at = timezone.now(), installer.expires_at
    near = installer.standing == Standing.READY and at is not None and now < at <= now + SOON
    return {"at": at, "left": left(installer), "near": near}
