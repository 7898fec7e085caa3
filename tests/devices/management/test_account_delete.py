"""`account delete` in a real shell, with and without a terminal. The deleting itself is in test_deletion.py."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys

import pytest
from django.utils import timezone

from config.env import ROOT
from devices.accounts.deletion import services as deletion
from devices.models import Account, AuditEvent, Sighting
from tests.devices import records as making
from tests.devices import rows as shown
from tests.devices.shell import environment, manage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def eset() -> Account:
    account = shown.account("eset-main", "eset")
    for number in range(3):
        shown.sighting(account, f"nb-{number}")
    return account


def on_a_terminal(typed: str, *arguments: str) -> tuple[int, str, str]:
    """(exit code, what the terminal showed, stderr)"""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(), stdin=theirs, stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    screen = read_until(ours, b"Type the account name")
    os.write(ours, typed.encode() + b"\n")
    screen += read_until(ours, None)
    err = process.stderr.read() if process.stderr else b""
    code = process.wait(timeout=60)
    os.close(ours)
    return code, screen.decode(), err.decode()


def read_until(terminal: int, words: bytes | None) -> bytes:
    """What is written until these words, or until the other end is closed."""
    seen = b""
    while words is None or words not in seen:
        assert select.select([terminal], [], [], 60)[0], seen
        try:
            seen += os.read(terminal, 1000)
        except OSError:
            return seen
    return seen


def test_its_name_is_asked_for_after_a_list_of_what_goes(eset: Account) -> None:
    code, screen, _ = on_a_terminal("eset-main", "account", "delete", "eset-main")
    assert code == 0
    listed = screen.partition("Type the account name")[0]
    assert "3 devices reported only by this account" in listed and "3 device records" in listed
    assert "eset-main is being deleted. Its name can be used again" in screen
    eset.refresh_from_db()
    assert eset.being_deleted


@pytest.mark.parametrize("typed", ["", "eset", "ESET-MAIN", "y", "\x04"])
def test_anything_but_its_name_deletes_nothing(eset: Account, typed: str) -> None:
    code, _, err = on_a_terminal(typed, "account", "delete", "eset-main")
    assert (code, err) == (1, "Nothing was deleted: this is not the account name.\n")
    eset.refresh_from_db()
    assert not eset.being_deleted and not AuditEvent.objects.exists()


def test_without_a_terminal_it_is_refused_in_a_sentence(eset: Account) -> None:
    code, out, err = manage("account", "delete", "eset-main")
    assert (code, out) == (2, "")
    assert err == "Nothing was deleted: there is no terminal for the confirmation. Use --yes to delete without it.\n"
    eset.refresh_from_db()
    assert not eset.being_deleted


def test_with_yes_nothing_is_asked(eset: Account) -> None:
    code, out, err = manage("account", "delete", "eset-main", "--yes")
    assert code == 0
    assert "3 device records" in out and "Type" not in out
    assert "No worker has reported yet" in err
    assert AuditEvent.objects.get().action == "account deletion requested"
    assert "The account's data is being deleted." in manage("account", "list")[1]
    for words in (("edit", "--set", "region=de"), ("enable",), ("disable",), ("test",), ("delete", "--yes")):
        code, _, err = manage("account", words[0], "eset-main", *words[1:])
        assert (code, err.count("\n")) == (1, 1), err
        assert "eset-main is being deleted" in err
    assert manage("sync", "eset-main")[0] == 1
    while deletion.advance(eset.pk, now=timezone.now()):
        pass
    assert "No vendor accounts yet: add one with `manage.py account add`." in manage("account", "list")[1]
    assert not Sighting.objects.exists()


def test_an_account_without_anything_can_be_deleted() -> None:
    making.account()
    assert manage("account", "delete", "eset-main", "--yes")[0] == 0
    assert deletion.advance(Account.objects.get().pk, now=timezone.now()) is False
    assert not Account.objects.exists()
