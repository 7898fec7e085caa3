"""Cells of a table of devices: one template for each column of devices/device_list/columns.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template import Context, NodeList
from django.template.loader import get_template, render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from devices.device_list.columns import COLUMNS
from devices.device_list.facts import FACTS, fact_moment, fact_words
from devices.device_list.queries import ReportingAccount
from devices.templatetags.cached import MOST
from vendors.registry import label_of

register = template.Library()


@register.simple_tag(takes_context=True)
def cells(context: Context, columns: Sequence[str]) -> SafeString:
    """Of the `row` in the context; a template has the `label` of its column. Drawn in place: an include for each cell costs more."""
    labels = _labels(get_language())
    html = []
    for column in columns:
        context["label"] = labels[column]
        if column in FACTS:
            facts = context["row"].facts
            context["fact"], context["fact_moment"] = fact_words(facts, column), fact_moment(facts, column)
        html.append(_nodes("fact" if column in FACTS else column).render(context))
    return mark_safe("".join(html))  # noqa: S308  # nosec B308, B703 # templates escape


@cache
def _labels(_language: str | None) -> dict[str, SafeString]:
    return {key: escape(str(column.label)) for key, column in COLUMNS.items()}


@cache
def _nodes(column: str) -> NodeList:
    parsed: Any = get_template(f"devices/device_list/cells/{column}.html")
    nodes: NodeList = parsed.template.nodelist
    return nodes


@register.simple_tag
def reported_by(sources: Iterable[ReportingAccount]) -> SafeString:
    """The accounts that report a device."""
    language = get_language()
    return mark_safe("".join([_reported_by(source, language) for source in sources]))  # noqa: S308  # nosec B308, B703 # templates escape


@register.simple_tag
def vendor_chips(sources: Iterable[ReportingAccount]) -> SafeString:
    """The vendors that report a device, in one line: several accounts of one vendor are one chip, which names them on hover."""
    language, of_vendor = get_language(), dict[str, list[ReportingAccount]]()
    for source in sources:
        of_vendor.setdefault(source.vendor, []).append(source)
    chips = (_reported_by(some[0], language) if len(some) == 1 else _several(tuple(some), language) for some in of_vendor.values())
    return mark_safe("".join(chips))  # noqa: S308  # nosec B308, B703 # templates escape


@register.filter
def account_names(sources: Iterable[ReportingAccount]) -> str:
    """`eset-main ×2, opswat-main (missing)`"""
    return ", ".join(_account_name(source) for source in sources)


def _account_name(source: ReportingAccount) -> str:
    records = f" ×{source.records}" if source.records > 1 else ""
    return f"{source.account}{records}" if source.present else f"{source.account}{records} ({gettext('missing')})"


@lru_cache(MOST)
def _several(sources: tuple[ReportingAccount, ...], _language: str | None) -> SafeString:
    present = [source for source in sources if source.present]
    one = ReportingAccount(
        sources[0].vendor, account="", records=len(sources), present=bool(present), stale=all(each.stale for each in present), shared=False
    )
    accounts = (" · ".join(_facts(source)) for source in sources)
    title = f"{label_of(one.vendor)}: {'; '.join(accounts)}"
    return render_to_string("devices/device_list/_reported_by.html", {"source": one, "title": title})


@lru_cache(MOST)
def _reported_by(source: ReportingAccount, _language: str | None) -> SafeString:
    """An account, by its vendor; with its own name where several accounts of the vendor report the device."""
    title = f"{label_of(source.vendor)}, {' · '.join(_facts(source))}"
    return render_to_string("devices/device_list/_reported_by.html", {"source": source, "title": title})


def _facts(source: ReportingAccount) -> list[str]:
    """`berlin`, `2 records of this device`, `stale, excluded from the status`"""
    facts = [source.account]
    if source.records > 1:
        text = ngettext("%(number)s record of this device", "%(number)s records of this device", source.records)
        facts.append(text % {"number": source.records})
    if source.stale and source.present:
        facts.append(gettext("stale, excluded from the status"))
    if not source.present:
        facts.append(gettext("missing"))
    return facts
