from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, Device, Life, Sighting, User
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def page(client: Client, user: User, device: Device | None) -> str:
    client.force_login(user)
    assert device is not None
    return " ".join(client.get(f"/devices/{device.pk}/").content.decode().split())


def named(name: str) -> Device:
    return Device.objects.get(name=name)


def test_the_answer_is_in_words_and_agrees_with_the_list(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob, named("nb-berlin-01"))
    assert "<strong>Warning:</strong> OPSWAT reports warnings (1 issue), ESET reports OK." in text
    for device in Device.objects.filter(life=Life.SEEN):
        assert f"is-{device.state} pill-large" in page(client, bob, device).replace("pill is-", "is-")


def test_what_is_missing_is_left_out_and_said(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob, named("nb-munich-02"))
    assert "Excluded: five(9)s (not in the last full sync)." in text
    assert "Not in the last full sync. Showing last known data. First missing: " in text


def test_a_gone_device_says_what_the_proof_is(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob, named("old-06"))
    assert "<strong>Unknown:</strong> no vendor reports it anymore." in text
    assert "Not in two full syncs. Showing last known data. First missing: " in text


def test_a_stale_answer_is_grey_and_says_why(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob, named("srv-london-05"))
    assert "<strong>Unknown:</strong> no vendor has recent data. " in text
    assert "Excluded: five(9)s (no check-in for more than" in text
    assert "is-ok" not in text


def test_a_card_has_the_vendors_word_and_its_clocks(client: Client, bob: User) -> None:
    account = shown.account("five-main", "five9s")
    seen = shown.sighting(
        account, "nb-1", state_raw="PATCH_WORD", group_name="Berlin / Laptops", produced_at=timezone.now() - timedelta(minutes=7)
    )
    text = page(client, bob, seen.device)
    assert "PATCH_WORD" in text and "Berlin / Laptops" in text
    for label, age in (("Last check-in", "3 h ago"), ("Inventory date", "7 min ago"), ("Last synced", "just now")):
        assert age in text.split(f"<dt>{label}</dt>")[1].split("</dd>")[0]


def test_identifiers_are_copied_and_junk_is_marked(client: Client, bob: User) -> None:
    ids = [(IdKind.SERIAL, "To be filled by O.E.M."), (IdKind.MAC, "00:1A:2B:3C:4D:5E")]
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", ids=ids)
    text = page(client, bob, seen.device)
    assert 'data-copy="00:1A:2B:3C:4D:5E" data-label="MAC"' in text
    assert text.count("Ignored (placeholder or shared)") == 1
    assert "Ignored (placeholder or shared)" in text.split("To be filled by O.E.M.")[-1][:900]


def test_issues_stand_worst_first_and_silenced_ones_last(client: Client, bob: User) -> None:
    issues = [("Restart pending", "attention"), ("Trojan found", "critical"), ("Old and accepted", "critical")]
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", state="critical", issues=issues)
    seen.issues.filter(title="Old and accepted").update(silenced=True)
    text = page(client, bob, seen.device)
    assert text.index("Trojan found") < text.index("Restart pending") < text.index("Old and accepted")
    assert "2 from vendors · 1 muted" in text


@pytest.mark.parametrize("link", ["javascript:alert(1)", "//evil.example", "http://console.example", "data:text/html,x", ""])
def test_only_https_links_lead_to_a_console(client: Client, bob: User, link: str) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", link=link)
    assert "Open in ESET" not in page(client, bob, seen.device)
    Sighting.objects.update(link="https://console.example/x")
    assert 'href="https://console.example/x" rel="noopener noreferrer"' in page(client, bob, seen.device)


def test_an_account_with_a_console_address_leads_into_its_console(client: Client, bob: User) -> None:
    account = shown.account("eset-main", "eset")
    seen = shown.sighting(account, "nb 1")
    Account.objects.update(settings={"console_url": "https://console.example/#/{id}/{name}"})
    assert f'href="https://console.example/#/{seen.external_id}/nb%201" rel="noopener noreferrer"' in page(client, bob, seen.device)


