"""TOTP secrets and recovery codes are encrypted in the database, bound to their row, and moved to a new key."""

from __future__ import annotations

import base64
import os
from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from devices.checks import sealing_keys_open_everything
from devices.encryption import rotation
from devices.models import User
from tests.conftest import PASSWORD
from tests.devices.shell import manage
from tests.devices.upgrades import before, migration_named

pytestmark = pytest.mark.django_db
LOGIN, STEP = "/accounts/login/", "/accounts/2fa/authenticate/"
migration = import_module(f"devices.migrations.{migration_named('sealed_second_factors')}")


def enrolled(user: User) -> tuple[str, list[str]]:
    """The TOTP secret and the recovery codes that the user was shown."""
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return secret, RecoveryCodes.activate(user).generate_codes()


def code(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


def stored() -> dict[str, Any]:
    """Type → the JSON as the database has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, data::text FROM mfa_authenticator")
        return dict(cursor.fetchall())


def signs_in(name: str, given: str) -> bool:
    client = Client()
    client.post(LOGIN, {"login": name, "password": PASSWORD})
    client.post(STEP, {"code": given})
    return client.get("/devices/").status_code == 200


def make_plain(user: User, *, secret: str, seed: str) -> None:
    """As the version before stored them."""
    Authenticator.objects.bulk_create(
        [
            Authenticator(user=user, type="totp", data={"secret": secret}),
            Authenticator(user=user, type="recovery_codes", data={"seed": seed, "used_mask": 5}),
        ]
    )


def test_neither_secret_nor_seed_is_in_the_table(bob: User) -> None:
    secret, codes = enrolled(bob)
    assert all(text.startswith(f'{{"{key}": "enc1:test:') for text, key in zip(stored().values(), ("secret", "seed"), strict=True))
    assert secret not in str(stored())
    assert Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes() == codes


def test_both_sign_in_and_a_recovery_code_only_once(bob: User) -> None:
    secret, codes = enrolled(bob)
    assert signs_in("bob", code(secret))
    assert signs_in("bob", codes[3])
    assert not signs_in("bob", codes[3])
    assert not signs_in("bob", "000000")
    assert signs_in("bob", codes[4])


@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_a_factor_that_was_copied_to_another_user_opens_nothing(bob: User, ivan: User, kind: str) -> None:
    secret, codes = enrolled(bob)
    enrolled(ivan)
    with connection.cursor() as cursor:
        copied = "UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE type = %s AND user_id = %s) WHERE user_id = %s AND type = %s"
        cursor.execute(copied, [kind, bob.pk, ivan.pk, kind])
    client = Client()
    client.post(LOGIN, {"login": "ivan", "password": PASSWORD})
    answer = client.post(STEP, {"code": code(secret) if kind == "totp" else codes[0]})
    assert "Your second factor cannot be decrypted." in answer.text
    assert client.get("/devices/").status_code == 302


def test_rotation_moves_them_and_keeps_which_codes_were_used(bob: User, settings: Settings) -> None:
    secret, codes = enrolled(bob)
    assert signs_in("bob", codes[0])
    old = settings.SEALING_KEYS
    settings.SEALING_KEYS = {"new": os.urandom(32), **old}
    assert rotation.rows_per_key() == {"test": 2}
    call_command("rotate_secrets", "--dry-run")
    outcome = rotation.rotate()
    assert (outcome.done, outcome.broken, outcome.busy) == (2, [], 0)
    settings.SEALING_KEYS = {"new": settings.SEALING_KEYS["new"]}
    assert signs_in("bob", code(secret))
    assert not signs_in("bob", codes[0])
    assert signs_in("bob", codes[1])


def test_the_migration_encrypts_what_was_plain_and_can_run_again(bob: User) -> None:
    secret, seed = totp.generate_totp_secret(), RecoveryCodes.generate_seed()
    make_plain(bob, secret=secret, seed=seed)
    assert secret in str(stored()) and seed in str(stored())
    migration.seal(apps, None)
    first = stored()
    assert secret not in str(first) and seed not in str(first)
    migration.seal(apps, None)
    assert stored() == first
    assert signs_in("bob", code(secret))
    assert Authenticator.objects.get(type="recovery_codes").data["used_mask"] == 5
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()) == 8
    migration.unseal(apps, None)
    assert secret in str(stored()) and seed in str(stored())


def test_a_plain_factor_stops_the_start_only_after_the_migration(bob: User) -> None:
    """`migrate` checks before it migrates: it must not refuse to encrypt because something is not encrypted."""
    make_plain(bob, secret="A" * 32, seed="ab" * 40)

    def faults() -> list[str | None]:
        return [fault.id for fault in sealing_keys_open_everything(databases=["default"])]

    assert faults() == ["devices.E002"]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name LIKE '%%_sealed_second_factors'")
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_an_upgrade_with_plain_factors_encrypts_them(bob: User) -> None:
    secret = totp.generate_totp_secret()
    make_plain(bob, secret=secret, seed=RecoveryCodes.generate_seed())
    with before("sealed_second_factors") as migration_name:
        assert manage("migrate", "devices", migration_name)[0] == 0
    assert secret not in str(stored())
    assert signs_in("bob", code(secret))
    both = f"new:{base64.b64encode(os.urandom(32)).decode()},{os.environ['ROLLCALL_SEALING_KEYS']}"
    done, out, _ = manage("rotate_secrets", ROLLCALL_SEALING_KEYS=both)
    assert (done, out.splitlines()[-1]) == (0, "After: key new (current): 2 values")
