"""What goes into a ticket about a device: who, what, the verdict, each vendor's word with the time it is of, open issues. Pure; no secrets.

Times are absolute and in UTC, because a ticket is read days later. Vendors' words are one line each, and in Markdown they are only text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from devices.device_detail.queries import DeviceDetail, OpenIssue, SourceView
from vendors.states import State

MOST_ISSUES = 20
LONGEST = 200  # characters of a vendor's word
_SPECIAL = re.compile(r"([\\`*_\[\]#|~:@])")


@dataclass(frozen=True, slots=True)
class TicketTexts:
    plain: str
    markdown: str


def texts(found: DeviceDetail, *, address: str, ticket: str, now: datetime) -> TicketTexts:
    """`address`: of the device's page."""
    return TicketTexts(
        plain="\n".join(_plain(found, address, ticket, now)),
        markdown="\n".join(_markdown(found, address, ticket, now)),
    )


def _plain(found: DeviceDetail, address: str, ticket: str, now: datetime) -> Iterator[str]:
    yield one_line(found.device.name) or "Device without a name"
    yield _verdict(found, one_line)
    for label, value in _facts(found, ticket):
        yield f"{label}: {one_line(value)}"
    yield from (f"{one_line(view.label)}: {_word(view, one_line)}" for view in found.views)
    if found.problems:
        yield "Open issues:"
        yield from (f"  {_issue(problem, one_line)}" for problem in found.problems[:MOST_ISSUES])
        yield from _more(found, "  ")
    yield f"As of {stamp(now)}: {address}"


def _markdown(found: DeviceDetail, address: str, ticket: str, now: datetime) -> Iterator[str]:
    yield f"**{_escaped(found.device.name) or 'Device without a name'}**"
    yield ""
    yield _verdict(found, _escaped)
    yield ""
    for label, value in _facts(found, ticket):
        yield f"* {label}: {_escaped(value)}"
    yield from (f"* {_escaped(view.label)}: {_word(view, _escaped)}" for view in found.views)
    if found.problems:
        yield "* Open issues:"
        yield from (f"  * {_issue(problem, _escaped)}" for problem in found.problems[:MOST_ISSUES])
        yield from _more(found, "  * ")
    yield ""
    yield f"As of {stamp(now)}: <{address}>"


def _facts(found: DeviceDetail, ticket: str) -> Iterator[tuple[str, str]]:
    device = found.device
    told = (
        ("Ticket", ticket),
        ("Serial", device.serial),
        ("User", device.user),
        ("Operating system", device.os_name),
        ("Model", device.model),
        ("Last seen", stamp(found.last_seen)),
    )
    return ((label, value) for label, value in told if value)


def _verdict(found: DeviceDetail, write: Callable[[str], str]) -> str:
    verdict = found.verdict
    return " ".join([f"{verdict.headline}: {write(verdict.reasons)}.", *(f"{write(words)}." for words in verdict.left_out)])


def _word(view: SourceView, write: Callable[[str], str]) -> str:
    """The state, the vendor's own word, and the three clocks as far as they are known."""
    sighting = view.sighting
    label = State.known(sighting.state).label
    said = f"{label} ({write(sighting.state_raw)})" if sighting.state_raw else label
    if not sighting.present:
        said = f"{sighting.get_life_display()}; before that {said}"
    clocks = (("device reported", view.seen_at), ("vendor's data of", sighting.produced_at), ("fetched", view.fetched_at))
    return "; ".join([said, *(f"{label} {stamp(at)}" for label, at in clocks if at)])


def _issue(problem: OpenIssue, write: Callable[[str], str]) -> str:
    issue = problem.issue
    since = f"since {stamp(issue.since)}" if issue.since else f"first seen {stamp(issue.first_seen_at)}"
    return f"{write(issue.title)} ({write(problem.vendor)}, {since})"


def _more(found: DeviceDetail, lead: str) -> Iterator[str]:
    if len(found.problems) > MOST_ISSUES:
        yield f"{lead}and {len(found.problems) - MOST_ISSUES} more"


def stamp(at: datetime | None) -> str:
    """As a ticket has it; empty where it is not known."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def one_line(text: str) -> str:
    """One line, without what steers a terminal or turns the direction of writing."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST]


def _escaped(text: str) -> str:
    return escape(_SPECIAL.sub(r"\\\1", one_line(text)), quote=False)
