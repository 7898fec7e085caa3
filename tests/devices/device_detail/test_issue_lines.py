"""Open issues of the device page: each with a next step that this user can take."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_detail.first_screen.issue_lines import MOST
from devices.models import Account, Gap, JobState, RemediationLink, Sighting, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def steps(client: Client, user: User, seen: Sighting) -> dict[str, str]:
    """Title of each issue → its next step."""
    client.force_login(user)
    panel = client.get(f"/devices/{seen.device_id}/").content.decode().split('id="issues-panel"')[1].split("</section>")[0]
    found = {}
    for line in panel.split('<li class="issue-line">')[1:]:
        title = re.findall(r'problem-title">([^<]*)<', line)[0]
        step = (
            re.sub(r"<[^>]+>", " ", line.split('class="issue-step">')[1].split('<div class="issue-acts')[0]) if "issue-step" in line else ""
        )
        found[title] = " ".join(step.split())
    return found


def one(vendor: str, title: str, **columns: Any) -> Sighting:
    return shown.sighting(shown.account(f"{vendor}-main", vendor), "nb-1", issues=[(title, "attention")], **columns)


def test_an_issue_is_resolved_in_the_vendors_console(client: Client, bob: User) -> None:
    seen = one("eset", "Firewall is off")
    assert steps(client, bob, seen) == {"Firewall is off": "Next step: Resolve it in the ESET console"}
    Account.objects.update(settings={"console_url": "https://console.example/#/{id}"})
    assert steps(client, bob, seen) == {"Firewall is off": "Next step: Open in ESET (new tab)"}
    assert f'href="https://console.example/#/{seen.external_id}"' in client.get(f"/devices/{seen.device_id}/").content.decode()


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("installation failed", "See reason and next step under Patching"),
        ("released for automatic repair", "Wait for the agent&#x27;s next security scan, which installs it"),
        ("due, not yet installed", "Install it from the five(9)s console"),
        ("no state reported", "Check it in the five(9)s console"),
        ("state “Quarantined (9)” is unknown to this version", "Check it in the five(9)s console"),
    ],
)
def test_the_next_step_of_a_patch_depends_on_its_state(client: Client, bob: User, state: str, step: str) -> None:
    title = f"7-Zip: {state}"
    assert steps(client, bob, one("five9s", title)) == {title: f"Next step: {step}"}


def test_a_remediation_page_is_opened_by_its_form(client: Client, bob: User) -> None:
    seen = one("opswat", "Firewall is off")
    RemediationLink.objects.create(sighting=seen, sealed="enc1:x:secret-path")
    assert steps(client, bob, seen) == {"Firewall is off": "Next step: Open OPSWAT remediation (new tab, logged)"}
    html = client.get(f"/devices/{seen.device_id}/").content.decode()
    assert f'form="remediation-{seen.pk}"' in html and f'id="remediation-{seen.pk}" target="_blank"' in html


def test_a_coverage_gap_leads_to_its_installer_where_there_is_one(client: Client, bob: User) -> None:
    eset = shown.account("eset-main", "eset")
    shown.fetch(eset, state=JobState.DONE, lane="list", finished_at=timezone.now())
    seen = shown.sighting(shown.account("opswat-main", "opswat"), "nb-1", os_family="windows")
    Gap.objects.create(device=seen.device, account=eset, since=timezone.now())
    assert steps(client, bob, seen) == {"Missing from eset-main": "Next step: Send installer"}
    assert f'href="/installers/for/{seen.device_id}/?account=eset-main"' in client.get(f"/devices/{seen.device_id}/").content.decode()
    type(seen.device).objects.update(os_family="android")
    assert steps(client, bob, seen) == {"Missing from eset-main": "Next step: Enroll the device in the ESET console"}


def test_a_device_without_contact_is_checked(client: Client, bob: User) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", stale=True, seen_at=timezone.now() - timedelta(days=30))
    (step,) = steps(client, bob, seen).values()
    assert step == "Next step: Check that the device is on and online, and that the ESET agent runs"


def test_an_issue_that_is_muted_or_decided_has_no_next_step(client: Client, ivan: User) -> None:
    seen = one("eset", "Firewall is off")
    assert steps(client, ivan, seen)["Firewall is off"]
    item = re.findall(r'form="acknowledge" name="item" value="([^"]+)"', client.get(f"/devices/{seen.device_id}/").content.decode())
    client.post("/issues/decide/", {"item": item, "confirmed": "1", "standing": "acknowledged", "device": seen.device_id})
    assert steps(client, ivan, seen) == {"Firewall is off": ""}
    seen.issues.update(silenced=True)
    assert steps(client, ivan, seen) == {"Firewall is off": ""}


def test_more_issues_than_the_first_screen_has_room_for_are_folded(client: Client, bob: User) -> None:
    issues = [(f"Issue {number}", "attention") for number in range(MOST + 2)]
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", issues=issues)
    assert len(steps(client, bob, seen)) == MOST + 2
    assert "2 more issues</summary>" in client.get(f"/devices/{seen.device_id}/").content.decode()
