"""COPY: bulk writes to PostgreSQL. Tables, columns and their types are constants, never input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

Columns = Mapping[str, str]  # name → type; the binary form, which costs a third of the text form, needs the types


def copy_rows(table: str, columns: Columns, rows: Iterable[Sequence[Any]]) -> None:
    """Raises Django's errors, as every other statement does: its cursor hands the driver's own ones on while it copies."""
    sql = f"COPY {table} ({quoted(columns)}) FROM STDIN (FORMAT binary)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def stage(table: str, columns: Columns, rows: Iterable[Sequence[Any]], *, key: str = "") -> None:
    """Rows in a temporary table: made once per connection, emptied at commit, and here if a transaction uses it twice."""
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items()) + (f", PRIMARY KEY ({key})" if key else "")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({definition}) ON COMMIT DELETE ROWS")
        cursor.execute(f"DELETE FROM {table}")  # nosec B608 # a table of ours
    copy_rows(table, columns, rows)


def quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
