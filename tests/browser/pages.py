"""The pages of Rollcall over a fleet with long words, many accounts and every state of a sync."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from playwright.sync_api import Page

from devices.models import Account, AuditEvent, Device, Health, Issue, JobState, PossibleDuplicate
from tests.devices import rows as shown
from tests.patching import rows as made
from vendors.states import IdKind

NAME = "HAM-NB-01054"
SERIAL = "C0KVGN3RLVV9"
MAC = "8C:8D:28:35:E9:75"
UUID = "CE8022D1-16CD-E114-AC27-80A1953C4763"
USER = "NORDWIND\\f.lang"
WORD = "DEVICE_FUNCTIONALITY_STATUS_ATTENTION_REQUIRED"


def make_laptop() -> Device:
    """A device that five accounts of one vendor and two other vendors tell about, beside a small fleet that has patches."""
    others = made.small_patching()
    accounts = [shown.account(f"eset-office-{city}", "eset") for city in ("munich", "hamburg", "berlin", "vienna", "leipzig")]
    ids = [(IdKind.SERIAL, SERIAL), (IdKind.MAC, MAC), (IdKind.BIOS_UUID, UUID)]
    about: dict[str, Any] = {
        "user": USER,
        "serial": SERIAL,
        "os_name": "Microsoft Windows 11 Enterprise Edition, 64-bit",
        "os_family": "windows",
    }
    device = None
    for each in accounts:
        told = shown.sighting(each, NAME, device=device, ids=ids, stale=True, state_raw=WORD, **about)
        device = told.device
    shown.sighting(
        others["opswat"], NAME, device=device, issues=[("Disk encryption is switched off", "critical")], state="critical", **about
    )
    shown.sighting(others["five9s"], NAME, device=device, state_raw="2 InstallSuccess, 2 InstallSuccessWithRestart", **about)
    Issue.objects.update(raw=WORD)
    for number in range(4):
        shown.sighting(accounts[0], f"HAM-NB-0106{number}", ids=[(IdKind.MAC, "00:09:0F:AA:00:01")])
    shown.fetch(accounts[0], state=JobState.DONE, records=50, pages=1, calls=3, created=50)
    Account.objects.filter(pk=accounts[1].pk).update(health=Health.FAILING, health_sentence="The vendor's server answered with an error.")
    Account.objects.filter(pk=accounts[2].pk).update(health=Health.PERSON, health_sentence="The vendor refused the credentials.")
    first, second = sorted(shown.sighting(accounts[number], f"{NAME}.nordwind-maschinenbau.example", **about).pk for number in (0, 1))
    evidence = [["serial", SERIAL, SERIAL], ["hostname", NAME, NAME], ["mac_parallel", MAC, MAC], ["model_differs", WORD, UUID]]
    PossibleDuplicate.objects.create(first_id=first, second_id=second, total=8, evidence=evidence, found_at=timezone.now())
    AuditEvent.objects.create(
        at=timezone.now(), action="account.added", source="command line", target="eset-office-munich", address="192.0.2.17"
    )
    assert device is not None
    return device


def main_pages(laptop: Device) -> dict[str, str]:
    return {
        "dashboard": "/",
        "devices": "/devices/",
        "device": f"/devices/{laptop.pk}/",
        "timeline": f"/devices/{laptop.pk}/timeline/",
        "issues": "/issues/?standing=all",
        "single issues": "/issues/?rows=issues&standing=all",
        "issue": "/issues/?rows=problem&kind=issue&vendor=opswat&severity=critical&problem=Disk+encryption+is+switched+off",
        "silenced": "/issues/silenced/",
        "coverage": "/coverage/",
        "identifiers": "/coverage/keys/",
        "missing at an account": "/coverage/?account=eset-office-munich&cover=missing",
        "disagreements": "/disagreements/",
        "possible duplicates": "/possible-duplicates/",
        "lookup": "/d/?q=ham",
        "list of devices": "/d/list/",
        "accounts": "/vendors/",
        "account": "/vendors/eset-office-munich/",
        "account form": "/vendors/add/?vendor=eset",
        "thresholds": "/vendors/thresholds/",
        "installers": "/installers/",
        "installer form": "/installers/new/",
        "hand-outs": "/installers/hand-outs/",
        "patching": "/patching/",
        "patches": "/patching/patches/",
        "attempts": "/patching/attempts/",
        "patching by device": "/patching/devices/",
        "titles": "/patching/titles/",
        "work lists": "/patching/reasons/",
        "audit log": "/audit/",
        "views": "/views/",
        "documentation": "/docs/operating/",
    }


def unfold(page: Page) -> None:
    """Show what is closed and every tab at once."""
    page.evaluate(
        "document.querySelectorAll('main details:not(.menu)').forEach(each => each.open = true);"
        "document.querySelectorAll('.tab-panel').forEach(each => each.hidden = false)"
    )
