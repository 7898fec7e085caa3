"""A stopped worker or a vendor in trouble stands on every page that shows what came from them, and nothing turns empty or green."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from devices.db.redis_client import worker_client
from devices.jobs import heartbeat
from devices.models import Account, Device, Health, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db
STALLED = "so nothing is synced"


@pytest.fixture
def account() -> Account:
    account = shown.account("eset-main", "eset")
    shown.sighting(account, "LAPTOP-7", state="critical")
    return account


def pages() -> dict[str, str]:
    pk = Device.objects.get().pk
    return {
        "dashboard": reverse("devices:dashboard"),
        "list": reverse("devices:list"),
        "device": reverse("devices:detail", args=[pk]),
        "timeline": reverse("devices:timeline", args=[pk]),
        "lookup": reverse("devices:lookup") + "?q=laptop&all=1",
        "miss": reverse("devices:lookup") + "?q=nobody-has-this",
        "pasted list": reverse("devices:lookup_list"),
        "coverage": reverse("devices:coverage"),
        "coverage list": reverse("devices:coverage") + "?account=eset-main&cover=fresh",
        "keys": reverse("devices:coverage_keys"),
        "accounts": reverse("devices:accounts"),
        "account": reverse("devices:account", args=["eset-main"]),
    }


NAMES_THE_DEVICE = ("list", "device", "timeline", "lookup")


def texts(client: Client) -> dict[str, str]:
    found = {}
    for name, address in pages().items():
        answer = client.get(address)
        assert answer.status_code == 200, name
        found[name] = answer.text
    return found


def no_worker_since(seconds: float) -> None:
    worker_client().set("rollcall:beat", f"{time.time() - seconds:.3f}")


def test_nothing_is_said_while_all_is_well(client: Client, alice: User, account: Account) -> None:
    client.force_login(alice)
    heartbeat.beat()
    for name, text in texts(client).items():
        assert STALLED not in text and "Data as of" not in text, name


def test_a_stopped_worker_stands_on_every_page_and_no_row_goes(client: Client, alice: User, account: Account) -> None:
    client.force_login(alice)
    no_worker_since(heartbeat.LATE_SECONDS + 5)
    for name, text in texts(client).items():
        assert STALLED in text, name
        assert name not in NAMES_THE_DEVICE or "LAPTOP-7" in text, name


@pytest.mark.parametrize("health", [Health.FAILING, Health.PERSON])
def test_a_vendor_in_trouble_stands_on_every_page_with_the_age_of_what_is_shown(
    client: Client, alice: User, account: Account, health: str
) -> None:
    client.force_login(alice)
    heartbeat.beat()
    Account.objects.update(health=health, health_sentence="ESET answers 503.")
    for name, text in texts(client).items():
        assert "ESET answers 503." in text, name
        # The pages of accounts show it in their own content, with the time of the last full sync.
        assert ("Data as of" in text) != (name in ("accounts", "account")), name
        assert name not in NAMES_THE_DEVICE or "LAPTOP-7" in text, name


def test_a_list_grows_late_by_the_clock_although_no_worker_says_so(client: Client, bob: User, account: Account) -> None:
    client.force_login(bob)
    heartbeat.beat()
    Account.objects.update(complete_at=timezone.now() - timedelta(seconds=2 * account.full_seconds + 60))
    assert "older than two sync intervals" in client.get(reverse("devices:list")).text


@pytest.mark.parametrize(
    ("health", "running", "read", "words"),
    [
        (Health.NEW, True, 0, "Devices appear as they arrive."),
        (Health.NEW, True, 1, "Devices appear as they arrive."),
        (Health.FAILING, False, 1, "Only the devices synced so far are shown."),
        (Health.PERSON, True, 1, "Only the devices synced so far are shown."),
        (Health.FAILING, False, 0, "Devices that only this account reports are not shown."),
        (Health.NEW, False, 0, "Devices that only this account reports are not shown."),
    ],
)
def test_before_the_first_complete_list_the_banner_says_which_devices_are_shown(
    client: Client, alice: User, *, health: Health, running: bool, read: int, words: str
) -> None:
    client.force_login(alice)
    account = shown.account("eset-new", "eset", complete=False, health=health)
    for number in range(read):
        shown.sighting(account, f"LAPTOP-{number}")
    if running:
        shown.fetch(account)
    text = client.get(reverse("devices:list")).text
    said = {
        "Devices appear as they arrive.",
        "Only the devices synced so far are shown.",
        "Devices that only this account reports are not shown.",
    }
    assert {each for each in said if each in text} == {words}
    assert ("LAPTOP-0" in text) is bool(read)


def test_what_was_critical_stays_critical(client: Client, bob: User, account: Account) -> None:
    client.force_login(bob)
    no_worker_since(3600)
    Account.objects.update(health=Health.FAILING)
    text = client.get(reverse("devices:detail", args=[Device.objects.get().pk])).text
    assert "Critical" in text and STALLED in text


def test_an_account_that_is_switched_off_troubles_nobody(client: Client, bob: User, account: Account) -> None:
    client.force_login(bob)
    shown.account("epm", "five9s")
    heartbeat.beat()
    account.health, account.enabled = Health.FAILING, False
    account.save()
    assert 'role="note"' not in client.get(reverse("devices:troubles")).text


def test_an_open_page_asks_by_itself_and_only_who_may_see_devices_is_told(
    client: Client, bob: User, charlie: User, account: Account
) -> None:
    client.force_login(bob)
    assert f'hx-get="{reverse("devices:troubles")}" hx-trigger="every 30s"' in client.get(reverse("devices:list")).text
    no_worker_since(60)
    assert STALLED in client.get(reverse("devices:troubles"), headers={"HX-Request": "true"}).text
    client.force_login(charlie)
    assert client.get(reverse("devices:troubles"), headers={"HX-Request": "true"}).status_code == 403


def test_a_page_left_open_keeps_nobody_signed_in() -> None:
    from config.sessions import POLLS

    assert "troubles" in POLLS
