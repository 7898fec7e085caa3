"""Start-up checks: a product without its keys, or with rows that no key opens, must not run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder


@register("database")
def sealing_keys_have_their_bytes(**_kwargs: Any) -> list[CheckMessage]:
    """Runs with every check and before every command: what is encrypted with other bytes under a known key id is lost with them."""
    return [
        Error(
            f"The sealing key {key_id!r} has other bytes than the key of this id that encrypted the stored secrets:"
            " restore them in ROLLCALL_SEALING_KEYS (or the file keys/sealing_keys), or give a new key a new id.",
            id="devices.E003",
        )
        for key_id in wrong_keys()
    ]


def wrong_keys() -> list[str]:
    """Ids of loaded keys whose bytes are not those of their check value, or where that is missing, of the stored secrets."""
    from django.conf import settings

    from devices.encryption.rotation import opens_any
    from devices.models import KeyCheck

    try:
        right = {row.key_id: row.opens for row in KeyCheck.objects.filter(key_id__in=settings.SEALING_KEYS)}
        right |= {key_id: opens_any(key_id) is not False for key_id in settings.SEALING_KEYS if key_id not in right}
        return [key_id for key_id in settings.SEALING_KEYS if not right[key_id]]
    except DatabaseError:
        return []


def remember_keys() -> None:
    """Store the check value of each loaded key that has none and is not known to be wrong. Of two processes the first one wins."""
    from django.conf import settings

    from devices.models import KeyCheck

    with suppress(DatabaseError):
        right = [key_id for key_id in settings.SEALING_KEYS if key_id not in wrong_keys()]
        missing = {*right} - {*KeyCheck.objects.filter(key_id__in=right).values_list("key_id", flat=True)}
        KeyCheck.objects.bulk_create([KeyCheck.of(key_id) for key_id in sorted(missing)], ignore_conflicts=True)


@register("database")
def sealing_keys_open_everything(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Runs where the database is checked (migrate, `check --database default`): every key id in use must be loaded."""
    from django.conf import settings

    from devices.encryption.rotation import NOT_SEALED

    if not databases:
        return []
    try:
        used = _keys_in_use()
    except DatabaseError:
        return []  # before the first migration there is nothing to open
    if NOT_SEALED in used:
        sentence = "A stored secret is not sealed: enter it again."
        return [Error(sentence, hint="Find it with `manage.py rotate_secrets --dry-run`.", id="devices.E002")]
    return [
        Error(
            f"Stored secrets need the sealing key {key_id!r}, which is not loaded.",
            hint="Add it to ROLLCALL_SEALING_KEYS (or the file keys/sealing_keys) and start again.",
            id="devices.E001",
        )
        for key_id in sorted(used - set(settings.SEALING_KEYS))
    ]


@register("database")
def audit_log_is_append_only(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """A warning: an installation with one role works, but that role can empty the audit log."""
    from devices.db.roles import can_change_audit_log

    try:
        changeable = bool(databases) and can_change_audit_log()
    except DatabaseError:
        return []  # before the first migration
    if not changeable:
        return []
    hint = "Give the application a role of its own and set ROLLCALL_OWNER_DATABASE_URL for migrate (docs/scaling.md)."
    return [Warning("The database role of the application can change and empty the audit log.", hint=hint, id="devices.W001")]


def _keys_in_use() -> set[str]:
    """With NOT_SEALED where text was never sealed. Second factors are, since the migration that seals them."""
    from devices.encryption.rotation import NOT_SEALED, PLACES, EncryptedKey, rows_per_key

    used = set(rows_per_key())
    if (
        NOT_SEALED in used
        and not MigrationRecorder.Migration.objects.filter(app="devices", name__endswith="_sealed_second_factors").exists()
    ):
        return set(rows_per_key(place for place in PLACES if not isinstance(place, EncryptedKey)))
    return used
