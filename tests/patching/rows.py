"""Patches and attempts as rows, made without a vendor: what the pages show."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.utils import timezone

from devices.models import Account, Sighting
from patching.models import Attempt, Patch, Reading, Title
from tests.devices import rows as shown
from tests.patching.tallies import last_on_their_devices
from vendors.patching_api import Source


def title(name: str = "Firefox", *, vendor: str = "eset", kind: str = "application", developer: str = "") -> Title:
    return Title.objects.get_or_create(vendor=vendor, key=name, defaults={"name": name, "kind": kind, "developer": developer})[0]


def patch(sighting: Sighting, name: str = "Firefox", status: str = "available", *, days: float = 3, **columns: object) -> Patch:
    """`days`: how long it has been open."""
    now = timezone.now()
    values: dict[str, object] = {
        "first_at": now,
        "open_since": now - timedelta(days=days),
        "raw": status.upper(),
        "version": "2.0",
        **columns,
    }
    number = Patch.objects.count()
    of = title(name, vendor=sighting.vendor)
    return Patch.objects.create(
        account=sighting.account,
        device_ref=sighting.external_id,
        key=f"{number}-{name}"[:255],
        title=of,
        sighting=sighting,
        status=status,
        **values,
    )


def attempt(
    account: Account, name: str = "Firefox", status: str = "installed", *, on: Sighting | None = None, days: float = 1, **columns: object
) -> Attempt:
    at: datetime = timezone.now() - timedelta(days=days)
    number = Attempt.objects.count()
    values: dict[str, object] = {"raw": status.upper(), "before": "1.0", "after": "2.0", "started_at": at, "ended_at": at}
    values |= {"device_ref": on.external_id if on else "", **columns}
    return Attempt.objects.create(
        account=account, title=title(name, vendor=account.vendor), status=status, sighting=on,
        loose=hashlib.md5(f"{number}".encode(), usedforsecurity=False).digest(), at=at, day=timezone.localdate(at), first_at=at, **values,
    )  # fmt: skip


def small_patching() -> dict[str, Account]:
    """On tests.devices.rows.small_fleet: every status, every reason, two vendors that tell, attempts with and without a device."""
    accounts = shown.small_fleet()
    eset, five = accounts["eset"], accounts["five9s"]
    berlin, munich, zurich = (Sighting.objects.get(account=eset, name=name) for name in ("nb-berlin-01", "nb-munich-02", "mac-zurich-03"))
    london = Sighting.objects.get(account=five, name="srv-london-05")
    patch(berlin, "Firefox", "failed", reason="running", days=40, severity="high", security=True, fixes=["CVE-2026-1"], restart=True)
    patch(berlin, "7-Zip", "available", days=9, severity="medium", notes="https://example.com/notes")
    patch(munich, "Firefox", "failed", reason="download", days=100)
    patch(munich, "Acrobat", "failed", reason="uninstall", days=2)
    patch(munich, "VLC", "failed", reason="corrupt", days=2)
    patch(munich, "7-Zip", "installing", days=1)
    patch(zurich, "Firefox", "restart", days=12)
    patch(zurich, "VLC", "failed", reason="prepare", days=5)
    patch(zurich, "7-Zip", "installed", days=50)
    patch(zurich, "Acrobat", "excluded", days=50)
    patch(london, "CVE-2026-1234", "failed", reason="untold", days=400, raw="InstallFailure")
    patch(london, "KB5031455", "unknown", days=6, raw="Teleported")
    patch(london, "KB5031456", "scheduled", days=6, raw="Autofix")
    patch(london, "KB5031457", "not_applicable", days=6)
    patch(munich, "Resting", "available", days=500, counted=False)
    attempt(eset, "Firefox", "failed", on=berlin, reason="running", days=0, before_number=2, after_number=1)
    attempt(eset, "Firefox", "installed", on=munich, days=1, after_number=18_000_000_000_000_000_000, after="129.0")
    attempt(eset, "Firefox", "installed", days=2)
    attempt(eset, "7-Zip", "restart", on=zurich, days=3)
    attempt(eset, "7-Zip", "failed", reason="download", days=3)
    attempt(eset, "VLC", "installing", days=29, ended_at=None)
    attempt(eset, "VLC", "unknown", days=4, raw="APPLICATION_PATCHING_STATUS_NEW_WORD")
    attempt(eset, "VLC", "installed", days=80)
    Attempt.objects.filter(pk__in=last_on_their_devices()).update(last=True)
    Reading.objects.create(account=eset, source=Source.RECENT, can=True, complete_at=timezone.now(), tried_at=timezone.now())
    refused = "The vendor refuses it: the user lacks the right to patch management."
    Reading.objects.create(account=eset, source=Source.ATTEMPTS, can=False, sentence=refused, tried_at=timezone.now())
    return accounts
