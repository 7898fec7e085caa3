"""Text about a device for a ticket: status, details, each source with its times, open issues. Pure; no secrets.

Times are absolute and in UTC, because a ticket is read days later. Vendor values are one line each, and plain text in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from devices.db import messages
from devices.device_detail.queries import DeviceDetail, OpenIssue, SourceView
from devices.facts.queries import FactRow
from vendors.parsing.operating_systems import marked
from vendors.parsing.times import implausible
from vendors.states import State

MOST_ISSUES = 20
LONGEST = 200  # characters of a vendor's value
# What Markdown would read as markup, as little as possible, because many ticket systems show it as it is: `DOMAIN\user`, `12:30`,
# `A_B` and `user@example.com` stay. A backslash counts only before punctuation, `_` and `@` not inside a word; `:/\/` is no link.
_SPECIAL = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)|[`*\[\]#|~]|(?<!\w)_|_(?!\w)|(?<!\w)@|(?<=:/)/")


@dataclass(frozen=True, slots=True)
class TicketTexts:
    plain: str
    markdown: str


def texts(found: DeviceDetail, *, address: str, ticket: str, now: datetime, facts: Iterable[FactRow] = ()) -> TicketTexts:
    """`address`: of the device's page. `facts`: those of the text."""
    known = [*_facts(found, ticket, now), *((row.label, _fact(row, now)) for row in facts)]
    return TicketTexts(
        plain="\n".join(_plain(found, known, address, now)),
        markdown="\n".join(_markdown(found, known, address, now)),
    )


def _plain(found: DeviceDetail, known: Sequence[tuple[str, str]], address: str, now: datetime) -> Iterator[str]:
    yield one_line(found.device.name) or gettext("Unnamed device")
    yield _verdict(found, one_line)
    for label, value in known:
        yield f"{label}: {one_line(value)}"
    yield from (f"{one_line(view.label)}: {_source(view, one_line, now)}" for view in found.views)
    if found.problems:
        yield f"{gettext('Open issues')}:"
        yield from (f"  {_issue(problem, one_line)}" for problem in found.problems[:MOST_ISSUES])
        yield from _more(found, "  ")
    yield _as_of(now, address)


def _markdown(found: DeviceDetail, known: Sequence[tuple[str, str]], address: str, now: datetime) -> Iterator[str]:
    yield f"**{_escaped(found.device.name) or gettext('Unnamed device')}**"
    yield ""
    yield _verdict(found, _escaped)
    yield ""
    for label, value in known:
        yield f"* {label}: {_escaped(value)}"
    yield from (f"* {_escaped(view.label)}: {_source(view, _escaped, now)}" for view in found.views)
    if found.problems:
        yield f"* {gettext('Open issues')}:"
        yield from (f"  * {_issue(problem, _escaped)}" for problem in found.problems[:MOST_ISSUES])
        yield from _more(found, "  * ")
    yield ""
    yield _as_of(now, f"<{address}>")


def _facts(found: DeviceDetail, ticket: str, now: datetime) -> Iterator[tuple[str, str]]:
    device = found.device
    facts = (
        (gettext("Ticket"), ticket),
        (gettext("Serial"), device.serial),
        (gettext("User"), device.user),
        (gettext("Operating system"), messages.translated(marked(device.os_name))),
        (gettext("Model"), device.model),
        (gettext("Last seen"), told(found.last_seen, now)),
    )
    return ((label, value) for label, value in facts if value)


def _fact(row: FactRow, now: datetime) -> str:
    return told(row.best.moment, now) if row.best.moment else row.best.text


def _verdict(found: DeviceDetail, write: Callable[[str], str]) -> str:
    verdict = found.verdict
    return " ".join([f"{verdict.headline}: {write(verdict.reasons)}.", *(f"{write(text)}." for text in verdict.left_out)])


def _source(view: SourceView, write: Callable[[str], str], now: datetime) -> str:
    """The status, the vendor's own value, and the times that are known."""
    sighting = view.sighting
    label = gettext(State.known(sighting.state).label)
    status = f"{label} ({write(sighting.state_raw)})" if sighting.state_raw else label
    if not sighting.present:
        status = gettext("%(inventory)s; last status %(status)s") % {"inventory": sighting.get_life_display(), "status": status}
    times = (
        (gettext("Last check-in"), told(view.seen_at, now)),
        (gettext("Inventory date"), told(sighting.produced_at, now)),
        (gettext("Last synced"), stamp(view.fetched_at)),  # by Rollcall's own clock
    )
    notes = [gettext("superseded by a newer record of the account")] if sighting.superseded else []
    return "; ".join([status, *notes, *(f"{label}: {text}" for label, text in times if text)])


def _issue(problem: OpenIssue, write: Callable[[str], str]) -> str:
    issue = problem.issue
    names = {"title": write(issue.title), "source": write(problem.vendor), "time": stamp(issue.since or issue.first_seen_at)}
    if issue.since:
        return gettext("%(title)s (%(source)s, since %(time)s)") % names
    return gettext("%(title)s (%(source)s, first seen %(time)s)") % names


def _more(found: DeviceDetail, lead: str) -> Iterator[str]:
    if (more := len(found.problems) - MOST_ISSUES) > 0:
        text = ngettext("and %(number)s more", "and %(number)s more", more) % {"number": number_format(more, force_grouping=True)}
        yield f"{lead}{text}"


def _as_of(now: datetime, address: str) -> str:
    return gettext("As of %(time)s: %(address)s") % {"time": stamp(now), "address": address}


def stamp(at: datetime | None) -> str:
    """Absolute, in UTC; "" where it is not known."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def told(at: datetime | None, now: datetime) -> str:
    """A time of a vendor: one that cannot be true is named as such, as on the page."""
    if at is None or not implausible(at, now=now):
        return stamp(at)
    return gettext("implausible time (%(time)s)") % {"time": stamp(at)}


def one_line(text: str) -> str:
    """One line, without control characters and changes of text direction."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST]


def _escaped(text: str) -> str:
    return escape(_SPECIAL.sub(r"\\\g<0>", one_line(text)), quote=False)
