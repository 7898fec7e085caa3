"""Patching of one device as text for a ticket: latest attempts and open patches, with times in UTC. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext, ngettext

from devices.device_detail.ticket_text import one_line, stamp
from patching.lists.next_steps import NextStep
from patching.lists.patches import PatchRow
from patching.pages.device import DevicePatching
from patching.pages.latest_attempts import LatestAttempt
from vendors.patch_states import PatchReason, PatchStatus


def text(found: DevicePatching) -> str:
    """What the panel shows; empty where there is nothing."""
    return "\n".join(_lines(found))


def _lines(found: DevicePatching) -> Iterator[str]:
    if found.lasts:
        yield gettext("Latest patch attempts:")
        yield from (f"  {_attempt(each)}" for each in found.lasts)
    if found.patches:
        yield gettext("Open patches (%(number)s):") % {"number": found.open.words}
        yield from (f"  {_patch(each)}" for each in found.patches)
    for source in found.as_of if found.lasts or found.patches else ():
        times = {"account": one_line(source.account), "time": stamp(source.at) or gettext("never")}
        yield gettext("%(account)s synced: %(time)s") % times


def _attempt(last: LatestAttempt) -> str:
    row = last.attempt
    versions = f" {row.before or '?'} → {row.after or '?'}" if row.before or row.after else ""
    parts = [_how(row.status, row.reason, row.raw), stamp(row.at)]
    if last.again:
        text = ngettext("%(number)s failure in a row since %(time)s", "%(number)s failures in a row since %(time)s", last.failures)
        parts.append(text % {"number": last.failures, "time": stamp(last.since)})
    return _line(row.title + versions, parts, row.work)


def _patch(row: PatchRow) -> str:
    version = f" {row.version}" if row.version not in row.title else ""
    since = gettext("first detected %(time)s") % {"time": stamp(row.open_since)}
    return _line(row.title + version, [_how(row.status, row.reason, row.raw), since], row.work)


def _how(status: str, reason: str, raw: str) -> str:
    labels = (PatchStatus.known(status).label, PatchReason.labelled(reason))
    text = ", ".join(gettext(label) for label in labels if label)
    return f"{text} ({one_line(raw)})" if raw else text


def _line(name: str, parts: list[str], work: NextStep | None) -> str:
    if work:
        parts.append(gettext("next step: %(step)s") % {"step": gettext(work.step)})
    return f"{one_line(name)}: {', '.join(parts)}"
