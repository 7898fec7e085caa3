from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from devices.management.console import CommandRefused
from devices.models import Account, AccountSecret, AuditEvent, Health
from sandbox.credentials import OPSWAT_CLIENT_KEY, OPSWAT_CLIENT_SECRET
from sandbox.server import Simulation, running
from tests.devices import records as making

pytestmark = pytest.mark.django_db
KEY = ("--secret", "client_key=env:TEST_KEY")


@pytest.fixture
def sim() -> Iterator[Simulation]:
    with running(devices=10, frozen=True) as simulation:
        yield simulation


@pytest.fixture
def secret_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_KEY", OPSWAT_CLIENT_KEY)
    path = tmp_path / "secret"
    path.write_text(OPSWAT_CLIENT_SECRET + "\n")
    return path


def account(*arguments: str) -> str:
    out = io.StringIO()
    call_command("account", *arguments, stdout=out)
    return out.getvalue()


def secrets_of(name: str) -> dict[str, str]:
    return {secret.name: secret.open().reveal() for secret in AccountSecret.objects.filter(account__name=name)}


def add(url: str, *secrets: str) -> str:
    return account("add", "opswat-main", "--vendor", "opswat", "--set", f"url={url}/opswat", *secrets)


def test_an_account_is_added_with_secrets_from_a_variable_and_a_file_and_works(sim: Simulation, secret_file: Path) -> None:
    text = add(sim.url, *KEY, "--secret", f"client_secret=file:{secret_file}")
    assert "Signed in to OPSWAT" in text and "Added opswat-main; its first sync starts within a minute." in text
    assert secrets_of("opswat-main") == {"client_key": OPSWAT_CLIENT_KEY, "client_secret": OPSWAT_CLIENT_SECRET}
    assert "Signed in to OPSWAT" in account("test", "opswat-main")
    assert [event.action for event in AuditEvent.objects.all()] == ["account added"]


def test_a_connection_that_does_not_work_is_not_saved(sim: Simulation, secret_file: Path) -> None:
    secret_file.write_text("wrong-canary")
    with pytest.raises(CommandRefused) as refused:
        add(sim.url, *KEY, "--secret", f"client_secret=file:{secret_file}")
    assert refused.value.returncode == 1
    assert "refused the client key and secret" in str(refused.value)
    assert str(refused.value).endswith("Nothing was saved; use --no-test to save without testing the connection.")
    assert "canary" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not Account.objects.exists()


def test_without_a_test_it_is_saved_and_nothing_is_sent(sim: Simulation, secret_file: Path) -> None:
    secret_file.write_text("wrong-canary")
    add(sim.url, *KEY, "--secret", f"client_secret=file:{secret_file}", "--no-test")
    assert sim.calls() == []
    with pytest.raises(CommandRefused, match="refused the client key and secret"):
        account("test", "opswat-main")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--secret", "client_key=canary-plain"), "is visible in the shell history"),
        (("--secret", "client_key=plain:canary"), "--secret client_key=env:VARIABLE"),
        (("--set", "client_key=canary-plain"), "--secret client_key=file:PATH"),
        (("--secret", "client_key=env:NOT_THERE_AT_ALL"), "variable NOT_THERE_AT_ALL for client_key is not set"),
        (("--secret", "client_key=file:/nowhere/at/all"), "cannot be read (No such file or directory)"),
        (("--secret", "client_key=file:/"), "cannot be read (Is a directory)"),
        (("--secret", "client_key=file:/dev/null"), "is empty"),
        (("--secret", "client_key=file:/dev/zero"), "is too large"),
        (KEY, "Client secret is missing: enter it with --secret client_secret=env:VARIABLE."),
        ((*KEY, "--set", "colour=blue"), "has no setting “colour”: it has url, calls_per_minute, console_url."),
        ((*KEY, "--secret", "colour=env:TEST_KEY"), "has no secret “colour”: it has client_key, client_secret."),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_that_repeats_no_secret(
    secret_file: Path, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandRefused) as refused:
        account("add", "a", "--vendor", "opswat", *arguments)
    assert words in str(refused.value)
    assert "canary" not in str(refused.value)
    assert not Account.objects.exists()


