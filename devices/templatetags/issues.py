"""The pill of a decision about an issue, and the address that names the issue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy

from devices.account_status.status import AccountStatus
from devices.issues.filters import STANDINGS, VENDOR, WOKEN
from devices.issues.sources import IssueKey
from devices.models import Standing
from devices.templatetags.cached import drawn_once
from devices.templatetags.ui import ago
from vendors.short_labels import short_word

register = template.Library()
register.filter("short_word", short_word)

LOOKS = {
    Standing.ACKNOWLEDGED.value: ("is-busy", "check", gettext_lazy("In progress. Reopens if it changes.")),
    Standing.SNOOZED.value: ("is-unknown", "alarm-clock", gettext_lazy("Reopens on its date, or earlier if it changes.")),
    Standing.MUTED.value: ("is-unknown", "bell-off", gettext_lazy("Known and accepted. Reopens if it changes.")),
    VENDOR: ("is-unknown", "bell-off", gettext_lazy("Muted, exempt or excluded in the vendor console.")),
    WOKEN: ("is-attention", "bell-ring", gettext_lazy("Acknowledged, snoozed or muted before.")),
}


@drawn_once(register, "ui/pill.html")
def decision(standing: str) -> dict[str, Any]:
    look, icon, title = LOOKS[standing]
    return {"look": look, "icon": icon, "word": STANDINGS[standing], "title": title}


@register.simple_tag
def account_name(account: AccountStatus) -> SafeString:
    """With the time of its last full sync, where its data is outdated."""
    if not account.outdated:
        return format_html('<span class="wrap">{}</span>', account.name)
    text = format_html(_as_of(get_language()), account=account.name, time=ago(account.complete_at))
    return format_html('<span class="wrap">{}</span>', text)


@register.simple_tag
def first_seen(since: datetime, told: bool) -> SafeString:
    """`told`: by the vendor; else the issue may be older."""
    return ago(since) if told else format_html(_or_earlier(get_language()), time=ago(since))


@cache
def _as_of(_language: str | None) -> str:
    return gettext("{account}, as of {time}")


@cache
def _or_earlier(_language: str | None) -> str:
    return gettext("{time} or earlier")


@register.filter
def of_record(addresses: Mapping[int, str], record: int) -> str:
    return addresses.get(record, "")


@register.filter
def and_item(query: str, named: IssueKey) -> str:
    """The query string of a list, with one of its issues."""
    return f"{query or '?'}{'&' if query else ''}{urlencode({'item': named.form_value})}"
