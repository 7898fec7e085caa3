"""A database as the version before a migration left it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from config.env import ROOT
from tests.devices.shell import manage


def migration_named(ending: str) -> str:
    """The full name of a migration of `devices`, whatever its number."""
    return next((ROOT / "devices" / "migrations").glob(f"*_{ending}.py")).stem


@contextmanager
def before(ending: str) -> Iterator[str]:
    """As if neither this migration nor a later one had run, which only suits one that changes no table. Gives its full name."""
    name = migration_named(ending)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'devices' AND name >= %s", [name])
    try:
        yield name
    finally:
        assert manage("migrate", "devices", "--fake", "--skip-checks")[0] == 0
