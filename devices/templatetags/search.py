"""What was searched for a text, as a sentence for lists without results."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext, gettext_lazy

from devices.reconciliation.search_text import MARKS
from devices.search.parser import SHORTEST_WORD, SearchTerm, parse
from vendors.states import IdKind

register = template.Library()

# Kinds of identifier whose label is not enough, or that are found by their start.
_BEGINNINGS = {
    IdKind.IP: gettext_lazy("IP address"),
    IdKind.MAC: gettext_lazy("MAC address"),
    IdKind.TAG: gettext_lazy("tag"),
    IdKind.CUSTOM: gettext_lazy("custom field"),
}
_FIELDS = {
    IdKind.HOSTNAME: gettext_lazy("name, hostname"),
    IdKind.USER: gettext_lazy("user"),
    IdKind.SERIAL: gettext_lazy("serial number"),
    IdKind.NICKNAME: gettext_lazy("nickname"),
    **_BEGINNINGS,
}


@register.filter
def searched(text: str) -> str:
    """In which fields this text was searched in devices; "" for no text."""
    term = parse(text)
    if not term.rest:
        return ""
    if term.only:
        return _only(term) if term.forms or term.words else _nothing(term)
    if not term.words:
        return gettext(
            "Searched: hostnames, users and serial numbers starting with this text; exact nicknames, tags and custom fields. "
            "Enter at least three characters to search all fields."
        )
    beginnings = ", ".join(str(label) for kind, label in _BEGINNINGS.items() if kind in {form.kind for form in term.forms})
    return gettext(
        "Searched: any part of name, hostname, nickname, user, serial number, model, operating system, group and vendor ID; "
        "start of %(fields)s; full BIOS UUID."
    ) % {"fields": beginnings}


@register.simple_tag
def searched_with_titles(text: str, what: str) -> str:
    """The same for lists of patches: all but the list of devices search their titles too."""
    titles = gettext("Also searched: name and publisher of the application.")
    return searched(text) if what == "devices" else f"{searched(text)} {titles}"


def _only(term: SearchTerm) -> str:
    values = {"fields": ", ".join(str(_FIELDS.get(kind, kind.label)) for kind in term.only), "text": term.rest}
    if not any(kind in MARKS for kind in term.only):
        return gettext("Searched only: start of %(fields)s.") % values
    if all(len(word) < SHORTEST_WORD for word in term.rest.split()):
        return gettext("Searched only: start of %(fields)s, because “%(text)s” has fewer than three characters.") % values
    return gettext("Searched only: %(fields)s.") % values


def _nothing(term: SearchTerm) -> str:
    values = {"text": term.rest}
    if IdKind.IP in term.only:
        return gettext("Not searched: “%(text)s” is not the start of an IP address.") % values
    if IdKind.MAC in term.only:
        return gettext("Not searched: “%(text)s” is not the start of a MAC address (at least four digits).") % values
    return gettext("Not searched: “%(text)s” contains no searchable text.") % values
