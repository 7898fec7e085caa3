"""Second factors and seeds of recovery codes, which were plain text, are encrypted like all other secrets."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from devices.encryption import cipher

KEYS = {"totp": "secret", "recovery_codes": "seed"}


def _rows(apps: Any) -> Any:
    rows = apps.get_model("mfa", "Authenticator").objects
    return rows.filter(type__in=KEYS).select_for_update().order_by("pk")


def _context(row: Any) -> str:
    """As `context_of` in devices/users/second_factors.py."""
    return f"mfa.authenticator:{KEYS[row.type]}:{row.user_id}"


def seal(apps: Any, _schema_editor: Any) -> None:
    """Leaves what is encrypted already."""
    for row in _rows(apps):
        text = row.data.get(KEYS[row.type])
        if text and not text.startswith(f"{cipher.PREFIX}:"):
            _store(row, cipher.seal(text, context=_context(row)))


def unseal(apps: Any, _schema_editor: Any) -> None:
    """For the version before, which would refuse every code otherwise."""
    for row in _rows(apps):
        text = row.data.get(KEYS[row.type])
        if text and text.startswith(f"{cipher.PREFIX}:"):
            _store(row, cipher.unseal(text, context=_context(row)))


def _store(row: Any, text: str) -> None:
    row.data[KEYS[row.type]] = text
    row.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("devices", "0027_match_upgrade_device"), ("mfa", "0003_authenticator_type_uniq")]

    operations = [migrations.RunPython(seal, unseal)]
