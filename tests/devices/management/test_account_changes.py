"""`account edit|rotate|enable|disable` at simulated vendors: what is tested before it is saved, and what stays when that fails."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from devices.connections.connection import budget_of
from devices.db.redis_client import worker_client
from devices.management.console import CommandRefused
from devices.models import Account, AuditEvent, JobState, SyncRun
from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from tests.devices import records as making
from tests.devices.management.test_account import account, secrets_of
from tests.devices.runs import account_at
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=10, frozen=True) as simulation:
        yield simulation


@pytest.fixture(params=sorted(VENDORS))
def stored(request: pytest.FixtureRequest, sim: Simulation) -> Account:
    return account_at(sim.url, request.param)


def environment(account: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch, *, right: bool) -> list[str]:
    """`--secret` options for the simulator's own secrets, or for wrong ones of the same form."""
    options = []
    for name, value in account_settings(sim.url)[account.vendor][1].items():
        monkeypatch.setenv(f"NEW_{name.upper()}", value if right else value[:-1] + "X")
        options += ["--secret", f"{name}=env:NEW_{name.upper()}"]
    return options


def actions(name: str) -> list[str]:
    return list(AuditEvent.objects.filter(target=name).order_by("pk").values_list("action", flat=True))


def test_a_setting_is_changed_and_the_others_stay(stored: Account) -> None:
    before = dict(stored.settings)
    text = account("edit", stored.name, "--set", "console_url=https://console.example/#/{id}")
    stored.refresh_from_db()
    assert stored.settings == before | {"console_url": "https://console.example/#/{id}"}
    assert f"Changed {stored.name}. A sync with them starts." in text
    assert SyncRun.objects.get(account=stored).active
    assert "account changed" in actions(stored.name)


def test_an_empty_value_brings_the_default_back(sim: Simulation) -> None:
    stored = account_at(sim.url, "opswat")
    account("edit", stored.name, "--set", "calls_per_minute=7")
    account("edit", stored.name, "--set", "calls_per_minute=")
    stored.refresh_from_db()
    assert stored.settings["calls_per_minute"] == "10"


def test_settings_that_do_not_connect_are_not_saved(stored: Account, sim: Simulation) -> None:
    before, secrets = dict(stored.settings), secrets_of(stored.name)
    sim.fault(f"{stored.vendor}:503")
    with pytest.raises(CommandRefused) as refused:
        account("edit", stored.name, "--set", "console_url=https://console.example/{id}")
    assert refused.value.returncode == 1
    assert "Nothing was saved" in str(refused.value)
    stored.refresh_from_db()
    assert (stored.settings, secrets_of(stored.name)) == (before, secrets)
    account("edit", stored.name, "--set", "console_url=https://console.example/{id}", "--no-test")
    stored.refresh_from_db()
    assert stored.settings["console_url"] == "https://console.example/{id}"


def test_another_address_needs_every_secret_again(stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    before, calls = dict(stored.settings), len(sim.calls())
    moved = before["url"].replace("127.0.0.1", "localhost")
    with pytest.raises(CommandRefused, match=f"The address changed.*--secret {stored.about.secret_names[0]}="):
        account("edit", stored.name, "--set", f"url={moved}")
    assert len(sim.calls()) == calls, "a stored secret was sent to the new address"
    stored.refresh_from_db()
    assert stored.settings == before
    monkeypatch.setattr("django.conf.settings.PRIVATE_HOSTS", ["127.0.0.1", "localhost"])
    account("edit", stored.name, "--set", f"url={moved}", *environment(stored, sim, monkeypatch, right=True))
    stored.refresh_from_db()
    assert stored.settings["url"] == moved


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Nothing to change: use --set"),
        (("--set", "colour=blue"), 1, "has no setting “colour”"),
        (("--set", "password=canary"), 2, "is visible in the shell history"),
        (("--set", "region=mars"), 1, "Region must be one of"),
    ],
)
def test_what_cannot_be_changed_is_refused(sim: Simulation, arguments: tuple[str, ...], code: int, words: str) -> None:
    stored = account_at(sim.url, "eset")
    with pytest.raises(CommandRefused) as refused:
        account("edit", stored.name, *arguments)
    assert refused.value.returncode == code
    assert words in str(refused.value) and "canary" not in str(refused.value)
    assert sim.calls() == []


