"""Status of a device as text: the worst status of its recent records, and which records are excluded. Pure.

The rule is the same as in summary.py: a record counts while its vendor lists the device, the device checked in recently enough, and
the account has no newer record of it.
Devices that a vendor mutes count; the text says that they are muted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext, gettext_lazy, ngettext

from vendors.states import State

_BADNESS = (State.CRITICAL, State.ATTENTION, State.OK, State.UNKNOWN)
_REPORTED = {
    State.CRITICAL: gettext_lazy("%(source)s reports critical"),
    State.ATTENTION: gettext_lazy("%(source)s reports warnings"),
    State.OK: gettext_lazy("%(source)s reports OK"),
    State.UNKNOWN: gettext_lazy("%(source)s reports no status"),
}


@dataclass(frozen=True, slots=True)
class SourceState:
    """The status that one record reports. `raw`: the vendor's own value. `stale_after`: how old its last check-in may be."""

    source: str
    state: State
    raw: str = ""
    problems: int = 0
    present: bool = True
    gone: bool = False
    stale: bool = False
    superseded: bool = False
    silenced: bool = False
    stale_after: str = "14 days"

    @property
    def counted(self) -> bool:
        return self.present and not self.stale and not self.superseded


@dataclass(frozen=True, slots=True)
class Verdict:
    """`headline`: the status; `reasons`: what each source reports; `left_out`: the excluded sources, one text for each reason."""

    state: State
    headline: str
    reasons: str
    left_out: tuple[str, ...]


def judge(records: Sequence[SourceState]) -> Verdict:
    counted = sorted((each for each in records if each.counted), key=lambda each: _BADNESS.index(each.state))
    state = counted[0].state if counted else State.UNKNOWN
    reasons = ", ".join(_reason(each) for each in counted) if counted else _nothing(records)
    listed = any(each.present for each in records)
    left_out = _left_out([each for each in records if not each.counted]) if listed else ()
    # A vendor may report issues that need no action: that is not OK without more.
    pending = state is State.OK and any(each.problems > 0 for each in counted)
    headline = gettext("OK, with open issues") if pending else gettext(state.label)
    return Verdict(state, headline, reasons, left_out)


def _reason(each: SourceState) -> str:
    names = {"source": each.source, "value": each.raw}
    if each.state is State.UNKNOWN and each.raw:
        text = gettext("%(source)s reports the unrecognized status “%(value)s”") % names
    elif each.state is State.OK and each.problems > 0:
        text = gettext("%(source)s reports no action needed") % names
    else:
        text = str(_REPORTED[each.state]) % names
    notes = [_issues(each)] if each.problems > 0 else []
    if each.silenced:
        notes.append(gettext("muted by vendor"))
    return f"{text} ({', '.join(notes)})" if notes else text


def _issues(each: SourceState) -> str:
    number = {"number": each.problems}
    if each.state is State.OK:
        return ngettext("%(number)s open issue", "%(number)s open issues", each.problems) % number
    return ngettext("%(number)s issue", "%(number)s issues", each.problems) % number


def _nothing(records: Sequence[SourceState]) -> str:
    if not records:
        return gettext("no vendor has reported it")
    if any(each.present for each in records):
        return gettext("no vendor has recent data")
    if all(each.gone for each in records):
        return gettext("no vendor reports it anymore")
    return gettext("not in the last full syncs")


def _left_out(records: Sequence[SourceState]) -> tuple[str, ...]:
    """One text for each reason, with all sources that it excludes."""
    found: dict[str, list[str]] = {}
    for each in records:
        found.setdefault(_excluded(each), []).append(each.source)
    return tuple(text % {"sources": get_text_list(sources, gettext("and"))} for text, sources in found.items())


def _excluded(each: SourceState) -> str:
    """A text with a place for `sources`."""
    if each.gone:
        return gettext("Excluded: %(sources)s (removed)")
    if not each.present:
        return gettext("Excluded: %(sources)s (not in the last full sync)")
    if each.superseded:
        return gettext("Excluded: %(sources)s (superseded by a newer record)")
    return gettext("Excluded: %(sources)s (no check-in for more than %(age)s)") % {"sources": "%(sources)s", "age": each.stale_after}