@pytest.mark.parametrize("words", shown.HOSTILE)
def test_hostile_text_is_only_text(client: Client, ivan: User, words: str) -> None:
    columns: dict[str, Any] = {
        "user": words,
        "model": words,
        "os_name": words,
        "group_name": words,
        "state_raw": words,
        "raw": {words: [words]},
    }
    seen = shown.sighting(shown.account("eset-main", "eset"), words, issues=[(words, words[:10])], ids=[(IdKind.TAG, words)], **columns)
    text = page(client, ivan, seen.device)
    raw = client.get(f"/devices/{seen.device_id}/raw/{seen.pk}/", headers=HTMX)
    for body in (text, raw.content.decode()):
        assert "<script>alert" not in body and "<img src=x" not in body and '<div hx-get="/devices/">' not in body and "<b>" not in body


def test_two_accounts_of_one_vendor_are_told_apart(client: Client, bob: User) -> None:
    one = shown.sighting(shown.account("eset-north", "eset"), "nb-1")
    shown.sighting(shown.account("eset-south", "eset"), "nb-1", device=one.device, state="attention")
    text = page(client, bob, one.device)
    assert "ESET (eset-south) reports warnings, ESET (eset-north) reports OK." in text


def test_the_raw_answer_is_readable_json_without_the_page(client: Client, ivan: User) -> None:
    seen = shown.sighting(shown.account("eset-main", "eset"), "nb-1", raw={"b": 1, "a": {"ü": [True, None]}})
    client.force_login(ivan)
    fragment = client.get(f"/devices/{seen.device_id}/raw/{seen.pk}/", headers=HTMX).content.decode()
    assert "<html" not in fragment
    assert "{\n  &quot;a&quot;: {\n    &quot;ü&quot;: [\n      true,\n      null" in fragment
    assert "<html" in client.get(f"/devices/{seen.device_id}/raw/{seen.pk}/").content.decode()


def test_a_raw_answer_belongs_to_its_device(client: Client, ivan: User) -> None:
    account = shown.account("eset-main", "eset")
    one, other = shown.sighting(account, "nb-1"), shown.sighting(account, "nb-2")
    client.force_login(ivan)
    assert client.get(f"/devices/{one.device_id}/raw/{other.pk}/").status_code == 404


@pytest.mark.parametrize(
    "address", ["/devices/0/", f"/devices/{2**63}/", f"/devices/{10**40}/", "/devices/-1/", "/devices/abc/", f"/devices/1/raw/{2**63}/"]
)
def test_no_such_device_offers_the_search(client: Client, ivan: User, address: str) -> None:
    client.force_login(ivan)
    answer = client.get(address)
    assert answer.status_code == 404
    assert b'name="q"' in answer.content and b"Page not found" in answer.content


def test_a_device_without_sightings_still_has_a_page(client: Client, bob: User) -> None:
    Account.objects.all().delete()
    device = Device.objects.create(name="left-over", created_at=timezone.now())
    text = page(client, bob, device)
    assert "no vendor has reported it" in text and "No vendor data" in text


def test_the_number_of_queries_does_not_grow(client: Client, ivan: User, django_assert_num_queries: object) -> None:
    accounts = shown.small_fleet()
    device = named("nb-berlin-01")
    client.force_login(ivan)
    client.get(f"/devices/{device.pk}/")  # the first page of a session costs more
    with django_assert_num_queries(20):  # type: ignore[operator]
        client.get(f"/devices/{device.pk}/")
    shown.sighting(accounts["five9s"], "nb-berlin-01", device=device, issues=[("A", "ok"), ("B", "critical")], ids=[(IdKind.TAG, "t")])
    with django_assert_num_queries(20):  # type: ignore[operator]
        client.get(f"/devices/{device.pk}/")
