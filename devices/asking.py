"""Ask vendors about chosen devices: first what it would cost and who cannot, then one named run per account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from devices import audit
from devices.models import Account, Health, Life, Sighting, SyncRun, User
from devices.sync import request_run
from vendors.base import Scope, Vendor
from vendors.registry import VENDORS

MOST = 500  # devices in one wish
# Devices in one call, where a vendor takes several at once; others do one job, however many are named.
PER_CALL = {"eset": 100}


@dataclass(frozen=True, slots=True)
class Question:
    """One account and the devices it would be asked about. `cost`: in words; `refusal`: why it cannot be asked, else ""."""

    account: Account
    label: str
    ids: tuple[str, ...]
    cost: str
    refusal: str


def questions(devices: Sequence[int]) -> list[Question]:
    """One query. Devices that an account does not list any more are not asked for."""
    ids: dict[Account, list[str]] = {}
    found = (
        Sighting.objects.filter(device_id__in=list(devices))
        .exclude(life=Life.GONE)
        .select_related("account")
        .only("external_id", "account")
    )
    for sighting in found.order_by("account__name", "external_id"):
        ids.setdefault(sighting.account, []).append(sighting.external_id)
    return [_question(account, tuple(names)) for account, names in ids.items()]


def ask(devices: Sequence[int], *, by: User, now: datetime, request: HttpRequest) -> list[SyncRun]:
    """A run for each account that can be asked; what cannot is left out, as `questions` says."""
    runs = []
    with transaction.atomic():
        for question in questions(devices):
            if question.refusal:
                continue
            run = request_run(question.account, Scope(ids=question.ids), now=now, by=by, interactive=True)
            audit.record("refresh asked", actor=by, target=question.account.name, request=request, run=run.pk, devices=len(question.ids))
            runs.append(run)
    return runs


def _question(account: Account, ids: tuple[str, ...]) -> Question:
    vendor = VENDORS.get(account.vendor)
    refusal = _refusal(account, vendor)
    return Question(
        account, vendor.label if vendor else account.vendor, ids, "" if refusal or not vendor else _cost(vendor, len(ids)), refusal
    )


def _refusal(account: Account, vendor: Vendor | None) -> str:
    if vendor is None:
        return "This version of Rollcall does not know its vendor."
    if not account.enabled:
        return "It is switched off."
    if "named" not in vendor.scopes:
        return f"It cannot be asked about single devices. {vendor.refresh_note}".strip()
    if account.health == Health.PERSON:
        return f"It needs a person first: {account.health_sentence}"
    return ""


def _cost(vendor: Vendor, count: int) -> str:
    at_once = PER_CALL.get(vendor.slug)
    if at_once is None:
        return "1 job, which takes a few calls over some minutes"
    calls = -(-count // at_once)
    return f"{calls} {'call' if calls == 1 else 'calls'}, more only for devices it no longer knows"
