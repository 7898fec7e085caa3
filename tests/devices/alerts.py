"""A few machines with something wrong: what vendors name, one that is silent, one that a complete list lacks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from devices.audit.context import AuditContext
from devices.coverage import gaps
from devices.issues import decisions
from devices.issues.decisions import IssueDecision
from devices.issues.filters import ALL, ISSUES, IssueListing
from devices.issues.queries import issue_page, matching
from devices.issues.rows import IssueRow
from devices.models import Account, Device, JobState, Standing, User
from tests.devices import rows as shown


def fleet() -> dict[str, Account]:
    """Four told issues (one is muted there), one silence, and every gap of three accounts whose lists are complete."""
    now = timezone.now()
    accounts = {slug: shown.account(f"{slug}-main", slug) for slug in ("eset", "opswat", "five9s")}
    eset, opswat, five = accounts.values()
    first = shown.sighting(eset, "nb-1", state="critical", issues=[("3 problems reported", "critical")])
    shown.sighting(
        opswat, "nb-1", device=first.device, state="attention", issues=[("2 issues", "attention"), ("1 critical issue", "critical")]
    )
    shown.sighting(five, "nb-1", device=first.device, issues=[("CVE-2026-1: due, not yet installed", "attention")])
    muted = shown.sighting(eset, "nb-2", state="attention", silenced=True, issues=[("1 problem reported", "attention")])
    muted.issues.update(silenced=True)
    shown.sighting(opswat, "nb-2", device=muted.device, state="critical")
    shown.sighting(five, "nb-2", device=muted.device)
    silent = shown.sighting(eset, "nb-3", stale=True, seen_at=now - timedelta(days=40), state_raw="DISCONNECTED")
    shown.sighting(opswat, "nb-3", device=silent.device)
    for account in accounts.values():
        complete(account)
    Account.objects.update(full_every=86_400)
    gaps.renew(timezone.now())
    return accounts


def complete(account: Account, *, at: datetime | None = None) -> None:
    """The account has a complete list, which proves what it lacks."""
    at = at or timezone.now()
    shown.fetch(account, state=JobState.DONE, finished_at=at, started_at=at)
    Account.objects.filter(pk=account.pk).update(complete_at=at)


def listing_of(**address: str) -> IssueListing:
    return ISSUES.read(address)


def listed(*, now: datetime | None = None, standing: str = ALL, **filters: str) -> list[IssueRow]:
    """All issues that a filter shows, decided or not unless said otherwise."""
    listing = listing_of(standing=standing, size="250", **filters)
    return issue_page(listing, matching(listing.filters, now=now or timezone.now())).rows


def titles(issues: Iterable[IssueRow]) -> list[str]:
    return [each.title for each in issues]


def one(title: str, *, now: datetime | None = None) -> IssueRow:
    return next(each for each in listed(now=now) if each.title.startswith(title))


def decided(title: str, standing: Standing, by: User, *, now: datetime | None = None, **decision: object) -> IssueRow:
    """The issue, after somebody decided about it."""
    now = now or timezone.now()
    decisions.decide([one(title, now=now).handle], IssueDecision(standing, **decision), act=AuditContext.of(by, now=now))  # type: ignore[arg-type]
    return one(title, now=now)


def named(name: str) -> Device:
    return Device.objects.get(name=name)
