"""How facts look: states, times, identifiers, numbers. Loaded into every template (settings: builtins)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from html import escape
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from devices.account_status.alerts import SystemAlerts, troubles
from devices.account_status.status import account_statuses
from devices.account_status.text import LOOKS, Code
from devices.models import Life
from devices.reconciliation.freshness import Freshness
from devices.templatetags.cached import drawn_once
from devices.web.browser_texts import BROWSER_TEXTS
from devices.web.context_processors import Place
from devices.web.dates import date_words, moment_words
from vendors.parsing.times import implausible
from vendors.registry import label_of, makes_installers_for, mark_of, number_of, short_label_of
from vendors.states import Family, IdKind, State

register = template.Library()

ICONS = {
    State.OK: "circle-check",
    State.ATTENTION: "triangle-alert",
    State.CRITICAL: "octagon-alert",
    State.UNKNOWN: "circle-question-mark",
}
LIFE_LOOKS = {
    Life.SEEN: ("is-ok", "circle-check", gettext_lazy("Listed by its vendor.")),
    Life.MISSING: ("is-attention", "eye-off", gettext_lazy("Not found in the last full sync.")),
    Life.GONE: ("is-unknown", "ghost", gettext_lazy("Not found in two full syncs in a row.")),
    Life.RETIRED: ("is-unknown", "archive", gettext_lazy("Taken out of service in Rollcall.")),
}
FRESHNESS_LOOKS = {
    Freshness.LIVE: ("is-ok", "radio", gettext_lazy("Checked in recently.")),
    Freshness.AGEING: ("is-attention", "clock", gettext_lazy("No check-in for longer than usual; still counted.")),
    Freshness.STALE: ("is-unknown", "clock-alert", gettext_lazy("No check-in for too long: not counted in the status.")),
    Freshness.UNSEEN: ("is-unknown", "unplug", gettext_lazy("No check-in for so long that the device is probably out of use.")),
}
# Up to how many seconds, how many seconds a unit has, and the text.
AGES = (
    (60, 1, gettext_lazy("%(number)s s ago")),
    (3600, 60, gettext_lazy("%(number)s min ago")),
    (2 * 86400, 3600, gettext_lazy("%(number)s h ago")),
    (60 * 86400, 86400, gettext_lazy("%(number)s days ago")),
)
NOW_SECONDS = 45
SEPARATORS = re.compile(r"[\\@:_/]")


def age_words(at: datetime, *, now: datetime) -> str:
    """As "3 h ago"; older than 60 days: the date."""
    seconds = (now - at).total_seconds()
    just_now, ages = _age_texts(get_language())
    if seconds < NOW_SECONDS:
        return just_now
    for below, size, text in ages:
        if seconds < below:
            return text % {"number": max(1, int(seconds // size))}
    return date_words(timezone.localtime(at))


@cache
def _age_texts(_language: str | None) -> tuple[str, list[tuple[int, int, str]]]:
    return gettext("just now"), [(below, size, str(text)) for below, size, text in AGES]


@register.simple_tag(name="troubles", takes_context=True)
def _troubles(context: template.Context) -> SystemAlerts:
    """Called by the frame of every page. `shown_accounts`: those whose trouble the page itself shows."""
    return troubles(account_statuses(context["request"])).without(context.get("shown_accounts") or ())


@register.simple_tag
def ago(at: datetime | None, never: str = "") -> SafeString:
    """How long ago; on hover, the time in the user's time zone and in UTC."""
    if at is None:
        return format_html('<span class="soft">{}</span>', never or gettext("never"))
    now = timezone.now()
    if implausible(at, now=now):
        title = gettext("%(time)s: far from the present, so a clock is wrong.") % {"time": _in_both_zones(at)}
        return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), title, gettext("invalid date"))
    title, text = escape(_in_both_zones(at)), escape(age_words(at, now=now))
    return mark_safe(f'<time datetime="{at.isoformat()}" title="{title}" data-ago>{text}</time>')  # noqa: S308  # nosec B308, B703 # escaped


@register.simple_tag
def moment(at: datetime, seconds: bool = False) -> SafeString:
    """Date and time in the user's time zone; UTC on hover."""
    local = timezone.localtime(at)
    text = escape(moment_words(local) + (f"{local::%S}" if seconds else ""))
    title = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return mark_safe(f'<time datetime="{at.isoformat()}" title="{title}">{text}</time>')  # noqa: S308  # nosec B308, B703 # escaped


@register.filter
def day(at: date | datetime) -> str:
    """The date in the user's time zone; a date as it is."""
    return date_words(timezone.localtime(at) if isinstance(at, datetime) else at)


def _in_both_zones(at: datetime) -> str:
    local = timezone.localtime(at)
    utc = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return utc if local.tzinfo is UTC or local.tzname() == "UTC" else f"{moment_words(local)} {local.tzname()} ({utc})"


@register.simple_tag
def stylesheets() -> SafeString:
    """The same on every page of a server."""
    return _stylesheets(settings.STATIC_URL)


