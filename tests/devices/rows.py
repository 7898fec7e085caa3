"""Devices as rows, made without a vendor: what the pages show."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from devices.matching.record import kinds_mask
from devices.models import Account, Device, Health, Identifier, Issue, JobState, Life, Pulse, Sighting, SyncRun
from devices.reconciliation.search_text import text_of
from devices.reconciliation.summary import summarise
from vendors.parsing.normalise import identifier
from vendors.records import Device as Record
from vendors.states import IdKind, State

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% load x %}",
    '<div hx-get="/devices/">',
    "&lt;b&gt;",
    "\u202egnp.exe",
    "x" * 255,
    "Z\u0337\u0301a\u0337l\u0301g\u0337o\u0301",
    "👩‍💻 Thang's Phone",
)


def account(name: str, vendor: str, *, complete: bool = True, health: Health = Health.OK, sentence: str = "") -> Account:
    at = timezone.now() - timedelta(minutes=5) if complete else None
    return Account.objects.create(name=name, vendor=vendor, health=health, complete_at=at, health_sentence=sentence)


def sighting(
    of: Account,
    name: str,
    *,
    device: Device | None = None,
    ids: Iterable[tuple[IdKind, str]] = (),
    issues: Iterable[tuple[str, str]] = (),
    seen_at: datetime | None = None,
    **columns: object,
) -> Sighting:
    """`issues`: (title, state). The device's summary is up to date afterwards."""
    now = timezone.now()
    device = device or Device.objects.create(created_at=now)
    number = Sighting.objects.count()
    values: dict[str, object] = {"state": "ok", "state_raw": "FINE", "enrolment": "managed", "raw": {"name": name}, **columns}
    heard_at = seen_at or now - timedelta(hours=3)
    values |= {"quiet_since": heard_at} if columns.get("stale") else {}
    made = Sighting.objects.create(
        account=of, vendor=of.vendor, device=device, name=name, external_id=f"{of.name}-{number}",
        digest=bytes(16), created_at=now, changed_at=now, **values,
    )  # fmt: skip
    Pulse.objects.create(sighting=made, seen_at=heard_at, fetched_at=now, run_id=0)
    keys = [known for kind, value in [(IdKind.HOSTNAME, name), *ids] if (known := identifier(kind, value)) is not None]
    for known in keys:
        Identifier.objects.create(sighting=made, kind=known.kind, key=known.key, value=known.value, junk=known.junk)
    made.key_kinds = kinds_mask(known.kind for known in keys if not known.junk)
    told = {
        name: getattr(made, name)
        for name in ("external_id", "name", "serial", "user", "os_name", "os_release", "model", "manufacturer", "group_name")
    }
    made.search_text = text_of(Record(state=State.OK, state_raw="", identifiers=tuple(keys), **told))
    made.save(update_fields=["key_kinds", "search_text"])
    for position, (title, state) in enumerate(issues):
        Issue.objects.create(sighting=made, key=f"issue-{position}", title=title, state=state, first_seen_at=now)
    summarise([device.pk], now)
    device.refresh_from_db()
    return made


def fetch(of: Account, *, state: JobState = JobState.RUNNING, **columns: object) -> SyncRun:
    now = timezone.now()
    values: dict[str, object] = {"kind": "everything", "created_at": now, "next_step_at": now, **columns}
    if state == JobState.DONE and values["kind"] == "everything":
        at = columns.get("finished_at") or now
        Account.objects.filter(pk=of.pk).update(complete_at=at)
        values["finished_at"] = at
    return SyncRun.objects.create(account=of, state=state, **values)


def small_fleet() -> dict[str, Account]:
    """Three vendors, seven devices: every state, one missing, one gone, two seen by several vendors."""
    now = timezone.now()
    eset, opswat, five = account("eset-main", "eset"), account("opswat-main", "opswat"), account("five-main", "five9s")
    first = sighting(eset, "nb-berlin-01", state="ok", serial="PF3XK2", os_name="Windows 11", os_family="windows",
                     ids=[(IdKind.SERIAL, "PF3XK2"), (IdKind.MAC, "00:1A:2B:3C:4D:5E")])  # fmt: skip
    sighting(opswat, "nb-berlin-01", device=first.device, state="attention", user="ACME\\anna.becker",
             ids=[(IdKind.USER, "ACME\\anna.becker"), (IdKind.IP, "10.0.50.17")], issues=[("Firewall is off", "attention")])  # fmt: skip
    second = sighting(eset, "nb-munich-02", state="critical", os_family="windows", issues=[("Trojan found", "critical")])
    sighting(five, "nb-munich-02", device=second.device, state="ok", life=Life.MISSING, missing_since=now)
    sighting(eset, "mac-zurich-03", state="ok", os_family="macos")
    sighting(opswat, "phone-04", state="unknown", state_raw="7", os_family="android")
    sighting(five, "srv-london-05", state="critical", stale=True, seen_at=now - timedelta(days=30), os_family="linux")
    sighting(five, "old-06", life=Life.GONE, missing_since=now - timedelta(days=9))
    sighting(opswat, "away-07", life=Life.MISSING, missing_since=now - timedelta(hours=2))
    return {"eset": eset, "opswat": opswat, "five9s": five}
