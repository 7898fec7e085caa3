"""Parts of every list: fields of its filters, the name of what it shows, and values that are shortened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from devices.lists.state import ColumnOption
from devices.templatetags.ui import options
from devices.web.html import html, joined
from devices.web.icons import icon

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()
_SELECT = '<select class="form-select" id="filter-{}" name="{}"><option value="">{}</option>{}</select>'
_TEXT_FIELD = '<input class="form-control" id="filter-{}" name="{}" value="{}" placeholder="{}" maxlength="200" autocomplete="off"{}>{}'
_CHOOSER_LINE = """<li class="chooser-line">
<button type="button" class="grip scripted" aria-label="{}" aria-describedby="chooser-help" data-name="{}">{}</button>
<label class="check-line"><input type="checkbox" name="col" value="{}" aria-label="{}"{} autocomplete="off">{}</label>
<input class="chooser-place unscripted" type="number" min="1" max="99" name="at_{}" value="{}" aria-label="{}" autocomplete="off"></li>
"""
_CHECKED = mark_safe(" checked")  # nosec B308, B703 # ours
LONGEST_TITLE = 120  # characters of the active filters in a page title


@register.simple_tag(takes_context=True)
def filter_field(context: Context, name: str) -> SafeString:
    """The field of a filter. `choices` of the context: values that exist now, suggested or, where the filter is closed, offered."""
    filters, known = context["filters"], context["choices"].get(name)
    kind, value = filters.kinds[name], getattr(filters, name)
    unset = kind.words(kind.default) if kind.default else kind.unset
    if kind.options is not None:
        field = _select(name, value, unset, ((each, text) for each, text in kind.options.items() if each != kind.default))
    elif kind.closed:
        field = _select(name, value, unset, known or ())
    else:
        field = _text_field(name, value, unset, known or ())
    return html('<div class="field"><label for="filter-{}">{}</label>{}</div>\n', name, kind.label, field)


def _select(name: str, value: str, unset: StrOrPromise, choices: Iterable[tuple[str, object]]) -> SafeString:
    return html(_SELECT, name, name, unset, options(choices, value))


def _text_field(name: str, value: str, unset: StrOrPromise, known: Iterable[str]) -> SafeString:
    suggested = joined(html('<option value="{}"></option>', each) for each in known)
    suggestions = html('<datalist id="known-{}">{}</datalist>', name, suggested) if suggested else ""
    linked = html(' list="known-{}"', name) if suggested else ""
    return html(_TEXT_FIELD, name, name, value, unset, linked, suggestions)


@register.simple_tag
def column_options(choices: Iterable[ColumnOption]) -> SafeString:
    """The lines of the column chooser: a grip and a checkbox, and a number for browsers without scripts."""
    show, move, place = gettext("Show %(column)s"), gettext("Move %(column)s"), gettext("Position of %(column)s")
    grip = icon("grip-vertical")

    def line(each: ColumnOption) -> SafeString:
        label = str(each.label)
        named, ticked = {"column": label}, _CHECKED if each.place else ""
        head = move % named, label, grip, each.key, show % named, ticked, label
        return html(_CHOOSER_LINE, *head, each.key, each.place or "", place % named)

    return joined(map(line, choices))


@register.simple_tag(takes_context=True)
def active_filters(context: Context) -> str:
    """`: Critical, ESET` for the title of the page; "" without a filter."""
    words = ", ".join(str(chip.value) for chip in context["chips"])
    return f": {words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1] + '…'}" if words else ""


@register.filter
def without_domain(user: str) -> str:
    """`anna` for `DOMAIN\\anna`; a text without a domain before it as it is."""
    return user.rpartition("\\")[2] or user
