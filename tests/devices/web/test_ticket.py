"""The text for a ticket: everything a colleague needs days later, nothing that acts, nothing secret."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from devices.device_detail.queries import detail
from devices.device_detail.ticket_text import MOST_ISSUES, TicketTexts, texts
from devices.models import Device, Issue, Pulse, RemediationLink, Sighting, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, 12, tzinfo=UTC)


def told(device: Device, *, ticket: str = "") -> TicketTexts:
    return texts(detail(device.pk, now=AT), address="https://rollcall.example/devices/7/", ticket=ticket, now=AT)


def test_everything_stands_in_it_with_absolute_times() -> None:
    eset, opswat = shown.account("eset-main", "eset"), shown.account("opswat-main", "opswat")
    one = shown.sighting(
        eset, "nb-1", serial="PF3XK2", os_name="Windows 11", model="Latitude", user="ACME\\anna", seen_at=AT, state_raw="FINE"
    )
    two = shown.sighting(opswat, "nb-1", device=one.device, state="attention", issues=[("Firewall is off", "attention")], seen_at=AT)
    Sighting.objects.update(produced_at=AT)
    Issue.objects.filter(sighting=two).update(since=AT)
    Pulse.objects.update(fetched_at=AT)
    assert told(one.device, ticket="INC7").plain.splitlines() == [
        "nb-1",
        "Warning: OPSWAT reports warnings (1 issue), ESET reports OK.",
        "Ticket: INC7",
        "Serial: PF3XK2",
        "User: ACME\\anna",
        "Operating system: Windows 11",
        "Model: Latitude",
        "Last seen: 2026-11-20 09:12 UTC",
        "ESET: OK (FINE); Last check-in: 2026-11-20 09:12 UTC; Inventory date: 2026-11-20 09:12 UTC; Last synced: 2026-11-20 09:12 UTC",
        "OPSWAT MetaDefender IT Access: Warning (FINE); Last check-in: 2026-11-20 09:12 UTC;"
        " Inventory date: 2026-11-20 09:12 UTC; Last synced: 2026-11-20 09:12 UTC",
        "Open issues:",
        "  Firewall is off (OPSWAT, since 2026-11-20 09:12 UTC)",
        "As of 2026-11-20 09:12 UTC: https://rollcall.example/devices/7/",
    ]


def test_an_implausible_time_is_no_fact() -> None:
    """The clock of the device is an hour ahead, or its zone is wrong."""
    eset = shown.account("eset-main", "eset")
    ahead = shown.sighting(eset, "nb-1", seen_at=AT + timedelta(hours=1))
    for text in (told(ahead.device).plain, told(ahead.device).markdown):
        assert "Last seen: implausible time (2026-11-20 10:12 UTC)" in text
        assert "Last check-in: implausible time (2026-11-20 10:12 UTC)" in text
        assert text.count("implausible") == 2
    within = shown.sighting(eset, "nb-2", seen_at=AT + timedelta(minutes=4))
    assert "Last seen: 2026-11-20 09:16 UTC" in told(within.device).plain


def test_what_is_missing_or_left_out_is_said() -> None:
    shown.small_fleet()
    plain = told(Device.objects.get(name="nb-munich-02")).plain
    assert "Excluded: five(9)s" in plain and "five(9)s Console: Missing; last status OK" in plain
    assert "Ticket:" not in plain and "Serial:" not in plain


@pytest.mark.parametrize(
    "words", [*shown.HOSTILE, "[click](https://evil.example)", "![x](https://evil.example/a.png)", "a\nb\r\n# c", "`rm -rf`", "@all"]
)
def test_in_markdown_a_vendors_words_are_only_text(words: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), words[:255], user=words, issues=[(words, "critical")])
    both = told(seen.device)
    name, *_, issue, _, _ = both.markdown.splitlines()
    for written in (name[2:-2], issue.removeprefix("  * ").rpartition(" (ESET, ")[0]):
        assert written and not re.search(r"[<>`*\[\]#|~]|(?<!\w)[_@]|_(?!\w)|://", re.sub(r"\\[!-/:-@\[-`{-~]", "x", written))
    assert "\u202e" not in both.plain and "\r" not in both.plain and len(both.plain.splitlines()) <= 8


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("NORDWIND\\g.ziegler", "NORDWIND\\g.ziegler"),
        ("g.ziegler@nordwind.example", "g.ziegler@nordwind.example"),
        ("DEVICE_FUNCTIONALITY_STATUS_OK", "DEVICE_FUNCTIONALITY_STATUS_OK"),
        ("since 12:30", "since 12:30"),
        ("NORDWIND\\_x", "NORDWIND\\\\\\_x"),
        ("NORDWIND\\", "NORDWIND\\\\"),
        ("https://evil.example", "https:/\\/evil.example"),
        ("@all", "\\@all"),
    ],
)
def test_markdown_shows_no_backslash_where_none_is_needed(value: str, written: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", user=value)
    assert f"* User: {written}" in told(seen.device).markdown.splitlines()


def test_a_long_list_of_issues_is_cut_and_counted() -> None:
    issues = [(f"Issue {n:02}", "attention") for n in range(MOST_ISSUES + 3)]
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", issues=issues)
    assert "  and 3 more" in told(seen.device).plain.splitlines() and "  * and 3 more" in told(seen.device).markdown.splitlines()


def test_the_page_offers_both_and_carries_the_ticket_everywhere(client: Client, bob: User) -> None:
    seen = shown.sighting(shown.account("opswat-main", "opswat"), "nb-1", issues=[("Firewall is off", "attention")])
    RemediationLink.objects.create(sighting=seen, sealed="enc1:x:secret-path")
    client.force_login(bob)
    page = client.get(f"/devices/{seen.device_id}/?ticket=INC%3Cb%3E").content.decode()
    assert 'data-label="Markdown"' in page and '<textarea class="form-control ticket-text" id="ticket-plain"' in page
    assert "Ticket: INC&lt;b&gt;" in page and "secret-path" not in page and f"http://testserver/devices/{seen.device_id}/" in page
    forms = [form.split("</form>")[0] for form in page.split("<form ")[1:] if 'method="post"' in form.split(">")[0]]
    about_it = [form for form in forms if f"/devices/{seen.device_id}/" in form.split(">")[0]]
    assert len(about_it) == 2 and all('name="ticket" value="INC&lt;b&gt;"' in form for form in about_it)


@pytest.mark.parametrize("ticket", ["", "\0", "x" * 10_000, "%", "\u202e"])
def test_any_ticket_is_only_text(client: Client, bob: User, ticket: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", seen_at=timezone.now())
    client.force_login(bob)
    assert client.get(f"/devices/{seen.device_id}/", {"ticket": ticket}).status_code == 200
