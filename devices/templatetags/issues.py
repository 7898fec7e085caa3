"""How a decision about an issue looks, and the address that names the issue."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template

from devices.issues.filters import STANDINGS, VENDOR, WOKEN
from devices.issues.sources import IssueKey
from devices.models import Standing
from devices.templatetags.cached import drawn_once
from vendors.short_labels import short_word

register = template.Library()
register.filter("short_word", short_word)

LOOKS = {
    Standing.ACKNOWLEDGED.value: ("is-busy", "check", "Somebody is on it."),
    Standing.SNOOZED.value: ("is-unknown", "alarm-clock", "Shows again on its day, or when it changes."),
    Standing.MUTED.value: ("is-unknown", "bell-off", "Known and accepted; shows again when it changes."),
    VENDOR: ("is-unknown", "bell-off", "Muted, exempt or excluded at the vendor, not here."),
    WOKEN: ("is-attention", "bell-ring", "Somebody had decided about it; that has ended."),
}


@drawn_once(register, "ui/pill.html")
def decision(standing: str) -> dict[str, Any]:
    look, icon, title = LOOKS[standing]
    return {"look": look, "icon": icon, "word": "Muted by vendor" if standing == VENDOR else STANDINGS[standing], "title": title}


@register.filter
def and_item(query: str, named: IssueKey) -> str:
    """The query string of a list, with one issue of it."""
    return f"{query or '?'}{'&' if query else ''}{urlencode({'item': named.form_value})}"
