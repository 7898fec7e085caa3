"""A sealing key with the id of another one: nothing starts, so nothing is encrypted with it."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from config.startup_checks import refuse_if_unready
from devices.checks import sealing_keys_have_their_bytes
from devices.encryption import cipher
from devices.management.console import CommandRefused
from devices.models import Account, AccountSecret, KeyCheck
from local.supervisor import last_words
from tests.devices import records as making
from tests.devices.shell import environment
from vendors.secret import Secret

PYTHON = sys.executable
STARTS = {
    "web": [PYTHON, "-c", "import config.wsgi"],
    "worker": [PYTHON, "-m", "celery", "-A", "config.celery", "worker", "--concurrency", "1", "--without-mingle"],
    "beat": [PYTHON, "-m", "celery", "-A", "config.celery", "beat", "-s", "SCHEDULE"],
    "make run": [PYTHON, "-m", "local.demo"],
    "check": [PYTHON, "manage.py", "check"],
    "check the database": [PYTHON, "manage.py", "check", "--database", "default"],
    "migrate": [PYTHON, "manage.py", "migrate"],
    "a command": [PYTHON, "manage.py", "account", "list"],
    "rotation": [PYTHON, "manage.py", "rotate_secrets"],
}
SENTENCE = (
    "The sealing key 'test' has other bytes than the key of this id that encrypted the stored secrets:"
    " restore them in ROLLCALL_SEALING_KEYS (or the file keys/sealing_keys), or give a new key a new id."
)


def stored_secret(name: str = "password") -> AccountSecret:
    account = Account.objects.first() or making.account()
    secret = AccountSecret(account=account, name=name, set_at=account.created_at)
    secret.seal(Secret("hunter2"))
    secret.save()
    return secret


def refusals() -> list[str | None]:
    return [str(error.msg) for error in sealing_keys_have_their_bytes()]


def start(command: Sequence[str], key: bytes) -> tuple[int, str]:
    other = {"ROLLCALL_SEALING_KEYS": f"test:{base64.b64encode(key).decode()}"}
    ended = subprocess.run(command, env=environment() | other, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", ["by its check value", "by a secret only"])
@pytest.mark.parametrize("name", STARTS)
def test_no_process_starts_with_other_bytes_under_a_known_id(name: str, known: str, tmp_path: Path) -> None:
    if known == "by its check value":
        refuse_if_unready()
    else:
        stored_secret()
    code, err = start([part.replace("SCHEDULE", str(tmp_path / "schedule")) for part in STARTS[name]], os.urandom(32))
    assert code in (1, 2)
    assert SENTENCE in err and "Traceback" not in err
    if name == "make run":
        assert last_words(err) == SENTENCE
    assert refusals() == [] and KeyCheck.objects.count() == (known == "by its check value")


@pytest.mark.fault("F40")
@pytest.mark.django_db
def test_a_start_remembers_every_key_and_a_later_one_compares(settings: Settings) -> None:
    first, second = os.urandom(32), os.urandom(32)
    settings.SEALING_KEYS = {"new": second, "old": first}
    refuse_if_unready()
    refuse_if_unready()
    assert set(KeyCheck.objects.values_list("key_id", flat=True)) == {"new", "old"}
    settings.SEALING_KEYS = {"new": second, "old": second}
    assert len(refusals()) == 1 and "'old'" in str(refusals())
    with pytest.raises(SystemExit):
        refuse_if_unready()
    settings.SEALING_KEYS = {"old": first}
    assert refusals() == []


@pytest.mark.django_db
def test_a_start_that_is_refused_remembers_nothing(settings: Settings) -> None:
    """The right bytes of a key that was typed wrong once must not be refused afterwards."""
    stored_secret()
    settings.SEALING_KEYS = {"another": os.urandom(32)}
    with pytest.raises(SystemExit):
        refuse_if_unready()
    assert not KeyCheck.objects.exists()


@pytest.mark.django_db
def test_one_damaged_secret_is_not_a_wrong_key(settings: Settings) -> None:
    damaged = stored_secret("a")
    AccountSecret.objects.filter(pk=damaged.pk).update(sealed=cipher.seal("x", context="elsewhere"))
    assert refusals() == [SENTENCE], "nothing else to go by"
    stored_secret("b")
    assert refusals() == []


@pytest.mark.django_db
def test_rotation_remembers_the_new_key(settings: Settings) -> None:
    stored_secret()
    settings.SEALING_KEYS = {"new": os.urandom(32), **settings.SEALING_KEYS}
    call_command("rotate_secrets")
    settings.SEALING_KEYS = {"new": os.urandom(32)}
    with pytest.raises(CommandRefused, match="'new' has other bytes"):
        call_command("rotate_secrets")
