"""The owner's rights for a few statements of a test; everything else is done with those of the application."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from local.postgres import OWNER


@contextmanager
def owner_rights() -> Iterator[Any]:
    """A cursor of the connection that the test uses, in its transaction. After an error the transaction ends, and with it the rights."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
        yield cursor
        cursor.execute("RESET ROLE")


def owner_session() -> psycopg.Connection:
    """A session of its own on the database of the test."""
    return psycopg.connect(os.environ["ROLLCALL_OWNER_DATABASE_URL"], dbname=connection.settings_dict["NAME"])


def empty_tables(statements: Iterable[str]) -> None:
    """Between two tests, past the triggers that refuse it."""
    with owner_rights() as cursor:
        cursor.execute("SET session_replication_role = replica; SET lock_timeout = '20s'")  # what a test left may still end
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("RESET session_replication_role; RESET lock_timeout")