def test_a_new_secret_is_used_once_the_vendor_has_accepted_it(stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    text = account("rotate", stored.name, *environment(stored, sim, monkeypatch, right=True))
    assert [call.status for call in sim.calls(vendor=stored.vendor)], "nothing was asked of the vendor"
    assert f"Replaced {' and '.join(sorted(stored.about.secret_names))} of {stored.name}. A sync with them starts." in text
    assert actions(stored.name).count("secret replaced") == len(stored.about.secret_names)
    assert account("test", stored.name)


def test_only_what_changed_is_in_the_audit_log(stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = environment(stored, sim, monkeypatch, right=True)
    account("rotate", stored.name, *secrets)
    account("edit", stored.name, "--set", f"url={stored.settings['url']}", "--no-test")
    assert "account changed" not in actions(stored.name)
    assert actions(stored.name).count("secret replaced") == len(secrets) // 2
    account("edit", stored.name, "--set", "console_url=https://console.example/{id}", "--no-test")
    assert actions(stored.name).count("account changed") == 1


def test_a_secret_that_the_vendor_refuses_replaces_nothing(stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    before = secrets_of(stored.name)
    with pytest.raises(CommandRefused) as refused:
        account("rotate", stored.name, *environment(stored, sim, monkeypatch, right=False))
    assert refused.value.returncode == 1
    assert str(refused.value).endswith("Nothing was replaced: the stored secrets stay in use.")
    assert "canary" not in str(refused.value).lower()
    assert secrets_of(stored.name) == before
    assert "secret replaced" not in actions(stored.name)
    assert account("test", stored.name), "the old secret does not work any more"


@pytest.mark.parametrize("fault", ["503", "reset", "html200", "429"])
def test_a_vendor_that_proves_nothing_replaces_nothing(
    stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    before = secrets_of(stored.name)
    sim.fault(f"{stored.vendor}:{fault}")
    with pytest.raises(CommandRefused, match="the stored secrets stay in use"):
        account("rotate", stored.name, *environment(stored, sim, monkeypatch, right=True))
    assert secrets_of(stored.name) == before


def test_a_command_waits_for_its_next_call_where_the_minute_is_used_up(
    stored: Account, sim: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = environment(stored, sim, monkeypatch, right=True)
    budget_of(stored, shared=worker_client()).block(1.0)
    text = account("rotate", stored.name, *options)
    assert f"of {stored.name}. A sync with them starts." in text


@pytest.mark.parametrize("action", ["rotate", "edit", "test"])
def test_a_longer_wait_says_when_to_run_the_command_again(sim: Simulation, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    stored = account_at(sim.url, "opswat")
    options = {"rotate": environment(stored, sim, monkeypatch, right=True), "edit": ["--set", "calls_per_minute=8"], "test": []}[action]
    budget_of(stored, shared=worker_client()).block(500.0)
    with pytest.raises(CommandRefused, match=r"Run the command again in (500|49\d) seconds\."):
        account(action, stored.name, *options)
    assert sim.calls() == []


def test_one_of_two_secrets_can_be_replaced(sim: Simulation, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = account_at(sim.url, "opswat")
    only = environment(stored, sim, monkeypatch, right=True)[2:]
    assert "Replaced client_secret of" in account("rotate", stored.name, *only)
    assert secrets_of(stored.name).keys() == {"client_key", "client_secret"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "has client_key and client_secret"),
        (("--secret", "colour=env:COLOUR"), 1, "has no secret “colour”"),
        (("--secret", "client_key=canary"), 2, "is visible in the shell history"),
        (("--secret", "client_key=env:EMPTY"), 1, "not set or empty"),
    ],
)
def test_a_secret_that_cannot_be_one_is_refused(
    sim: Simulation, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, words: str
) -> None:
    monkeypatch.setenv("COLOUR", "canary")
    stored = account_at(sim.url, "opswat")
    with pytest.raises(CommandRefused) as refused:
        account("rotate", stored.name, *arguments)
    assert refused.value.returncode == code
    assert words in str(refused.value) and "canary" not in str(refused.value)
    assert sim.calls() == []


def test_an_account_is_disabled_and_enabled() -> None:
    stored = making.account()
    run = making.run(stored)
    assert account("disable", "eset-main") == "eset-main is disabled. The last synced data is kept.\n"
    run.refresh_from_db()
    assert run.state == JobState.CANCELLED
    assert json.loads(account("list", "--json"))[0]["enabled"] is False
    assert account("disable", "eset-main") == "eset-main is already disabled.\n"
    assert account("enable", "eset-main") == "eset-main is enabled; its sync starts within a minute.\n"
    assert actions("eset-main") == ["account switched", "account switched"]


def test_a_disabled_account_is_edited_without_a_sync(sim: Simulation) -> None:
    stored = account_at(sim.url, "five9s")
    account("disable", stored.name)
    assert account("edit", stored.name, "--set", "time_zone=Europe/London").endswith(f"Changed {stored.name}.\n")
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("action", ["edit", "rotate"])
def test_an_account_of_an_unknown_vendor_is_left_alone(action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "canary")
    stored = making.account("old", "acme")
    options = ("--set", "a=b") if action == "edit" else ("--secret", "a=env:S")
    with pytest.raises(CommandRefused, match="does not support the vendor 'acme' of old"):
        account(action, stored.name, *options)


@pytest.mark.parametrize("action", ["edit", "rotate", "enable", "disable"])
def test_an_account_that_is_not_there_is_named(action: str) -> None:
    with pytest.raises(CommandRefused, match="There is no account 'nobody'"):
        account(action, "nobody")
