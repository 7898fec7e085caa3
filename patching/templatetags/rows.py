"""Rows of patches and attempts, drawn by functions: a page has fifty of them, and a template takes many times as long for each."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from devices.templatetags.translated import stored_title
from devices.templatetags.ui import ago, breakable, vendor_badge, vendor_value
from devices.web.addresses import address_of_number
from devices.web.html import html, joined, translated_html
from patching.lists.attempts import AttemptRow
from patching.lists.patches import PatchRow
from patching.lists.rows import NamedRow
from patching.lists.titles import TitleRow
from patching.templatetags.patching import patch_pill, reason_label, severity_pill
from vendors.patch_states import PatchStatus, Severity
from vendors.short_labels import short_word

register = template.Library()
_CELL = '<td data-label="{}"{}><div>{}</div></td>\n'
_NOTE = '<div class="panel-note">{}</div>'
_SOFT = '<span class="soft">{}</span>'
_ROW = "<tr>{}</tr>\n"
_EMPTY = mark_safe(" data-empty")  # nosec B308, B703 # ours


@register.simple_tag
def patch_rows(rows: Iterable[PatchRow], of_title: bool) -> SafeString:
    """`of_title`: all are of one application, which is not repeated."""
    return joined(html(_ROW, joined(_patch(row, of_title))) for row in rows)


@register.simple_tag
def attempt_rows(rows: Iterable[AttemptRow], of_title: bool) -> SafeString:
    """`of_title`: all are of one application, which is not repeated."""
    return joined(html(_ROW, joined(_attempt(row, of_title))) for row in rows)


@register.simple_tag
def maker(row: NamedRow | TitleRow, name: str) -> SafeString | str:
    """What a title without a name is likely for, or else its developer, where `name` does not say it."""
    if row.probably and row.likely_id is not None:
        url = address_of_number("patching:title", row.likely_id)
        text = gettext('likely <a href="%(likely_url)s">%(name)s</a>')
        return html(_NOTE, translated_html(text, likely_url=url, name=row.probably))
    return html(_NOTE, row.developer) if row.developer and row.developer not in name else ""


@register.simple_tag
def versions(row: AttemptRow) -> SafeString:
    """`1.0 → 1.1`"""
    if not (row.before or row.after):
        return html(_SOFT, gettext("Unknown"))
    text = gettext('%(before)s <span aria-hidden="true">→</span><span class="hidden-words">to</span> %(after)s')
    change = translated_html(text, before=row.before or "?", after=row.after or "?")
    return html("{}{}", change, html(_NOTE, gettext("Downgrade"))) if row.backwards else change


def _patch(row: PatchRow, of_title: bool) -> Iterable[SafeString]:
    yield html('<th scope="row"><div>{}</div></th>\n', _device(row))
    if not of_title:
        yield html(_CELL, gettext("Application"), "", html("{}{}", _title(row), maker(row, row.title)))
    yield _status(row, gettext("Status"), look="told")
    yield html(_CELL, gettext("Target version"), _empty(row.version), _target(row))
    yield html(_CELL, gettext("Severity"), _empty(row.severity != Severity.UNKNOWN), _severity(row))
    yield html('<td data-label="{}" class="nowrap">{}</td>\n', gettext("First detected"), ago(row.open_since))
    yield html(_CELL, gettext("Vendor account"), "", _account(row))


def _attempt(row: AttemptRow, of_title: bool) -> Iterable[SafeString]:
    title = html("{}{}", _title(row), html(_NOTE, row.developer) if row.developer else "")
    yield html('<th scope="row"><div>{}</div></th>\n', _device(row) if of_title else title)
    yield _status(row, gettext("Outcome"), look="told outcome")
    yield html(_CELL, gettext("Versions"), "", versions(row))
    yield html('<td data-label="{}" class="nowrap"><div>{}{}</div></td>\n', gettext("Date"), ago(row.at), _end(row))
    if not of_title:
        yield html(_CELL, gettext("Device"), "", _device(row))
    synced = translated_html(gettext("synced %(when)s"), when=ago(row.first_at))
    note = html('<div class="panel-note nowrap">{}</div>', synced)
    yield html(_CELL, gettext("Vendor account"), "", html("{}{}", _account(row), note))


def _empty(value: object) -> SafeString | str:
    """Phones leave out what is not reported."""
    return "" if value else _EMPTY


def _title(row: NamedRow) -> SafeString:
    return html('<a class="clamp" href="{}">{}</a>', address_of_number("patching:title", row.title_id), stored_title(row.title))


def _account(row: NamedRow) -> SafeString:
    return html("{} {}", vendor_badge(row.vendor, "hidden"), row.account)


def _device(row: NamedRow) -> SafeString:
    if row.device is not None:
        name = html(
            '<a class="clamp" href="{}">{}</a>', address_of_number("devices:detail", row.device), row.device_name or gettext("Unnamed")
        )
        return html('{}<div class="panel-note wrap">{}</div>', name, breakable(row.user)) if row.user else name
    if row.device_ref:
        return html(_SOFT + '<div class="panel-note mono">{}</div>', gettext("Device not synced yet"), row.device_ref)
    return html(_SOFT, gettext("Device not reported"))


def _status(row: PatchRow | AttemptRow, label: str, *, look: str) -> SafeString:
    reason = html(' <span class="panel-note">{}</span>', reason_label(row.reason)) if row.reason else ""
    raw: SafeString | str = ""
    if row.raw:
        title = gettext("Vendor status: %(status)s") % {"status": row.raw}
        raw = html('<div class="panel-note mono" title="{}">{}</div>', title, vendor_value(short_word(row.raw)))
    return html('<td data-label="{}" class="{}"><div>{}{}\n{}</div></td>\n', label, look, patch_pill(row.status), reason, raw)


def _target(row: PatchRow) -> SafeString:
    notes = [gettext("Security update")] if row.security else []
    notes += [gettext("Restart required")] if row.restart else []
    about = joined(html(_NOTE, note) for note in notes)
    return html("{}{}{}", row.version, about, _release_notes(row) if row.notes else "")


def _release_notes(row: PatchRow) -> SafeString:
    label = gettext("Release notes: %(title)s (new tab)") % {"title": stored_title(row.title)}
    return html(
        '<div class="panel-note no-print"><a href="{}" rel="noopener noreferrer" target="_blank" aria-label="{}">{}</a></div>',
        *(row.notes, label, gettext("Release notes")),
    )


def _severity(row: PatchRow) -> SafeString:
    pill = severity_pill(row.severity)
    if not row.fixes:
        return pill
    number = ngettext("%(number)s CVE", "%(number)s CVEs", len(row.fixes)) % {"number": len(row.fixes)}
    return html('{}<div class="panel-note" title="{}">{}</div>', pill, ", ".join(row.fixes), number)


def _end(row: AttemptRow) -> SafeString | str:
    """What is known of the time, where the end is not."""
    if row.ended_at:
        return ""
    if row.status == PatchStatus.INSTALLING:
        return html(_NOTE, gettext("In progress"))
    return html(_NOTE, gettext("End time unknown") if row.started_at else gettext("Time unknown"))
