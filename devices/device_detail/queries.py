"""The device page in five queries: the device, its records, their identifiers and issues, the thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext

from devices.account_status.status import AccountStatus
from devices.device_detail.verdict import SourceState, Verdict, judge
from devices.models import Device, Identifier, Issue, Life, Sighting
from devices.reconciliation.field_repairs import as_documents
from devices.reconciliation.freshness import Freshness, Limits, age_words, limits
from devices.reconciliation.source_names import source_names
from devices.reconciliation.timestamps import newest
from vendors import console
from vendors.field_repairs import REPLACED, FieldFault
from vendors.gateway.address_rules import openable
from vendors.registry import VENDORS
from vendors.states import Enrolment, IdKind, State

BESIDE = ("account", "pulse", "remediation")
UNREAD = ("raw", "digest", "remediation__sealed", "account__tokens")
_KIND_ORDER = {kind.value: position for position, kind in enumerate(IdKind)}
_STATE_ORDER = {State.CRITICAL: 0, State.ATTENTION: 1, State.UNKNOWN: 2, State.OK: 3}


@dataclass(slots=True)
class SourceView:
    """One record of the device, with the names and limits of its vendor."""

    sighting: Sighting
    label: str
    short: str
    limits: Limits
    freshness: Freshness | None
    status: AccountStatus | None = None  # of the account; None where the caller gave none
    issue_count: int = 0

    @property
    def seen_at(self) -> datetime | None:
        return self.sighting.pulse.seen_at if hasattr(self.sighting, "pulse") else None

    @property
    def fetched_at(self) -> datetime | None:
        return self.sighting.pulse.fetched_at if hasattr(self.sighting, "pulse") else None

    @property
    def console(self) -> str:
        """An https address in the vendor's console: the vendor's own for this device, else the account's; "" where there is none."""
        seen = self.sighting
        known = console.link(seen.account.settings, external_id=seen.external_id, name=seen.name, serial=seen.serial)
        return seen.link if openable(seen.link) else known

    @property
    def repairable(self) -> bool:
        """The vendor has a remediation page for this device."""
        return hasattr(self.sighting, "remediation")

    @property
    def repairs(self) -> list[tuple[str, str]]:
        """Fields of the record that were corrected or left out, and why."""
        return [(each["field"], gettext(FieldFault.labelled(each["fault"]))) for each in as_documents(self.sighting.repairs)]

    @property
    def counted(self) -> bool:
        return self.sighting.counted

    @property
    def stale_after(self) -> str:
        return age_words(self.limits.stale)

    @property
    def enrollment(self) -> str:
        return {
            Enrolment.PENDING.value: gettext("Enrollment pending: the vendor does not manage the device yet."),
            Enrolment.FAILED.value: gettext("Enrollment failed: the vendor does not manage the device."),
        }.get(self.sighting.enrolment, "")


@dataclass(slots=True)
class IdentifierRow:
    """One identifier and the sources that report it."""

    kind: str
    value: str
    junk: bool
    sources: list[str] = field(default_factory=list)

    @property
    def repaired(self) -> bool:
        """Characters of it were lost."""
        return REPLACED in self.value


@dataclass(frozen=True, slots=True)
class OpenIssue:
    """`current`: the vendor lists the record, and the account has no newer one of the device."""

    issue: Issue
    vendor: str
    current: bool


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """`problems`: as the list of issues counts them; `past_problems`: of superseded records, and of those that are no longer listed."""

    device: Device
    verdict: Verdict
    views: list[SourceView]
    identifiers: list[IdentifierRow]
    problems: list[OpenIssue]
    silenced_problems: list[OpenIssue]
    past_problems: list[OpenIssue]
    last_seen: datetime | None

    @property
    def repaired(self) -> bool:
        return any(view.sighting.repairs for view in self.views)

    @property
    def addresses(self) -> list[str]:
        """IP addresses."""
        return [each.value for each in self.identifiers if each.kind == IdKind.IP and not each.junk]


def detail(pk: int, *, now: datetime, known: Mapping[int, AccountStatus] | None = None) -> DeviceDetail:
    """`known`: the statuses of accounts. Raises Device.DoesNotExist."""
    device = Device.objects.get(pk=pk)
    sightings = list(Sighting.objects.filter(device=device).select_related(*BESIDE).defer(*UNREAD))
    sightings.sort(key=lambda each: (not each.present, vendor_order(each.vendor), each.account.name))
    names = source_names(sightings)
    ages = limits()
    views = [_view(each, *names[each.pk], ages.get(each.vendor, Limits()), now) for each in sightings]
    for view in views:
        view.status = (known or {}).get(view.sighting.account_id)
    by_sighting = {view.sighting.pk: view for view in views}
    problems = _problems(by_sighting)
    for problem in problems:
        by_sighting[problem.issue.sighting_id].issue_count += not problem.issue.silenced
    return DeviceDetail(
        device=device,
        verdict=judge([_source_state(view) for view in views]),
        views=views,
        identifiers=_identifiers({view.sighting.pk: view.short for view in views}),
        problems=[each for each in problems if each.current and not each.issue.silenced],
        silenced_problems=[each for each in problems if each.current and each.issue.silenced],
        past_problems=[each for each in problems if not each.current],
        last_seen=newest((view.seen_at for view in views), now=now),
    )


def raw_answer(device: int, sighting: int) -> Sighting:
    """Raises Sighting.DoesNotExist, also when the sighting belongs to another device."""
    return Sighting.objects.select_related("account").get(pk=sighting, device_id=device)


def vendor_order(vendor: str) -> int:
    return list(VENDORS).index(vendor) if vendor in VENDORS else len(VENDORS)


def _view(sighting: Sighting, label: str, short: str, known: Limits, now: datetime) -> SourceView:
    seen_at = sighting.pulse.seen_at if hasattr(sighting, "pulse") else None
    return SourceView(sighting, label, short, known, known.freshness(seen_at, now=now))


def _source_state(view: SourceView) -> SourceState:
    sighting = view.sighting
    return SourceState(
        source=view.short,
        state=State.known(sighting.state),
        raw=sighting.state_raw,
        problems=sighting.problem_count or view.issue_count,
        present=sighting.present,
        gone=sighting.life == Life.GONE,
        stale=sighting.stale,
        superseded=bool(sighting.superseded),
        silenced=sighting.silenced,
        stale_after=view.stale_after,
    )


def _problems(views: dict[int, SourceView]) -> list[OpenIssue]:
    found = [
        OpenIssue(issue, views[issue.sighting_id].short, _current(views[issue.sighting_id].sighting))
        for issue in Issue.objects.filter(sighting_id__in=list(views))
    ]
    found.sort(key=lambda each: (_STATE_ORDER[State.known(each.issue.state)], each.issue.title))
    return found


def _current(sighting: Sighting) -> bool:
    return sighting.present and not sighting.superseded


def _identifiers(labels: dict[int, str]) -> list[IdentifierRow]:
    known: dict[tuple[str, str, bool], IdentifierRow] = {}
    told = Identifier.objects.filter(sighting_id__in=list(labels)).exclude(value="")  # no derived notations
    rows = told.values_list("sighting_id", "kind", "key", "value", "junk")
    for sighting_id, kind, key, value, junk in sorted(rows):
        entry = known.setdefault((kind, key, junk), IdentifierRow(kind, value, junk))
        if labels[sighting_id] not in entry.sources:
            entry.sources.append(labels[sighting_id])
    return sorted(known.values(), key=lambda each: (_KIND_ORDER.get(each.kind, 99), each.junk, each.value))
