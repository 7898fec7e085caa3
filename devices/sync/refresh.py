"""Refresh of chosen devices: first the cost for each account and why one cannot, then one sync of named devices per account."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, ngettext

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.connections.connection import budget_of
from devices.db import redis_client
from devices.db.messages import translated
from devices.errors import ActionRefused
from devices.models import Account, Health, Life, Sighting, SyncRun
from devices.models.job import ACTIVE
from devices.sync.handler import request_run
from devices.users import request_limits
from vendors.base import Scope, Vendor
from vendors.registry import VENDORS

MOST = 500  # devices in one wish
PATIENCE = 30.0  # seconds of a spent budget that a run may wait out; for longer no run is created


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """One account and the devices to refresh from it. `cost`: API calls as a text; `refusal`: a sentence why it cannot, else ""."""

    account: Account
    label: str
    ids: tuple[str, ...]
    cost: str
    refusal: str


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The runs, and one sentence for each account that was not asked."""

    runs: list[SyncRun]
    refusals: list[str]


def questions(devices: Sequence[int]) -> list[RefreshRequest]:
    """One query."""
    found = Sighting.objects.filter(device_id__in=list(devices)).select_related("account").only("external_id", "life", "account")
    return about(found)


def about(sightings: Iterable[Sighting]) -> list[RefreshRequest]:
    """The questions about sightings that are at hand. Devices that an account does not list any more are not asked for."""
    ids: dict[Account, list[str]] = {}
    for sighting in sorted(sightings, key=lambda each: (each.account.name, each.external_id)):
        if sighting.life != Life.GONE:
            ids.setdefault(sighting.account, []).append(sighting.external_id)
    return [_question(account, tuple(names)) for account, names in ids.items()]


def ask(devices: Sequence[int], *, act: AuditContext, limited: bool = False) -> RefreshResult:
    """A run for each account that can be asked, or the one that is under way already: asking twice costs no more than once.

    `limited`: the limits of devices/users/request_limits.py apply to the user.
    """
    asked = RefreshResult([], [])
    try:
        if limited:
            request_limits.count_request(act)
    except ActionRefused as refused:
        return RefreshResult([], [refused.sentence])
    for question in questions(devices):
        account = question.account
        refusal = question.refusal or _spent(account)
        if refusal:
            asked.refusals.append(f"{account.name}: {refusal}")
            continue
        try:
            asked.runs.append(_requested(question, devices, act=act, limited=limited))
        except ActionRefused as refused:
            asked.refusals.append(f"{account.name}: {refused.sentence}")
    return asked


@transaction.atomic
def _requested(question: RefreshRequest, devices: Sequence[int], *, act: AuditContext, limited: bool) -> SyncRun:
    account = question.account
    run = request_run(account, Scope(ids=question.ids), now=act.now, by=act.person, interactive=True)
    if limited and run.created_at == act.now:  # one that is under way costs nothing more
        request_limits.count_calls(act, account, devices=len(question.ids))
    told: dict[str, Any] = {"device": devices[0]} if len(devices) == 1 else {"devices": len(question.ids)}
    audit.record("refresh asked", act=act, target=account.name, run=run.pk, **told)
    return run


def under_way(asked: Sequence[RefreshRequest], *, numbers: Sequence[int] = ()) -> list[SyncRun]:
    """The runs for these questions, perhaps with other devices: those with these numbers, or, without numbers, those that have not ended.

    One query.
    """
    if not asked:
        return []
    ids = {question.account.pk: set(question.ids) for question in asked}
    runs = SyncRun.objects.select_related("account").filter(account__in=list(ids), kind="named")
    wanted = runs.filter(pk__in=numbers) if numbers else runs.filter(state__in=ACTIVE)
    found = [run for run in wanted if ids[run.account_id] <= set(run.walk_scope.ids)]
    return sorted(found, key=lambda run: run.account.name)


def _question(account: Account, ids: tuple[str, ...]) -> RefreshRequest:
    vendor = VENDORS.get(account.vendor)
    refusal = _refusal(account, vendor)
    return RefreshRequest(
        account, vendor.label if vendor else account.vendor, ids, "" if refusal or not vendor else _cost(vendor, len(ids)), refusal
    )


def _refusal(account: Account, vendor: Vendor | None) -> str:
    if vendor is None:
        return gettext("This version of Rollcall does not support the vendor.")
    if not account.enabled:
        return gettext("The vendor account is disabled.")
    if account.deletion_requested_at is not None:
        return gettext("The vendor account is being deleted.")
    if "named" not in vendor.scopes:
        sentence = gettext("Single devices cannot be refreshed.")
        return f"{sentence} {translated(vendor.refresh_note)}".strip()
    if account.health == Health.PERSON:
        return gettext("The credentials were refused; IT staff see details on the account page.")
    return ""


def _spent(account: Account) -> str:
    wait = budget_of(account, shared=redis_client.client()).spent_for()
    if wait <= PATIENCE:
        return ""
    return gettext("The rate limit is reached: try again in %(minutes)s min.") % {"minutes": math.ceil(wait / 60)}


def _cost(vendor: Vendor, count: int) -> str:
    if not vendor.named_at_once:
        return gettext("one vendor job with several API calls, a few minutes")
    calls = math.ceil(count / vendor.named_at_once)
    return ngettext("%(count)s API call, more only for removed devices", "%(count)s API calls, more only for removed devices", calls) % {
        "count": calls
    }
