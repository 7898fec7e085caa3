"""How facts look: states, times, identifiers, numbers. Loaded into every template (settings: builtins)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from devices.account_status.alerts import SystemAlerts, troubles
from devices.account_status.status import account_statuses
from devices.account_status.text import LOOKS, Code
from devices.models import Life
from devices.reconciliation.freshness import Freshness
from devices.templatetags.cached import drawn_once
from vendors.parsing.times import implausible
from vendors.registry import label_of, makes_installers_for, short_label_of
from vendors.states import Family, IdKind, State

register = template.Library()

ICONS = {
    State.OK: "circle-check",
    State.ATTENTION: "triangle-alert",
    State.CRITICAL: "octagon-alert",
    State.UNKNOWN: "circle-question-mark",
}
LIFE_LOOKS = {
    Life.SEEN: ("is-ok", "circle-check", "Its vendor lists it."),
    Life.MISSING: ("is-attention", "eye-off", "The last complete list does not have it."),
    Life.GONE: ("is-unknown", "ghost", "Two complete lists in a row do not have it."),
    Life.RETIRED: ("is-unknown", "archive", "Taken out of use by a person."),
}
FRESHNESS_LOOKS = {
    Freshness.LIVE: ("is-ok", "radio", "The device reported lately."),
    Freshness.AGEING: ("is-attention", "clock", "The device has not reported for longer than usual; it still counts."),
    Freshness.STALE: ("is-unknown", "clock-alert", "The device has not reported for too long: not counted in the verdict."),
    Freshness.UNSEEN: ("is-unknown", "unplug", "The device has not reported for so long that it is probably out of use."),
}
UNITS = ((60, 1, "s"), (3600, 60, "min"), (2 * 86400, 3600, "h"), (60 * 86400, 86400, "days"))


def age_words(at: datetime, *, now: datetime) -> str:
    """As "3 h ago"; older than 60 days: the date. static/js/rollcall.js keeps the same words fresh in the browser."""
    seconds = (now - at).total_seconds()
    if seconds < 45:
        return "just now"
    for below, size, unit in UNITS:
        if seconds < below:
            return f"{max(1, int(seconds // size))} {unit} ago"
    return f"{at:%Y-%m-%d}"


@register.simple_tag(name="troubles", takes_context=True)
def _troubles(context: template.Context) -> SystemAlerts:
    """Asked by the frame of every page, so that none can forget it."""
    return troubles(account_statuses(context["request"]))


@register.simple_tag
def ago(at: datetime | None, never: str = "never") -> SafeString:
    if at is None:
        return format_html('<span class="soft">{}</span>', never)
    now = timezone.now()
    moment = at.isoformat()
    absolute = f"{at.astimezone(timezone.get_current_timezone()):%Y-%m-%d %H:%M:%S %Z}"
    if implausible(at, now=now):
        text = '<time datetime="{}" title="{}: in the future or long past, so a clock is wrong">implausible time</time>'
        return format_html(text, moment, absolute)
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', moment, absolute, age_words(at, now=now))


@drawn_once(register, "ui/pill.html")
def state_pill(state: str, raw: str = "", silenced: bool = False, large: bool = False) -> dict[str, Any]:
    """`raw` is the vendor's own word, shown on hover; a state that no table knows is UNKNOWN."""
    known = State.known(state)
    title = f"The vendor says: {raw}" if raw else ""
    if silenced:
        title = f"Muted by vendor. {title}".strip()
    return {
        "look": f"is-{known.value}",
        "icon": "bell-off" if silenced else ICONS[known],
        "word": known.label,
        "title": title,
        "silenced": silenced,
        "large": large,
    }


@drawn_once(register, "ui/pill.html")
def life_pill(life: str, large: bool = False) -> dict[str, Any]:
    known = Life(life) if life in Life else Life.SEEN
    look, icon, title = LIFE_LOOKS[known]
    return {"look": look, "icon": icon, "word": known.label, "title": title, "large": large}


@drawn_once(register, "ui/pill.html")
def freshness_pill(freshness: str) -> dict[str, Any]:
    """How lately the device reported to its vendor, as the vendor's thresholds say."""
    look, icon, title = FRESHNESS_LOOKS[Freshness(freshness)]
    return {"look": look, "icon": icon, "word": Freshness(freshness).label, "title": title}


@drawn_once(register, "ui/pill.html")
def account_status(code: str, account: str) -> dict[str, Any]:
    """The status of the account of this name. Every place that shows one shows it so: a page is checked by the pill's data attributes."""
    known = Code(code)
    label, severity, icon = LOOKS[known]
    return {"look": f"is-{severity}", "icon": icon, "word": label, "title": "", "status": known.value, "account": account}


@drawn_once(register, "ui/pill.html")
def pill(word: str, look: str = "unknown", icon: str = "info", title: str = "") -> dict[str, Any]:
    """Any other word. `look`: ok, attention, critical, unknown or busy; `icon`: a lucide name."""
    return {"look": f"is-{look}", "icon": icon, "word": word, "title": title}


@register.inclusion_tag("ui/copy.html")
def copy(value: str, label: str, mono: bool = True) -> dict[str, Any]:
    """The value with a button that copies it and says so; "—" when there is none."""
    return {"value": value, "label": label, "mono": mono}


@register.inclusion_tag("ui/tile.html")
def tile(number: int, label: str, url: str, state: str = "", *, note: str = "", icon: str = "") -> dict[str, Any]:
    """A number that links to the list it counts."""
    icon = ICONS[State(state)] if state else icon
    return {"number": number, "label": label, "url": url, "state": state, "icon": icon, "note": note}


@register.inclusion_tag("ui/empty.html")
def empty_state(icon: str, title: str, text: str = "", *, url: str = "", action: str = "", main: bool = True) -> dict[str, Any]:
    """Why there is nothing here, and what to do. `main` False makes the action a plain button."""
    return {"icon": icon, "title": title, "text": text, "url": url, "action": action, "main": main}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int | None, label: str, words: str = "") -> dict[str, Any]:
    """A bar with its words; without a known total it only says that work goes on."""
    return {"done": min(done, total) if total else done, "total": total, "label": label, "words": words}


register.filter("vendor_label", label_of)
register.filter("vendor_short", short_label_of)
register.filter("makes_installers_for", makes_installers_for)


@register.filter
def id_label(kind: str) -> str:
    found = IdKind.of(kind)
    return found.label if found else kind.replace("_", " ").capitalize()


@register.filter
def family_label(family: str) -> str:
    return Family.labelled(family)


@register.filter
def either(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@register.filter
def breakable(text: str) -> SafeString:
    """`DOMAIN\\user` and `user@domain` may break into two lines there."""
    return mark_safe(escape(text).replace("\\", "\\<wbr>").replace("@", "@<wbr>"))  # noqa: S308 (escaped first)


@register.filter
def intcomma(number: int) -> str:
    return f"{number:,}"


@register.filter
def plural(number: int, words: str) -> str:
    """`{{ 2|plural:"device,devices" }}` is "2 devices"."""
    one, many = words.split(",")
    return f"{number:,} {one if number == 1 else many}"
