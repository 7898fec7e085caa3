"""Detected vulnerabilities of one device → issues, patches and a status. Pure.

https://support.five9s.de/support/solutions/articles/103000361090-device-api, "Security Info Status Values"
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, tzinfo

from vendors.parsing.fields import Fields
from vendors.patch_states import PatchKind, PatchReason, PatchStatus
from vendors.records import Issue, Patch, Title
from vendors.states import State

EXCLUDED, PLANNED, SUCCESS = "excluded", "planned", "installsuccess"
NUMBERS = {"1": EXCLUDED, "2": PLANNED, "3": "pending", "4": "autofix", "5": "installfailure", "6": SUCCESS}
# Scheduled for a later step, or done: no issue, only a patch.
NO_ISSUE = {PLANNED, SUCCESS}
# Autofix means released for automatic repair, so the device is still vulnerable; only a successful install is closed.
MEANINGS = {
    EXCLUDED: (State.ATTENTION, "excluded by a rule"),
    "pending": (State.ATTENTION, "due, not yet installed"),
    "autofix": (State.ATTENTION, "released for automatic repair"),
    "installfailure": (State.CRITICAL, "installation failed"),
}
PATCHES = {
    EXCLUDED: PatchStatus.EXCLUDED,
    PLANNED: PatchStatus.SCHEDULED,
    "pending": PatchStatus.AVAILABLE,
    "autofix": PatchStatus.SCHEDULED,
    "installfailure": PatchStatus.FAILED,
    SUCCESS: PatchStatus.INSTALLED,
}
LEAST_DONE = (
    PatchStatus.FAILED,
    PatchStatus.AVAILABLE,
    PatchStatus.SCHEDULED,
    PatchStatus.UNKNOWN,
    PatchStatus.INSTALLED,
    PatchStatus.EXCLUDED,
)
WORST_FIRST = (State.CRITICAL, State.ATTENTION, State.UNKNOWN, State.OK)


def issues(rows: list[Fields], *, zone: tzinfo) -> tuple[Issue, ...]:
    """One issue per vulnerability that is neither closed nor scheduled; the worst where the vendor lists one twice."""
    found: dict[str, Issue] = {}
    for row in rows:
        issue = _issue(row, zone)
        if issue and (issue.key not in found or _rank(issue) < _rank(found[issue.key])):
            found[issue.key] = issue
    return tuple(found.values())


def patches(rows: list[Fields], *, zone: tzinfo) -> tuple[Patch, ...]:
    """One patch per vulnerability, whatever became of it; the least done where the vendor lists one twice."""
    found: dict[str, Patch] = {}
    for row in rows:
        patch = _patch(row, zone)
        if patch.key not in found or LEAST_DONE.index(patch.status) < LEAST_DONE.index(found[patch.key].status):
            found[patch.key] = patch
    return tuple(found.values())


def _patch(row: Fields, zone: tzinfo) -> Patch:
    name = _name(row)
    status = PATCHES.get(status_of(row), PatchStatus.UNKNOWN)
    return Patch(
        key=name,
        title=Title(name, name, PatchKind.VULNERABILITY),
        status=status,
        raw=_raw(row),
        reason=PatchReason.UNTOLD if status is PatchStatus.FAILED else PatchReason.NONE,
        since=_since(row, zone),
    )


def _issue(row: Fields, zone: tzinfo) -> Issue | None:
    name, word = _name(row), status_of(row)
    if word in NO_ISSUE:
        return None
    raw = _raw(row)
    unknown = f"state “{raw}” is unknown to this version" if raw else "no state reported"
    state, meaning = MEANINGS.get(word, (State.UNKNOWN, unknown))
    return Issue(name, f"{name}: {meaning}", state, raw=raw, since=_since(row, zone), silenced=word == EXCLUDED)


def _name(row: Fields) -> str:
    return row.text("Vul_ID") or row.word("Vulnerability_Idn") or "unnamed vulnerability"


def _since(row: Fields, zone: tzinfo) -> datetime | None:
    return row.time("FirstDetectionDate", zone=zone)


def status_of(row: Fields) -> str:
    """The number decides; the text where there is no number."""
    word = (row.word("Status") or row.text("StatusText", limit=60)).casefold().replace(" ", "")
    return NUMBERS.get(word, word)


def _rank(issue: Issue) -> tuple[bool, int]:
    return issue.silenced, WORST_FIRST.index(issue.state)


def verdict(rows: list[Fields], *, reported: bool) -> tuple[State, str]:
    """The device's state and the vendor's words for it. What is scheduled is no warning; an unknown state is never fine."""
    if not reported:
        return State.UNKNOWN, "no SecurityInfo"
    counts = Counter(_raw(row) or "no state" for row in rows)
    words = ", ".join(f"{number} {raw}" for raw, number in sorted(counts.items())) or "nothing detected"
    open_words = {status_of(row) for row in rows} - {EXCLUDED, *NO_ISSUE}
    states = {MEANINGS[word][0] if word in MEANINGS else State.UNKNOWN for word in open_words}
    return next((state for state in WORST_FIRST if state in states), State.OK), words[:255]


def _raw(row: Fields) -> str:
    """The vendor's own word, with its number where this version does not know the number."""
    text, number = row.text("StatusText", limit=60), row.word("Status")
    return f"{text} ({number})" if text and number and status_of(row) not in {*MEANINGS, *NO_ISSUE} else text or number
