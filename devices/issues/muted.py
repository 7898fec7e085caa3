"""Muted issues and devices, in Rollcall and by vendors; first the devices that are muted in one vendor and critical in another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from devices.account_status.stale_sources import StaleSource, aged
from devices.account_status.status import AccountStatus
from devices.device_list.filters import YES, DeviceFilters
from devices.device_list.queries import matching as matching_devices
from devices.issues.filters import ISSUES, SILENCED, VENDOR, IssueFilters, IssueListing
from devices.issues.queries import issue_page, matching
from devices.issues.rows import IssueRow
from devices.issues.sources import BRANCHES
from devices.issues.sql import IssueQuery
from devices.lists.keyset import Page, Total
from devices.models import ChangeKind, IssueKind, Standing

SHOWN = 25
MOST_PAIRS = 500
# Issues that come from a vendor's record; a coverage gap has none.
_OURS = [branch for branch in BRANCHES if branch.kind != IssueKind.GAP]
_NAMED = next(branch for branch in BRANCHES if branch.kind == IssueKind.ISSUE)
_ALARM = "i.state = 'critical' AND NOT i.silenced"
# A record that is critical only because of issues that are muted in Rollcall does not count.
_CONTRADICTED = """
WITH red AS MATERIALIZED (
  SELECT s.id, s.device_id, s.account_id, s.state_raw FROM devices_device d JOIN devices_sighting s ON s.device_id = d.id
  WHERE d.state = 'critical' AND d.life IN ('seen', 'missing')
  AND s.life = 'seen' AND s.superseded IS NOT TRUE AND NOT s.stale AND NOT s.silenced AND s.state = 'critical'
), near AS MATERIALIZED (
  SELECT s.id, s.device_id, s.account_id, s.silenced FROM devices_sighting s
  WHERE s.life = 'seen' AND s.superseded IS NOT TRUE AND s.device_id IN (SELECT device_id FROM red)
), quiet AS (
  SELECT id, device_id, account_id, '' AS words, 0 AS number FROM near WHERE silenced
  UNION ALL SELECT n.id, n.device_id, n.account_id, '', count(*) FROM near n JOIN devices_issue i ON i.sighting_id = n.id
  WHERE i.silenced AND NOT n.silenced GROUP BY n.id, n.device_id, n.account_id
  UNION ALL {ours}
), alarms AS (
  SELECT i.sighting_id AS id, count(*) AS number FROM red r JOIN devices_issue i ON i.sighting_id = r.id WHERE {alarm} GROUP BY 1
), hushed AS (
  SELECT id, count(*) AS number FROM ({hushed}) h GROUP BY 1
)
SELECT q.device_id, d.name, q.account_id, q.words, q.number, r.account_id, r.state_raw
FROM quiet q JOIN red r ON r.device_id = q.device_id AND r.id <> q.id JOIN devices_device d ON d.id = q.device_id
WHERE NOT EXISTS (SELECT FROM alarms JOIN hushed USING (id, number) WHERE id = r.id)
ORDER BY d.name, d.id, q.account_id, q.words, r.account_id LIMIT %(most)s"""
_MUTED = f"""
SELECT s.account_id, d.id, d.name, s.state, s.state_raw, coalesce(c.at, s.created_at) AS since, c.at IS NOT NULL
FROM devices_device d JOIN devices_sighting s ON s.device_id = d.id AND s.silenced AND s.life = 'seen' AND s.superseded IS NOT TRUE
LEFT JOIN LATERAL (SELECT max(at) AS at FROM devices_change WHERE device_id = d.id AND kind = '{ChangeKind.FIELD}' AND field = 'silenced'
                   AND after = 'true' AND account_id = s.account_id) c ON true
