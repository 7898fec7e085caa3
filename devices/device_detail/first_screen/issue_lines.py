"""Open issues of the device page: those of vendors and those that Rollcall finds, each with its decision and its next step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.coverage.states import CoverageState
from devices.db.messages import translated
from devices.device_detail.first_screen.account_cards import AccountCards
from devices.device_detail.queries import DeviceDetail, OpenIssue, SourceView
from devices.issues.queries import device_issues
from devices.issues.rows import IssueRow
from devices.models import IssueKind
from vendors.registry import makes_installers_for, short_label_of
from vendors.stored_titles import DUE_PATCH, FAILED_PATCH, PATCH_TEMPLATES, RELEASED_PATCH, recognized
from vendors.texts import Message

MOST = 6  # before the rest is folded
PATCHING = "#patching-panel"


@dataclass(frozen=True, slots=True)
class IssueStep:
    """What to do about an issue. `url`: where; `away`: outside Rollcall. `form`: id of the form on the page that does it."""

    text: str
    url: str = ""
    away: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True)
class IssueLine:
    """`since`: from the vendor (`dated`), else when Rollcall first saw it. `row`: with its decision, None where the device is not listed.

    `silenced`: muted by the vendor.
    """

    state: str
    raw: str
    silenced: bool
    title: str
    source: str
    since: datetime
    dated: bool
    row: IssueRow | None
    step: IssueStep | None


@dataclass(frozen=True, slots=True)
class IssueLines:
    """`found`: how many of `lines` and `rest` Rollcall found itself."""

    lines: list[IssueLine]
    rest: list[IssueLine]
    found: int


@dataclass(frozen=True, slots=True)
class StepLinks:
    """What the user may do. `installer`: account → address of the installer flow, None without the permission."""

    remediation: bool
    installer: Callable[[str], str] | None


def issue_lines(found: DeviceDetail, cards: AccountCards, known: Sequence[AccountStatus], links: StepLinks, *, now: datetime) -> IssueLines:
    """Worst first, muted ones last. `known`: the statuses of all accounts. One query, none for a device without any."""
    rows = device_issues(found.device.pk, known, now=now, kinds=_kinds(found, cards))
    named = {(row.ref, row.key): row for row in rows if row.kind == IssueKind.ISSUE}
    views = {view.sighting.pk: view for view in found.views}

    def reported(each: OpenIssue) -> IssueLine:
        issue = each.issue
        row = named.get((issue.sighting_id, issue.key))
        step = None if issue.silenced or (row and row.decided) else _reported_step(issue.title, views[issue.sighting_id], links)
        return IssueLine(
            issue.state, issue.raw, issue.silenced, translated(recognized(issue.title)), each.vendor,
            issue.since or issue.first_seen_at, issue.since is not None, row, step,
        )  # fmt: skip

    own = [row for row in rows if row.kind != IssueKind.ISSUE]
    lines = [
        *(reported(each) for each in found.problems),
        *(_found_line(row, found.device.os_family, links) for row in own),
        *(reported(each) for each in found.silenced_problems),
    ]
    return IssueLines(lines[:MOST], lines[MOST:], len(own))


def _kinds(found: DeviceDetail, cards: AccountCards) -> list[IssueKind]:
    """Those that the device can have: the database plans a query of all three longer than it reads them."""
    missing = any(card.cover is CoverageState.MISSING for card in (*cards.shown, *cards.rest))
    possible = {
        IssueKind.ISSUE: bool(found.problems or found.silenced_problems),
        IssueKind.STALE: any(view.sighting.stale for view in found.views),
        IssueKind.GAP: missing,
    }
    return [kind for kind, is_possible in possible.items() if is_possible]


def _found_line(row: IssueRow, family: str, links: StepLinks) -> IssueLine:
    step = None if row.silenced or row.decided else _found_step(row, family, links)
    return IssueLine(row.state, "", row.silenced, row.title, gettext("Rollcall"), row.since, True, row, step)


def _reported_step(title: str, view: SourceView, links: StepLinks) -> IssueStep:
    known = recognized(title)
    if isinstance(known, Message) and known.template in PATCH_TEMPLATES:
        return _patch_step(known.template, view)
    if links.remediation and view.repairable and not view.sighting.superseded:
        return IssueStep(gettext("Open %(vendor)s remediation") % {"vendor": view.short}, form=f"remediation-{view.sighting.pk}")
    if view.console:
        return IssueStep(gettext("Open in %(vendor)s") % {"vendor": view.short}, view.console, away=True)
    return IssueStep(gettext("Resolve it in the %(vendor)s console") % {"vendor": view.short})


def _patch_step(template: str, view: SourceView) -> IssueStep:
    """Of an issue that is about one patch. A failed one has its reason in the panel of patches."""
    if template == FAILED_PATCH:
        return IssueStep(gettext("See reason and next step under Patching"), PATCHING)
    if template == RELEASED_PATCH:
        return IssueStep(gettext("Wait for the agent's next security scan, which installs it"))
    text = gettext("Install it from the %(vendor)s console") if template == DUE_PATCH else gettext("Check it in the %(vendor)s console")
    return IssueStep(text % {"vendor": view.short}, view.console, away=bool(view.console))


def _found_step(row: IssueRow, family: str, links: StepLinks) -> IssueStep:
    names = {"vendor": short_label_of(row.account.vendor)}
    if row.kind != IssueKind.GAP:
        return IssueStep(gettext("Check that the device is on and online, and that the %(vendor)s agent runs") % names)
    if links.installer and makes_installers_for(row.account.vendor, family):
        return IssueStep(gettext("Send installer"), links.installer(row.account.name))
    return IssueStep(gettext("Enroll the device in the %(vendor)s console") % names)