@cache
def _stylesheets(_static_url: str) -> SafeString:
    return render_to_string("ui/stylesheets.html")


@drawn_once(register, "ui/navigation.html")
def navigation(places: tuple[Place, ...]) -> dict[str, Any]:
    return {"nav": places}


@drawn_once(register, "ui/browser_texts.html")
def browser_texts() -> dict[str, Any]:
    """What static/js/ shows: texts, and ages as `age_words` writes them, which rollcall.js keeps fresh."""
    ages = {"now": gettext("just now"), "below": NOW_SECONDS, "ages": [[below, size, str(text)] for below, size, text in AGES]}
    return {"browser_texts": BROWSER_TEXTS, "ages": json.dumps(ages)}


@drawn_once(register, "ui/shortcuts.html")
def shortcuts() -> dict[str, Any]:
    """The list of keyboard shortcuts, a dialog of every page."""
    return {}


@drawn_once(register, "ui/pill.html")
def state_pill(state: str, raw: str = "", silenced: bool = False, large: bool = False) -> dict[str, Any]:
    """`raw` is the vendor's own word, shown on hover; a state that no table knows is UNKNOWN."""
    known = State.known(state)
    title = gettext("Vendor status: %(raw)s") % {"raw": raw} if raw else ""
    return {
        "look": f"is-{known.value}",
        "icon": ICONS[known],
        "word": gettext(known.label),
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
def superseded_pill() -> dict[str, Any]:
    title = gettext("The same account has a newer record of this device.")
    return {"look": "unknown", "icon": "layers", "word": gettext("Superseded"), "title": title}


@drawn_once(register, "ui/pill.html")
def freshness_pill(freshness: str) -> dict[str, Any]:
    """How lately the device reported to its vendor, as the vendor's thresholds say."""
    look, icon, title = FRESHNESS_LOOKS[Freshness(freshness)]
    return {"look": look, "icon": icon, "word": gettext(Freshness(freshness).label), "title": title}


@drawn_once(register, "ui/pill.html")
def account_status(code: str, account: str) -> dict[str, Any]:
    """The status of the account of this name. Every place that shows one shows it so: a page is checked by the pill's data attributes."""
    known = Code(code)
    label, severity, icon = LOOKS[known]
    return {"look": f"is-{severity}", "icon": icon, "word": label, "title": "", "status": known.value, "account": account}


@drawn_once(register, "ui/pill.html")
def pill(word: str, look: str = "unknown", icon: str = "info", title: str = "") -> dict[str, Any]:
    """Any other word. `look`: ok, attention, critical, unknown or busy; `icon`: a name in static/lucide/icons.svg."""
    return {"look": f"is-{look}", "icon": icon, "word": word, "title": title}


@drawn_once(register, "ui/vendor_badge.html")
def vendor_badge(slug: str, name: str = "short") -> dict[str, Any]:
    """A vendor's mark in its color, and its `name`: "short", "full", or "hidden", where only screen readers need it."""
    known = {"short": short_label_of, "full": label_of, "hidden": label_of}[name]
    return {"number": number_of(slug), "mark": mark_of(slug), "label": known(slug), "full": label_of(slug), "hidden": name == "hidden"}


@register.simple_tag
def options(choices: Iterable[tuple[str, object]], chosen: str) -> SafeString:
    """Of a `select`. A list page has a hundred: a loop of the template for them takes as long as ten rows."""
    lines = (
        f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(str(text))}</option>'
        for value, text in choices
    )
    return mark_safe("".join(lines))  # noqa: S308  # nosec B308, B703 # escaped


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
    return gettext(found.label) if found else kind.replace("_", " ").capitalize()


@register.filter
def family_label(family: str) -> str:
    return gettext(Family.labelled(family))


@register.filter
def breakable(text: str) -> SafeString:
    """A name or identifier may break into two lines after a separator: `DOMAIN\\<wbr>user`, `user@<wbr>domain`, a MAC after a colon."""
    return mark_safe(SEPARATORS.sub(r"\g<0><wbr>", escape(str(text))))  # noqa: S308  # nosec B308, B703 # escaped first


@register.filter
def vendor_value(text: str) -> SafeString:
    """A value of a vendor, which may break after an underscore: WAITING_<wbr>FOR_<wbr>RESTART."""
    return mark_safe(escape(str(text)).replace("_", "_<wbr>"))  # noqa: S308  # nosec B308, B703 # escaped first


@register.filter
def intcomma(number: int) -> str:
    """With the language's separators: 1,234 or 1.234."""
    return number_format(number, force_grouping=True)


@register.filter
def quoted(text: str) -> str:
    return gettext("“%(text)s”") % {"text": text}


@register.filter
def percent(share: float) -> str:
    """`70%`; in German `70 %` with a blank that does not break."""
    # Translators: the German form has a no-break space before the sign.
    return pgettext("share", "%(number)s%%") % {"number": number_format(round(share))}
