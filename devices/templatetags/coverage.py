"""Rows of the coverage matrix, drawn by functions as in cells.py."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from devices.coverage.rows import CoverageCell, MatrixRow
from devices.templatetags.cells import os_cell
from devices.templatetags.ui import ago
from devices.web.addresses import address_of, address_of_number
from devices.web.html import html, joined
from devices.web.icons import icon
from vendors.registry import makes_installers_for

register = template.Library()
_ROW = '<tr><th scope="row"><a class="clamp" href="{}">{}</a></th>\n{}\n<td data-label="{}" class="number">{}</td>\n{}</tr>\n'
_CELL = '<td data-label="{}"><span class="cover-cell cover-{}">{}{}</span></td>'
_BOX = '<input type="checkbox" form="gaps" name="gap" value="{}" data-account="{}" autocomplete="off" aria-label="{}">'
_SEND = '{} <a href="{}?gap={}" title="{}" aria-label="{}">{}{}</a>'


@register.simple_tag
def matrix_rows(rows: Iterable[MatrixRow], pick: bool) -> SafeString:
    """`pick`: gaps for which Rollcall makes installers can be selected."""
    no_name, system, gaps = gettext("(no name)"), html("{}", gettext("OS")), gettext("Gaps")
    return joined(
        html(
            _ROW, address_of_number("devices:detail", row.id), row.name or no_name, os_cell(row, system), gaps, row.gaps, _cells(row, pick)
        )
        for row in rows
    )


def _cells(row: MatrixRow, pick: bool) -> SafeString:
    return joined([_cell(row, cell, pick) for cell in row.cells], "\n")


def _cell(row: MatrixRow, cell: CoverageCell, pick: bool) -> SafeString:
    """The state in one account, and the last check-in there."""
    seen = html(' <span class="soft">{}</span>', ago(cell.seen_at)) if cell.seen_at else ""
    state = _gap(row, cell) if pick and cell.cover.is_gap else _state(cell)
    return html(_CELL, cell.status.name, cell.cover, state, seen)


def _state(cell: CoverageCell) -> SafeString:
    look = cell.cover.look
    return html('<span title="{}">{}{}</span>', look.meaning, icon(look.icon, 14), look.word)


def _gap(row: MatrixRow, cell: CoverageCell) -> SafeString:
    """With a link to send an installer, or why there is none."""
    status, look = cell.status, cell.cover.look
    if not status.makes_installers:
        return _state(cell)  # the head of the column says so
    if not makes_installers_for(status.vendor, row.os_family):
        return html('{} <span class="soft">{}</span>', _state(cell), gettext("No installer for this OS"))
    key, names = f"{row.id}-{status.pk}", {"name": row.name or gettext("(no name)"), "account": status.name, "state": look.word}
    box = html(_BOX, key, status.pk, gettext("Select %(name)s at %(account)s") % names)
    text = gettext("%(state)s at %(account)s: send installer for %(name)s") % names
    return html(_SEND, box, address_of("installers:send"), key, gettext("Send installer"), text, icon(look.icon, 14), look.word)
