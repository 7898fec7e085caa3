"""What a text was searched in, in words: an empty list says that much, and no more."""

from __future__ import annotations

from django import template

from devices.reconciliation.search_text import MARKS
from devices.search.parser import SHORTEST_WORD, parse
from vendors.states import IdKind

register = template.Library()

# In the order in which they are told. Of these any part is found.
_PARTS = ("name", "host name", "nickname", "user", "serial", "model", "operating system", "group", "vendor id")
_BEGINNINGS = {IdKind.IP: "IP address", IdKind.MAC: "MAC address", IdKind.TAG: "tag", IdKind.CUSTOM: "custom field"}
_NOUNS = {
    IdKind.HOSTNAME: "name and host name",
    IdKind.IP: "IP address",
    IdKind.MAC: "MAC address",
    IdKind.CUSTOM: "custom field",
}
_TOO_LITTLE = {
    IdKind.IP: "is not the beginning of an IP address",
    IdKind.MAC: "is not the beginning of a MAC address, of which four digits are needed",
}


@register.filter
def searched(text: str) -> str:
    """A sentence about what was searched for this text in devices; "" for no text."""
    clue = parse(text)
    if not clue.rest:
        return ""
    if clue.only and not (clue.forms or clue.words):
        return f"Nothing was searched: “{clue.rest}” {_TOO_LITTLE.get(clue.only[0], 'names nothing that can be searched for')}."
    if clue.only:
        return f"Searched: {_either([_NOUNS.get(kind, kind.label.lower()) for kind in clue.only])} only{_how(clue.only, clue.rest)}."
    if not clue.words:
        return (
            "Searched: host names, users and serials that begin with it; nicknames, tags and custom fields that are exactly it. "
            "Type at least three characters to search inside "
            f"{', '.join(_PARTS[:-1])} and {_PARTS[-1]} too."
        )
    parts = f"any part of {', '.join(_PARTS[:-1])} and {_PARTS[-1]}"
    beginnings = [noun for kind, noun in _BEGINNINGS.items() if kind in {form.kind for form in clue.forms}]
    return f"Searched: {parts}; the beginning of {_either(beginnings)}; the whole BIOS UUID."


@register.simple_tag
def searched_with_titles(text: str, what: str) -> str:
    """The same for lists of patches: all but the list of devices search their titles too."""
    more = "" if what == "devices" else " Also searched: the name and the developer of what is patched."
    return f"{searched(text)}{more}"


def _how(kinds: tuple[IdKind, ...], rest: str) -> str:
    if not any(kind in MARKS for kind in kinds):
        return ", from its beginning"
    short = all(len(word) < SHORTEST_WORD for word in rest.split())
    return f", from its beginning because “{rest}” has fewer than three characters" if short else ""


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