def test_what_is_missing_is_named_with_its_option() -> None:
    with pytest.raises(CommandRefused) as refused:
        account("add", "a", "--vendor", "eset")
    assert "Username is missing: enter it with --set username=" in str(refused.value)
    assert "--secret password=env:VARIABLE." in str(refused.value)
    assert "enter it." not in str(refused.value)


@pytest.mark.parametrize("arguments", [("--secret", "canary-without-a-sign"), ("--set", "=canary"), ("--vendor", "acme")])
def test_wrong_usage_is_refused_and_repeats_no_secret(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        account("add", "a", "--vendor", "opswat", *arguments)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", ["two words", "", "x" * 61, "a/b", "ä", "a\0"])
def test_a_name_that_no_address_could_hold_is_refused(secret_file: Path, name: str) -> None:
    secrets = (*KEY, "--secret", f"client_secret=file:{secret_file}")
    with pytest.raises(CommandRefused, match="The name must be 1 to 60 letters"):
        account("add", name, "--vendor", "opswat", *secrets)


def test_a_name_is_used_once(sim: Simulation, secret_file: Path) -> None:
    secrets = (*KEY, "--secret", f"client_secret=file:{secret_file}")
    add(sim.url, *secrets)
    calls = len(sim.calls())
    with pytest.raises(CommandRefused, match="There is already an account named “opswat-main”"):
        add(sim.url, *secrets)
    assert len(sim.calls()) == calls


def test_the_list_says_how_each_account_is() -> None:
    assert "No vendor accounts yet: add one with `manage.py account add`." in account("list")
    making.account("b-eset")
    making.account("a-five", "five9s")
    Account.objects.filter(name="a-five").update(enabled=False, switched_off_at=datetime(2026, 11, 3, 9, tzinfo=UTC))
    Account.objects.filter(name="b-eset").update(
        health=Health.PERSON,
        health_sentence="The password was refused.",
        health_next_step="Enter it again.",
        health_since=datetime(2026, 11, 21, 9, tzinfo=UTC),
        complete_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    )
    unknown = dict.fromkeys(("records_reported", "reported_as_of", "calls_left", "calls_reset_seconds")) | {
        "records_stored": 0,
        "calls_window_seconds": 1.0,
    }
    assert json.loads(account("list", "--json")) == [
        {
            "name": "a-five",
            "vendor": "five9s",
            "enabled": False,
            "switched_off_at": "2026-11-03T09:00:00Z",
            "health": "off",
            "status": "disabled",
            "label": "Disabled",
            "sentence": "The account has been disabled since 3 Nov 2026. The last synced data is shown.",
            "next_step": "Enable the account to sync again.",
            "since": "2026-11-03T09:00:00Z",
            "complete_as_of": None,
            "deletion_requested_at": None,
            "withheld": 0,
            "repaired_devices": 0,
            "repaired_fields": [],
            **unknown,
            "calls_allowed": 5,
        },
        {
            "name": "b-eset",
            "vendor": "eset",
            "enabled": True,
            "switched_off_at": None,
            "health": "person",
            "status": "credentials_refused",
            "label": "Credentials refused",
            "sentence": "The password was refused.",
            "next_step": "Enter it again.",
            "since": "2026-11-21T09:00:00Z",
            "complete_as_of": "2026-11-20T09:00:00Z",
            "deletion_requested_at": None,
            "withheld": 0,
            "repaired_devices": 0,
            "repaired_fields": [],
            **unknown,
            "calls_allowed": 10,
        },
    ]
    text = account("list")
    assert "b-eset  eset  Credentials refused  last full sync 2026-11-20T09:00:00Z" in text
    assert "The password was refused. Enter it again." in text


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    making.account("b-eset")
    with pytest.raises(CommandRefused, match=r"There is no account 'nobody'\. Accounts: b-eset\."):
        account("test", "nobody")
