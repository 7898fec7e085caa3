"""How installers look: their state as a pill, and the time that is left."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from installers.models import Installer, Standing
from installers.register.filters import SOON
from installers.register.status_text import InstallerStatusText, countdown, status_text

register = template.Library()


@register.filter
def told(installer: Installer) -> InstallerStatusText:
    return status_text(installer, now=timezone.now())


@register.filter
def left(installer: Installer) -> str:
    """Until its end, in words; nothing for what has none, or has none any more."""
    at = installer.expires_at if installer.standing in (Standing.READY, Standing.EXPIRED) else None
    return countdown(at, now=timezone.now()) if at else ""


@register.inclusion_tag("ui/pill.html")
def standing_pill(installer: Installer) -> dict[str, Any]:
    said = told(installer)
    return {"look": f"is-{said.look}", "icon": said.icon, "word": said.word, "title": said.sentence}


@register.inclusion_tag("installers/_expiry.html")
def ends(installer: Installer) -> dict[str, Any]:
    """The end of its life, and how long that is; marked when it is near and there is something to lose."""
    now, at = timezone.now(), installer.expires_at
    near = installer.standing == Standing.READY and at is not None and now < at <= now + SOON
    return {"at": at, "left": left(installer), "near": near}