WHERE d.silenced AND d.life IN ('seen', 'missing') ORDER BY since, s.id LIMIT %s"""


@dataclass(slots=True)
class ContradictedMute:
    """A device that is muted in one place and critical in another. `quiet`: what is muted where; `reds`: (account, vendor status)."""

    device: int
    name: str
    quiet: list[str] = field(default_factory=list)
    reds: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MutedDevice:
    """A device that a vendor has muted. `since`: when, or, where not `told`, when Rollcall first saw it muted."""

    account: AccountStatus
    device: int
    name: str
    state: str
    raw: str
    since: datetime
    told: bool


@dataclass(frozen=True, slots=True)
class MutedSection:
    """Issues that are muted in one way, the oldest first, and the list that has all of them."""

    listing: IssueListing
    page: Page[IssueRow]


@dataclass(frozen=True, slots=True)
class MutedIssues:
    contradicted: Sequence[ContradictedMute]
    more: bool  # there are more of them than are shown
    here: MutedSection
    there: MutedSection
    devices: Sequence[MutedDevice]
    devices_total: Total
    devices_filters: DeviceFilters
    aged: Sequence[StaleSource]

    @property
    def contradicted_words(self) -> str:
        return Total(len(self.contradicted), self.more).words


def muted_issues(*, now: datetime, known: Sequence[AccountStatus]) -> MutedIssues:
    """At most twelve queries. `known`: the status of every account."""
    accounts = {each.pk: each for each in known}
    contradicted, more = _contradicted(accounts, now)
    muted = DeviceFilters(silenced=YES)
    _, number, beyond = matching_devices(muted, now=now)
    here, there = _part(SILENCED, known, now), _part(VENDOR, known, now)
    return MutedIssues(contradicted, more, here, there, _muted(accounts), Total(number, beyond), muted, aged(known))


def _part(standing: str, known: Sequence[AccountStatus], now: datetime) -> MutedSection:
    listing = ISSUES.read({"standing": standing, "sort": "age", "size": str(SHOWN)})
    return MutedSection(listing, issue_page(listing, matching(listing.filters, now=now, known=known)))


def _contradicted(accounts: dict[int, AccountStatus], now: datetime) -> tuple[list[ContradictedMute], bool]:
    question = IssueQuery(IssueFilters(standing=SILENCED), now, [])
    ours = " UNION ALL ".join(
        question.select(each, "s.id, s.device_id, s.account_id, t.standing, 1", beyond="s.device_id IN (SELECT device_id FROM red)")
        for each in _OURS
    )
    hushed = question.select(_NAMED, "s.id AS id", beyond=f"s.id IN (SELECT id FROM red) AND {_ALARM}")
    rows = _rows(_CONTRADICTED.format(ours=ours, hushed=hushed, alarm=_ALARM), question.values() | {"most": MOST_PAIRS + 1})
    found: dict[int, ContradictedMute] = {}
    for device, name, account, standing, number, red, raw in rows[:MOST_PAIRS]:
        if account not in accounts or red not in accounts:
            continue
        entry = found.setdefault(device, ContradictedMute(device, name))
        quiet, loud = _quiet(accounts[account], standing, number), (accounts[red].name, raw)
        entry.quiet += [quiet] if quiet not in entry.quiet else []
        entry.reds += [loud] if loud not in entry.reds else []
    return list(found.values()), len(rows) > MOST_PAIRS


def _quiet(account: AccountStatus, standing: str, number: int) -> str:
    values = {"account": account.name, "number": number_format(number, force_grouping=True)}
    if standing == Standing.SNOOZED:
        return gettext("%(account)s: issue snoozed in Rollcall") % values
    if standing:
        return gettext("%(account)s: issue muted in Rollcall") % values
    if number:
        return ngettext("%(account)s: %(number)s issue muted by vendor", "%(account)s: %(number)s issues muted by vendor", number) % values
    return gettext("%(account)s: device muted by vendor") % values


def _muted(accounts: dict[int, AccountStatus]) -> list[MutedDevice]:
    return [MutedDevice(accounts[account], *rest) for account, *rest in _rows(_MUTED, [SHOWN]) if account in accounts]


def _rows(text: str, values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return [tuple(row) for row in cursor.fetchall()]
