"""Cells of a table of devices: one template for each column of devices/device_list/columns.py."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.template import Context, NodeList
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from devices.device_list.columns import COLUMNS
from devices.templatetags.cached import drawn_once
from vendors.registry import label_of

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: Context, column: str) -> SafeString:
    """Of the `row` in the context; its template has the `label` of the column. Drawn in place: an include for each cell costs more."""
    context["label"] = _label(column, get_language())
    return _nodes(column).render(context)


@cache
def _label(column: str, _language: str | None) -> str:
    return str(COLUMNS[column].label)


@cache
def _nodes(column: str) -> NodeList:
    parsed: Any = get_template(f"devices/device_list/cells/{column}.html")
    nodes: NodeList = parsed.template.nodelist
    return nodes


@drawn_once(register, "devices/device_list/_reported_by.html")
def seen_by(vendor: str, account: str, *, records: int, present: bool, stale: bool, shared: bool) -> dict[str, Any]:
    """An account that reports a device, by its vendor; with its own name where several accounts of the vendor report it (`shared`)."""
    facts = [f"{label_of(vendor)}, {account}"]
    if records > 1:
        facts.append(ngettext("%(number)s record of this device", "%(number)s records of this device", records) % {"number": records})
    if stale and present:
        facts.append(gettext("stale, excluded from the status"))
    return {
        "title": " · ".join(facts),
        "vendor": vendor,
        "account": account,
        "records": records,
        "present": present,
        "stale": stale,
        "shared": shared,
    }
