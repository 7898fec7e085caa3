"""Start-up checks: a product without its keys, or with rows that no key opens, must not run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register
from django.db import DatabaseError


@register("database")
def sealing_keys_open_everything(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """Runs where the database is checked (migrate, `check --database default`): every key id in use must be loaded."""
    from django.conf import settings

    from devices.encryption.rotation import NOT_SEALED, rows_per_key

    if not databases:
        return []
    try:
        used = set(rows_per_key())
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
