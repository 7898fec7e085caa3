"""The cells of a table of devices: one template for each column of devices/device_list/columns.py."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import template
from django.template import Context, NodeList
from django.template.loader import get_template
from django.utils.safestring import SafeString

from devices.templatetags.cached import drawn_once

register = template.Library()


@register.simple_tag(takes_context=True)
def cell(context: Context, column: str) -> SafeString:
    """Of the `row` in the context. Drawn in place: an include for each of hundreds of cells costs more than the cells."""
    return _nodes(column).render(context)


@cache
def _nodes(column: str) -> NodeList:
    parsed: Any = get_template(f"devices/device_list/cells/{column}.html")
    nodes: NodeList = parsed.template.nodelist
    return nodes


@drawn_once(register, "devices/device_list/_reported_by.html")
def seen_by(vendor: str, account: str, *, records: int, present: bool, stale: bool, shared: bool) -> dict[str, Any]:
    """An account that sees a device, by the name of its vendor; with its own where several accounts of the vendor see it (`shared`)."""
    return {"vendor": vendor, "account": account, "records": records, "present": present, "stale": stale, "shared": shared}
