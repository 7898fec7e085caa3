"""What a shell sees of the commands: exit codes, one sentence, no traceback."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.utils import timezone

from devices.models import Account, AccountSecret, SyncRun
from devices.sync.page_writer import save_page
from tests.devices import records as making
from tests.devices.management.test_options import OURS
from tests.devices.shell import manage, start
from vendors.records import Entry
from vendors.registry import VENDORS

pytestmark = pytest.mark.django_db(transaction=True)


def saved(entries: list[Entry]) -> None:
    with transaction.atomic():
        save_page(making.run(making.account()), entries, timezone.now())


def one_sentence(text: str) -> bool:
    return "Traceback" not in text and text.count("\n") == 1 and text.rstrip().endswith((".", "`"))


def test_without_a_stack_every_command_says_so(tmp_path: Path) -> None:
    code, out, err = manage("lookup", "nb", DATABASE_URL="", REDIS_URL="", ROLLCALL_HOME=str(tmp_path))
    assert (code, out) == (2, "")
    assert "The local stack is not running: start it with `make run`" in err


@pytest.mark.parametrize(
    "command", [("lookup", "nb"), ("account", "list"), ("sync", "a"), ("export", "devices", "--format", "csv"), ("rotate_secrets",)]
)
def test_a_database_that_does_not_answer_is_one_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    code, out, err = manage(*command, DATABASE_URL=f"postgresql:///rollcall?host={tmp_path}")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "The database does not answer" in err


def test_a_database_without_tables_is_one_sentence() -> None:
    empty = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres")
    code, _, err = manage("lookup", "nb", DATABASE_URL=empty.geturl())
    assert code == 2
    assert one_sentence(err)
    assert "run `manage.py migrate` first" in err


def test_a_refusal_is_one_sentence_and_exit_1() -> None:
    code, out, err = manage("sync", "nobody")
    assert (code, out) == (1, "")
    assert one_sentence(err)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("account",), "required: add|list|test|edit|rotate|enable|disable|delete: see `manage.py account --help`."),
        (("account", "add", "a"), "required: --vendor: see `manage.py account add --help`."),
        (("account", "wipe"), "invalid choice: 'wipe'"),
        (("account", "add", "a", "--vendor", "eset", "--set", "region"), "expected KEY=VALUE"),
        (("export", "people", "--format", "csv"), "invalid choice: 'people'"),
        (("export", "devices"), "required: --format: see `manage.py export --help`."),
        (("lookup",), "required: term: see `manage.py lookup --help`."),
        (("lookup", "a", "--nosuch"), "Unrecognized arguments: --nosuch: see `manage.py lookup --help`."),
        (("lookup", "a", "--limit", "0"), "Argument --limit: must be a whole number from 1 to 1000: see"),
        (("lookup", "a", "--limit", "99999"), "Argument --limit: must be a whole number from 1 to 1000: see"),
        (("lookup", "a", "--limit", "-1"), "Argument --limit: must be a whole number from 1 to 1000: see"),
        (("lookup", "a", "--limit", "9" * 5000), "Argument --limit: must be a whole number from 1 to 1000: see"),
        (("lookup", ""), "Enter a search term"),
        (("lookup", " \u200b "), "Enter a search term"),
        (("lookup", "user:"), "Enter a search term"),
        (("lookup", " SN : "), "Enter a search term"),
        (("lookup", "in:", "--json"), "Enter a search term"),
        (("sync",), "required: name: see `manage.py sync --help`."),
        (("person", "add", "anna", "--role", "boss"), "see `manage.py person add --help`."),
        (("installer", "revoke", "first"), "see `manage.py installer revoke --help`."),
        (("patches", "closed"), "see `manage.py patches --help`."),
        (("match", "now"), "see `manage.py match --help`."),
        (("rotate_secrets", "--dry"), "see `manage.py rotate_secrets --help`."),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_2(command: tuple[str, ...], words: str) -> None:
    code, out, err = manage(*command)
    assert (code, out) == (2, "")
    assert words in err and one_sentence(err)


def test_a_secret_on_the_command_line_is_not_repeated() -> None:
    code, out, err = manage("account", "add", "a", "--vendor", "five9s", "--secret", "token=canary123")
    assert code == 2
    assert "canary" not in out + err
    assert "is visible in the shell history" in err


def test_output_is_utf_8_whatever_the_locale() -> None:
    saved([making.entry("one", name="Büro-GRÖSSE-日本")])
    code, out, _ = manage("lookup", "grösse", "--json", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert code == 0
    assert json.loads(out)["matches"][0]["name"] == "Büro-GRÖSSE-日本"


def test_a_reader_that_leaves_ends_the_export_quietly() -> None:
    saved([making.entry(f"id-{n}", name="x" * 200) for n in range(3000)])
    process = start("export", "devices", "--format", "jsonl")
    assert process.stdout is not None and process.stderr is not None
    assert json.loads(process.stdout.readline())["name"]
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) == 1
    assert err == ""
    process.stderr.close()


def test_ctrl_c_stops_watching_and_the_run_goes_on() -> None:
    making.account("five", "five9s")
    process = start("sync", "five", "--wait")
    assert process.stderr is not None
    first = process.stderr.readline()
    assert "No worker has reported yet" in first
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    run = SyncRun.objects.get()
    assert process.returncode == 130
    assert err == f"Stopped watching; sync {run.pk} continues.\n"
    assert run.active


# One ordinary use of each command: `call_command` takes another way through Django than a shell does.
USES = {
    "account": (
        *("account", "add", "five", "--vendor", "five9s", "--set", "url=https://epm.example.com", "time_zone=Europe/Berlin"),
        *("--secret", "token=env:TEST_TOKEN", "--no-test"),
    ),
    "audit": ("audit", "verify"),
    "dead_letters": ("dead_letters", "list"),
    "export": ("export", "devices", "--format", "csv"),
    "installer": ("installer", "list", "--json"),
    "lookup": ("lookup", "nb", "--json", "--limit", "5"),
    "match": ("match",),
    "migrate": ("migrate",),
    "patches": ("patches", "open", "--json"),
    "person": ("person", "add", "carla", "--role", "helpdesk"),
    "rotate_secrets": ("rotate_secrets", "--dry-run"),
    "sync": ("sync", "eset-main", "--full"),
}


@pytest.mark.parametrize("name", OURS)
def test_each_command_works_in_a_shell(name: str) -> None:
    making.account()
    code, out, err = manage(*USES[name], TEST_TOKEN="A" * 40)
    assert (code, "Traceback" in err) == (0, False), err
    assert out.strip()


def test_settings_after_one_option_and_repeated_ones_are_the_same() -> None:
    together = ("--set", "region=de", "username=api@example.com")
    apart = ("--set", "region=de", "--set", "username=api@example.com")
    for name, settings in (("together", together), ("apart", apart)):
        code, _, err = manage(
            "account", "add", name, "--vendor", "eset", "--no-test", *settings, "--secret", "password=env:PW", PW="canary"
        )
        assert (code, err) == (0, "")
    first, second = Account.objects.order_by("name").values_list("settings", flat=True)
    assert first == second
    assert (first["region"], first["username"]) == ("de", "api@example.com")


def test_secrets_after_one_option_and_repeated_ones_are_the_same() -> None:
    keys = {"CK": "canary-key", "CS": "canary-secret"}
    for name, secrets in (
        ("together", ("--secret", "client_key=env:CK", "client_secret=env:CS")),
        ("apart", ("--secret", "client_key=env:CK", "--secret", "client_secret=env:CS")),
    ):
        code, _, err = manage("account", "add", name, "--vendor", "opswat", "--no-test", *secrets, **keys)
        assert (code, err) == (0, "")
        stored = {row.name: row.open().reveal() for row in AccountSecret.objects.filter(account__name=name)}
        assert stored == {"client_key": "canary-key", "client_secret": "canary-secret"}


@pytest.mark.parametrize("option", [("--set", "region=eu", "region=de"), ("--secret", "password=env:A", "--secret", "password=env:B")])
def test_a_key_that_is_given_twice_is_refused(option: tuple[str, ...]) -> None:
    code, out, err = manage("account", "add", "a", "--vendor", "eset", *option, A="canary", B="canary")
    assert (code, out) == (2, "")
    assert one_sentence(err)
    assert "more than once" in err and "canary" not in err


@pytest.mark.parametrize(
    "words", [("account", "--set", "a=1", "add", "x"), ("account", "add", "--set", "region=eu", "x", "--vendor", "eset")]
)
def test_options_before_the_name_are_wrong_usage_without_a_traceback(words: tuple[str, ...]) -> None:
    code, out, err = manage(*words)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_the_help_of_add_lists_every_setting_and_secret_with_an_example() -> None:
    code, out, _ = manage("account", "add", "--help", COLUMNS="120")
    assert code == 0
    for vendor in VENDORS.values():
        part = out.partition(f"{vendor.slug}: {vendor.label}")[2]
        assert f"manage.py account add {vendor.slug}-main --vendor {vendor.slug}" in part
        for field in vendor.fields:
            assert (f"--secret {field.name}=env:" if field.secret else f"--set {field.name}=") in part, field.name
            assert field.label in part
    assert "One of eu, de, us, ca, jpn. Default: eu." in " ".join(out.split())
