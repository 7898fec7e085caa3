"""The one answer about a device, in words: the worst of the fresh answers, and what was left out of it. Pure.

The rule is the same as in summary.py: a sighting counts when its vendor still lists the device and the device reported recently enough.
Silenced devices count; the words say that somebody silenced them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendors.states import State

_BADNESS = (State.CRITICAL, State.ATTENTION, State.OK, State.UNKNOWN)
_HEADLINES = {
    State.CRITICAL: "Critical",
    State.ATTENTION: "Warning",
    State.OK: "OK",
    State.UNKNOWN: "Unknown",
}
_SAYS = {
    State.CRITICAL: "reports critical",
    State.ATTENTION: "reports warnings",
    State.OK: "reports OK",
    State.UNKNOWN: "reports no status",
}
# A vendor may count problems and ask for nothing; that is not “OK” without more.
_FOR_NOW, _ASKS_NOTHING = "OK, with open issues", "reports no action needed"


@dataclass(frozen=True, slots=True)
class SourceState:
    """The status that one record reports. `raw`: the vendor's own value. `stale_after`: how old its last contact may be."""

    who: str
    state: State
    raw: str = ""
    problems: int = 0
    present: bool = True
    gone: bool = False
    stale: bool = False
    silenced: bool = False
    stale_after: str = "14 days"

    @property
    def counted(self) -> bool:
        return self.present and not self.stale


@dataclass(frozen=True, slots=True)
class Verdict:
    """`headline` and `reasons` make the sentence; `left_out` says what it does not rest on."""

    state: State
    headline: str
    reasons: str
    left_out: tuple[str, ...]


def judge(answers: Sequence[SourceState]) -> Verdict:
    counted = sorted((each for each in answers if each.counted), key=lambda each: _BADNESS.index(each.state))
    state = counted[0].state if counted else State.UNKNOWN
    reasons = ", ".join(_reason(each) for each in counted) if counted else _nothing(answers)
    listed = any(each.present for each in answers)
    left_out = _left_out([each for each in answers if not each.counted]) if listed else ()
    headline = _FOR_NOW if state is State.OK and any(each.problems > 0 for each in counted) else _HEADLINES[state]
    return Verdict(state, headline, reasons, left_out)


def _reason(each: SourceState) -> str:
    words = f"{each.who} {_ASKS_NOTHING if each.state is State.OK and each.problems > 0 else _SAYS[each.state]}"
    if each.state is State.UNKNOWN and each.raw:
        words = f"{each.who} reports “{each.raw}”, which this version does not know"
    notes = []
    if each.problems > 0:
        known = "open issue" if each.state is State.OK else "issue"
        notes.append(f"{each.problems} {known}{'' if each.problems == 1 else 's'}")
    if each.silenced:
        notes.append("muted there")
    return f"{words} ({', '.join(notes)})" if notes else words


def _nothing(answers: Sequence[SourceState]) -> str:
    if not answers:
        return "no vendor has reported it"
    if any(each.present for each in answers):
        return "no vendor has recent data"
    if all(each.gone for each in answers):
        return "no vendor lists it any more"
    return "the last full syncs do not list it"


def _left_out(answers: Sequence[SourceState]) -> tuple[str, ...]:
    """One sentence for every reason, naming everybody whom it keeps out."""
    reasons: dict[str, list[str]] = {}
    for each in answers:
        reasons.setdefault(_why_not(each), []).append(each.who)
    return tuple(f"Excluded: {' and '.join(whose)}, {why}" for why, whose in reasons.items())


def _why_not(each: SourceState) -> str:
    if each.gone:
        return "which removed it"
    if not each.present:
        return "not in its last full sync"
    return f"no contact for more than {each.stale_after}"
