"""Parts of every list: fields of its filters, the name of what it shows, and values that are shortened."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

register = template.Library()
LONGEST_TITLE = 120  # characters of the active filters in a page title


@register.inclusion_tag("ui/filter_field.html", takes_context=True)
def filter_field(context: Context, name: str) -> dict[str, Any]:
    """The field of a filter. `choices` of the context: values that exist now, suggested or, where the filter is closed, offered."""
    filters, known = context["filters"], context["choices"].get(name)
    kind = filters.kinds[name]
    options = known if kind.closed else None
    if kind.options is not None:
        options = [(value, text) for value, text in kind.options.items() if value != kind.default]
    return {
        "name": name,
        "label": kind.label,
        "value": getattr(filters, name),
        "unset": kind.words(kind.default) if kind.default else kind.unset,
        "options": options,
        "known": None if options is not None else known,
    }


@register.simple_tag(takes_context=True)
def active_filters(context: Context) -> str:
    """`: Critical, ESET` for the title of the page; "" without a filter."""
    words = ", ".join(str(chip.value) for chip in context["chips"])
    return f": {words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + '…'}" if words else ""


@register.filter
def without_domain(user: str) -> str:
    """`anna` for `DOMAIN\\anna`; a text without a domain before it as it is."""
    return user.rpartition("\\")[2] or user
