"""Patching of one device as it goes into a ticket: how each application went last and what is open, with times in UTC. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from devices.device_detail.ticket_text import one_line, stamp
from patching.lists.next_steps import NextStep
from patching.lists.patches import PatchRow
from patching.pages.device import DevicePatching
from patching.pages.latest_attempts import LatestAttempt
from vendors.patch_states import PatchReason, PatchStatus


def text(found: DevicePatching) -> str:
    """As much as the panel shows; empty where there is nothing."""
    return "\n".join(_lines(found))


def _lines(found: DevicePatching) -> Iterator[str]:
    if found.lasts:
        yield "Last attempts to patch:"
        yield from (f"  {_attempt(each)}" for each in found.lasts)
    if found.patches:
        yield f"Open patches ({found.open.words}):"
        yield from (f"  {_patch(each)}" for each in found.patches)
    for told in found.as_of if found.lasts or found.patches else ():
        yield f"{one_line(told.account)} as of {stamp(told.at) or 'never'}"


def _attempt(last: LatestAttempt) -> str:
    row = last.attempt
    versions = f" {row.before or '?'} to {row.after or '?'}" if row.before or row.after else ""
    again = f", {last.failures} failures in a row since {stamp(last.since)}" if last.again else ""
    return f"{one_line(row.title + versions)}: {_how(row.status, row.reason, row.raw)}, {stamp(row.at)}{again}{_next(row.work)}"


def _patch(row: PatchRow) -> str:
    version = f" {row.version}" if row.version not in row.title else ""
    return f"{one_line(row.title + version)}: {_how(row.status, row.reason, row.raw)}, open since {stamp(row.open_since)}{_next(row.work)}"


def _how(status: str, reason: str, raw: str) -> str:
    ours = ", ".join(filter(None, (PatchStatus.known(status).label, PatchReason.labelled(reason) if reason else "")))
    return f"{ours} ({one_line(raw)})" if raw else ours


def _next(work: NextStep | None) -> str:
    return f". Next: {work.step}." if work else ""
