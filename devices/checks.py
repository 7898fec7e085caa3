"""Start-up checks: a product without its keys, or with rows that no key opens, must not run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder


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
