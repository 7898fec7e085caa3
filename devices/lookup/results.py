"""Search results for the page: grouped by the identifier that matched, the matching part marked, with the last contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, gettext_lazy

from devices.models import Life
from devices.reconciliation.timestamps import newest
from devices.search.documents import DeviceDocument
from devices.search.match_reasons import MatchedValue
from devices.search.parser import SearchTerm
from devices.search.queries import SearchMatch, SearchResult
from vendors.states import IdKind

# Reasons that are not identifiers; "": nothing that is shown matched.
TEXTS = {
    "name": gettext_lazy("Name"),
    "model": gettext_lazy("Model"),
    "os": gettext_lazy("Operating system"),
    "group": gettext_lazy("Group"),
    "": gettext_lazy("Other text"),
}
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A reason in parts: (text, whether it matched)."""

    label: str
    parts: list[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Hit:
    device: DeviceDocument
    reasons: list[MarkedText]
    last_seen: datetime | None

    @property
    def life_label(self) -> str:
        return str(Life(self.device["life"]).label)


@dataclass(frozen=True, slots=True)
class ResultGroup:
    """Devices that were found by the same kind of identifier, the strongest of each."""

    label: str
    hits: list[Hit]


def groups(answer: SearchResult, *, now: datetime) -> list[ResultGroup]:
    """In the order of the result: exact matches first."""
    found: dict[str, ResultGroup] = {}
    for match in answer.matches:
        label = _label(match.matched[0]["kind"] if match.matched else "")
        found.setdefault(label, ResultGroup(label, [])).hits.append(hit(match, answer.clue, now=now))
    return list(found.values())


def hit(match: SearchMatch, clue: SearchTerm, *, now: datetime) -> Hit:
    reasons = [
        MarkedText(_label(reason["kind"]), marked(reason["value"], _needles(clue, reason))) for reason in match.matched[:MOST_REASONS]
    ]
    times = (datetime.fromisoformat(seen["seen_at"]) for seen in match.device["sightings"] if seen["seen_at"])
    return Hit(match.device, reasons, newest(times, now=now))


def marked(value: str, needles: list[str]) -> list[tuple[str, bool]]:
    """The value cut where a needle begins and ends; case and separators do not matter. The first needle that occurs is marked."""
    letters = [(letter, place) for place, text in enumerate(value) for letter in text.casefold() if letter.isalnum()]
    bare = "".join(letter for letter, _ in letters)
    for needle in needles:
        wanted = "".join(letter for letter in needle.casefold() if letter.isalnum())
        at = bare.find(wanted) if wanted else -1
        if at >= 0:
            first, last = letters[at][1], letters[at + len(wanted) - 1][1] + 1
            return [part for part in ((value[:first], False), (value[first:last], True), (value[last:], False)) if part[0]]
    return [(value, False)]


def _needles(clue: SearchTerm, reason: MatchedValue) -> list[str]:
    forms = (*clue.forms, *clue.guesses)
    keys = sorted((form.key for form in forms if form.kind.value == reason["kind"]), key=len, reverse=True)
    return [clue.rest, *keys, *sorted(clue.words, key=len, reverse=True)]


def _label(kind: str) -> str:
    found = IdKind.of(kind)
    return gettext(found.label) if found else str(TEXTS.get(kind, kind.capitalize()))
