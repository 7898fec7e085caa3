from __future__ import annotations

import base64
import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from devices.accounts.services import create_account, switch_account, update_account
from devices.checks import sealing_keys_open_everything
from devices.connections import health
from devices.connections.token_store import EncryptedTokenStore
from devices.encryption import cipher, rotation
from devices.management.console import CommandRefused
from devices.models import Account, AccountSecret, AuditEvent, Health
from sandbox.credentials import account_settings
from tests.devices.shell import start
from vendors.auth import Tokens
from vendors.errors import Unavailable
from vendors.secret import Secret

pytestmark = pytest.mark.django_db
OLD, NEW = os.urandom(32), os.urandom(32)
BOTH = f"new:{base64.b64encode(NEW).decode()},old:{base64.b64encode(OLD).decode()}"


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> Iterator[Settings]:
    settings.SEALING_KEYS = {"old": OLD}
    yield settings


def account(name: str = "five", token: str = "TOKEN123") -> Account:
    values, _ = account_settings("http://127.0.0.1:9")["five9s"]
    made = create_account(name=name, vendor="five9s", settings=values, secrets={"token": token})
    EncryptedTokenStore(made.pk).exchange(None, lambda _: Tokens(Secret("access-" + name), Secret("refresh"), 0.0))
    return made


def rotate(*arguments: str) -> str:
    out = io.StringIO()
    call_command("rotate_secrets", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_everything_opens_with_the_new_key_alone(keys: Settings) -> None:
    made = account()
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    text = rotate()
    assert text.splitlines() == [
        "Before: key old: 2 values",
        "After: key new (current): 2 values",
    ]
    keys.SEALING_KEYS = {"new": NEW}
    assert AccountSecret.objects.get().open() == Secret("TOKEN123")
    tokens = EncryptedTokenStore(made.pk).current()
    assert tokens is not None and tokens.access == Secret("access-five")
    event = AuditEvent.objects.get(action="secrets rotated")
    assert (event.target, event.detail) == ("new", {"rows": 2, "unusable": 0})


def test_a_dry_run_counts_and_changes_nothing(keys: Settings) -> None:
    account()
    before = AccountSecret.objects.get().sealed
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    assert rotate("--dry-run") == "Now: key old: 2 values\n"
    assert AccountSecret.objects.get().sealed == before
    assert not AuditEvent.objects.filter(action="secrets rotated").exists()


def test_a_second_time_does_nothing(keys: Settings) -> None:
    account()
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    rotate()
    before = AccountSecret.objects.get().sealed
    rotate()
    assert AccountSecret.objects.get().sealed == before
    assert AuditEvent.objects.filter(action="secrets rotated").count() == 1


def test_what_does_not_open_is_named_and_left_and_the_rest_is_done(keys: Settings) -> None:
    account()
    broken = account("broken")
    AccountSecret.objects.filter(account=broken).update(sealed="enc1:lost:AAAA")
    Account.objects.filter(pk=broken.pk).update(tokens="never sealed")
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    with pytest.raises(CommandRefused, match="2 values are not encrypted with 'new': keep the old keys"):
        rotate()
    assert rotation.rows_per_key() == {"new": 2, "lost": 1, "(not sealed)": 1}


def test_a_row_that_was_read_before_does_not_bring_old_seals_back(keys: Settings) -> None:
    stale = account()
    stale.health, stale.complete_at = Health.OK, timezone.now() - timedelta(days=9)
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    rotate()
    health.failed(stale, Unavailable("The vendor is down."), timezone.now())
    switch_account(stale, enabled=False)
    update_account(stale, settings=stale.settings, secrets={"token": "EDITED456"})
    assert not Account.objects.get().enabled
    assert set(rotation.rows_per_key()) == {"new"}
    assert AccountSecret.objects.get().open() == Secret("EDITED456")


def test_tokens_that_do_not_open_are_fetched_anew(keys: Settings) -> None:
    made = account()
    keys.SEALING_KEYS = {"new": NEW}
    assert EncryptedTokenStore(made.pk).current() is None


@pytest.mark.fault("F39")
@pytest.mark.django_db(transaction=True)
def test_an_edit_in_the_middle_of_a_rotation_wins(keys: Settings) -> None:
    account()
    row = AccountSecret.objects.get()
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    editing, outcome = threading.Event(), []

    def rotating() -> None:
        try:
            editing.wait(10)
            outcome.append(rotation.rotate())
        finally:
            connection.close()

    thread = threading.Thread(target=rotating)
    thread.start()
    with transaction.atomic():
        held = AccountSecret.objects.select_for_update().get(pk=row.pk)
        editing.set()
        _until(_somebody_waits_for_a_lock)
        held.seal(Secret("EDITED456"))
        held.save()
    thread.join()
    assert AccountSecret.objects.get().open() == Secret("EDITED456")
    assert (outcome[0].busy, outcome[0].broken) == (0, [])
    assert set(rotation.rows_per_key()) == {"new"}


@pytest.mark.fault("F39")
@pytest.mark.django_db(transaction=True)
def test_a_row_that_is_held_all_the_time_is_left_and_counted(keys: Settings) -> None:
    account()
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    outcome: list[rotation.RotationResult] = []

    def rotating() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = 100")
            outcome.append(rotation.rotate())
        finally:
            connection.close()

    with transaction.atomic():
        AccountSecret.objects.select_for_update().get()
        thread = threading.Thread(target=rotating)
        thread.start()
        thread.join()
    assert (outcome[0].done, outcome[0].busy) == (1, 1)
    assert rotation.rows_per_key() == {"new": 1, "old": 1}


@pytest.mark.fault("F39")
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_point_no_secret_is_lost_and_the_next_start_ends_the_work(keys: Settings) -> None:
    first = account()
    rows = [AccountSecret(account=first, name=f"s{n}", set_at=timezone.now()) for n in range(3000)]
    for row in rows:
        row.seal(Secret(f"value of {row.name}"))
    AccountSecret.objects.bulk_create(rows)
    total = AccountSecret.objects.count()
    keys.SEALING_KEYS = {"new": NEW, "old": OLD}
    killed = 0
    for share in (0.0, 0.2, 0.4, 0.7):
        process = start("rotate_secrets", ROLLCALL_SEALING_KEYS=BOTH)
        _until(lambda share=share, process=process: _done() > share * total or process.poll() is not None)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        assert all(secret.open() for secret in AccountSecret.objects.all())
    assert killed >= 3
    process = start("rotate_secrets", ROLLCALL_SEALING_KEYS=BOTH)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert f"After: key new (current): {total + 1} values" in out
    keys.SEALING_KEYS = {"new": NEW}
    opened = {secret.name: secret.open().reveal() for secret in AccountSecret.objects.all()}
    assert opened == {"token": "TOKEN123"} | {f"s{n}": f"value of s{n}" for n in range(3000)}


def _done() -> int:
    return AccountSecret.objects.filter(sealed__startswith=f"{cipher.PREFIX}:new:").count()


def _somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def _until(condition: object, *, seconds: float = 30.0) -> None:
    assert callable(condition)
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not come to pass in time"
        time.sleep(0.005)


def test_the_start_up_check_names_keys_that_are_needed_and_text_that_was_never_sealed(keys: Settings) -> None:
    def complaints() -> list[str]:
        return [str(error.id) for error in sealing_keys_open_everything(databases=["default"])]

    account()
    assert complaints() == []
    keys.SEALING_KEYS = {"new": NEW}
    assert complaints() == ["devices.E001"]
    AccountSecret.objects.update(sealed="plain text")
    assert complaints() == ["devices.E002"]
