"""Twenty usual questions, ten of a call and ten of an IT lead: each answer lies inside the first screen of the page that is opened for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from devices.models import Account, Device, Health, Issue, JobState, Pulse, User
from tests.browser.conftest import DESK, Desk
from tests.browser.dashboard.history import ninety_days
from tests.browser.seen import outside
from tests.devices import rows as shown
from tests.patching import rows as patched
from vendors.states import IdKind

pytestmark = pytest.mark.django_db(transaction=True)


def fact(label: str) -> str:
    return f"#facts > div:has(dt:text-is('{label}'))"


# Question → where the answer is, and a part of it. All on the page of one device.
CALL = {
    "What is its status, and why?": (".verdict", "Critical"),
    "Whose device is it?": (fact("User"), "anna.becker"),
    "Which serial number does it have?": (fact("Serial"), "PF3XK2"),
    "Which model is it?": (fact("Model"), "Latitude 7430"),
    "Which Windows runs on it?": (fact("OS build"), "22631.4460"),
    "When was it last started?": (fact("Last boot"), "12 days ago"),
    "When did each vendor last hear from it?": (".account-card:has-text('opswat-main')", "Last check-in: 3"),
    "Is five(9)s on it?": (".account-card:has-text('five-main')", "Not installed"),
    "What has to be done next?": (".issue-step >> nth=0", "Resolve it in the OPSWAT console"),
    "Which text goes into the ticket?": ("button:has-text('Copy for ticket')", "Copy for ticket"),
}
# Question → page, where the answer is, and a part of it.
LEAD = {
    "How many devices are critical?": ("/", ".tiles a:has-text('Critical')", "3"),
    "How many gaps are there?": ("/", ".tiles a:has-text('gap')", "15"),
    "Does the status get better?": ("/", "#trends figure:has(canvas) >> nth=0", ""),
    "Does coverage get better?": ("/", "#trends figure:has(canvas) >> nth=1", ""),
    "Where is coverage missing?": ("/coverage/", "a[aria-label^='Missing at five-main'] >> nth=0", "7"),
    "How much does an account cover?": ("/coverage/", "tr:has-text('five-main') td[data-label=Coverage] >> nth=0", "%"),
    "Which problem affects the most devices?": ("/issues/?sort=-devices", "#results tbody tr >> nth=0", "Firewall is off"),
    "How many critical issues are older than 30 days?": ("/issues/?severity=critical&age=over-30", ".list-head p", "1–1 of 1 problem"),
    "How many patches succeed?": ("/patching/", "p.in-words", "%"),
    "Which vendor account fails, and why?": ("/vendors/", "tr:has-text('opswat-main')", "The server answered with an error."),
}


@pytest.fixture
def device(transactional_db: None) -> Device:
    """The one that anna.becker calls about, in a fleet whose accounts are complete but for one that fails."""
    patched.small_patching()
    accounts = {each.vendor: each for each in Account.objects.all()}
    now = timezone.now()
    told = shown.sighting(
        accounts["opswat"], "nb-anna", user="ACME\\anna.becker", serial="PF3XK2", model="Latitude 7430", os_name="Windows 11 Pro 23H2",
        os_family="windows", state="critical", facts={"os_build": "22631.4460"}, ids=[(IdKind.SERIAL, "PF3XK2"), (IdKind.IP, "10.0.50.17")],
        issues=[("Firewall is off", "critical")],
    )  # fmt: skip
    Pulse.objects.filter(sighting=told).update(booted_at=now - timedelta(days=12))
    device = told.device
    shown.sighting(accounts["eset"], "nb-anna", device=device, ids=[(IdKind.SERIAL, "PF3XK2")], os_family="windows")
    for account in accounts.values():
        shown.fetch(account, state=JobState.DONE, finished_at=now)
    Account.objects.filter(vendor="opswat").update(health=Health.FAILING, health_sentence="The server answered with an error.")
    shown.sighting(accounts["opswat"], "nb-second", state="critical", issues=[("Firewall is off", "critical")])
    Issue.objects.filter(title="Trojan found").update(first_seen_at=now - timedelta(days=40))
    ninety_days()
    return device


def test_the_page_of_a_device_answers_a_call(desk: Desk, device: Device, bob: User) -> None:
    page = desk.open(f"/devices/{device.pk}/", user=bob)
    for question, (place, answer) in CALL.items():
        expect(page.locator(place), question).to_contain_text(answer)
        assert outside(page, {question: place}, DESK) == {}


def test_the_pages_answer_an_it_lead(desk: Desk, device: Device, ivan: User) -> None:
    page = desk.open("/", user=ivan)
    for question, (address, place, answer) in LEAD.items():
        page.goto(address)
        expect(page.locator(place), question).to_contain_text(answer)
        assert outside(page, {question: place}, DESK) == {}
