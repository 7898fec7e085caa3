"""Rows of a table of devices: a function for each column of devices/device_list/columns.py. A page has hundreds of cells, and a template
takes ten times as long for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, partial
from typing import Protocol

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from devices.device_list.columns import COLUMNS
from devices.device_list.facts import fact_moment, fact_words
from devices.device_list.queries import DeviceRow, ReportingAccount
from devices.models import Life
from devices.templatetags import ui
from devices.templatetags.cached import MOST
from devices.templatetags.lists import without_domain
from devices.templatetags.translated import system_name
from devices.web.addresses import address_of_number
from devices.web.html import html, joined
from vendors.registry import label_of

register = template.Library()
_BOX = '<td class="tick"><input type="checkbox" form="bulk" name="ids" value="{}" autocomplete="off" aria-label="{}"></td>'
_ROW = '<tr>{}<th scope="row"><a class="clamp" href="{}" title="{}">{}</a></th>\n{}</tr>\n'
_LINE = '<td data-label="{}"{}><span class="{}clamp" title="{}">{}</span></td>'
_EMPTY, _NO_ISSUES = mark_safe(" data-empty"), mark_safe('<span class="soft">0</span>')  # nosec B308, B703 # ours


class SystemRow(Protocol):
    os_name: str
    os_short: str
    os_release: str


Cell = Callable[[DeviceRow, SafeString], SafeString]  # of a row, with the label of its column, which phones show beside the value


@register.simple_tag
def device_rows(rows: Iterable[DeviceRow], columns: Sequence[str], pick: bool) -> SafeString:
    """The rows of the table of devices. `pick`: each has a checkbox of the form `bulk`."""
    labels = _labels(get_language())
    cells = [(CELLS.get(column) or partial(_fact, column), labels[column]) for column in columns]
    no_name, select = gettext("(no name)"), gettext("Select %(name)s")

    def drawn(row: DeviceRow) -> SafeString:
        name = row.name or no_name
        box = html(_BOX, row.id, select % {"name": name}) if pick else ""
        rest = joined([cell(row, label) for cell, label in cells], "\n")
        return html(_ROW, box, address_of_number("devices:detail", row.id), name, name, rest)

    return joined(map(drawn, rows))


def os_cell(row: SystemRow, label: SafeString) -> SafeString:
    """The short name of the operating system, in full on hover."""
    name = system_name(row.os_name)
    return _line(row.os_short or row.os_release or name, label, title=name)


def _line(text: str, label: SafeString, *, title: str = "", mono: bool = False) -> SafeString:
    """A value in one line, in full on hover."""
    empty = "" if text else _EMPTY
    return html(_LINE, label, empty, "mono " if mono else "", title or text, text or "—")


def _reported(text: str, label: SafeString, *, title: str = "", mono: bool = False) -> SafeString:
    if text:
        return _line(text, label, title=title, mono=mono)
    return html('<td data-label="{}" data-empty><span class="soft" title="{}">—</span></td>', label, gettext("Not reported"))


def _state(row: DeviceRow, label: SafeString) -> SafeString:
    pill = ui.state_pill(row.state, silenced=row.silenced) if row.life == Life.SEEN else ui.life_pill(row.life)
    return html('<td data-label="{}">{}</td>', label, pill)


def _issues(row: DeviceRow, label: SafeString) -> SafeString:
    number = ui.intcomma(row.issue_count) if row.issue_count else _NO_ISSUES
    return html('<td class="number" data-label="{}">{}</td>', label, number)


def _last_seen(row: DeviceRow, label: SafeString) -> SafeString:
    return html('<td class="nowrap last-seen" data-label="{}">{}</td>', label, ui.ago(row.last_seen, gettext("Unknown")))


def _known_since(row: DeviceRow, label: SafeString) -> SafeString:
    return html('<td class="nowrap" data-label="{}">{}</td>', label, ui.ago(row.created_at))


def _seen_by(row: DeviceRow, label: SafeString) -> SafeString:
    return html('<td class="reported-by" data-label="{}"><span class="seen">{}</span></td>', label, vendor_chips(row.sources))


def _silenced(row: DeviceRow, label: SafeString) -> SafeString:
    text = gettext("Yes") if row.silenced else html('<span class="soft">{}</span>', gettext("No"))
    return html('<td data-label="{}">{}</td>', label, text)


def _fact(column: str, row: DeviceRow, label: SafeString) -> SafeString:
    at = fact_moment(row.facts, column)
    return html('<td data-label="{}">{}</td>', label, ui.ago(at)) if at else _line(fact_words(row.facts, column), label)


@cache
def _labels(_language: str | None) -> dict[str, SafeString]:
    return {key: html("{}", column.label) for key, column in COLUMNS.items()}


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


CELLS: dict[str, Cell] = {
    "state": _state,
    "user": lambda row, label: _reported(without_domain(row.user), label, title=row.user),
    "serial": lambda row, label: _reported(row.serial, label, mono=True),
    "os": os_cell,
    "seen_by": _seen_by,
    "issues": _issues,
    "last_seen": _last_seen,
    "model": lambda row, label: _line(row.model, label),
    "presence": lambda row, label: html('<td data-label="{}">{}</td>', label, ui.life_pill(row.life)),
    "silenced": _silenced,
    "accounts": lambda row, label: _line(account_names(row.sources), label),
    "groups": lambda row, label: _line(", ".join(row.groups), label),
    "tags": lambda row, label: _line(", ".join(row.tags), label),
    "known_since": _known_since,
}
