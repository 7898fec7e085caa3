"""Schema changes while web and workers of the former version run (CONTRIBUTING.md, "Adding a migration")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState

# Less than a page waits for a lock: what queues behind a migration goes on when that gives up.
LOCK_TIMEOUT = "2s"


class AddIndexOnline(AddIndexConcurrently):
    """CREATE INDEX CONCURRENTLY, which stops no writer. Waits for the transactions under way, however long they take, and replaces what an
    interrupted attempt left. Its migration has `atomic = False`."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        with _patient(connection):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {connection.ops.quote_name(self.index.name)}")
            super().database_forwards(app_label, schema_editor, from_state, to_state)


@contextmanager
def _patient(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """In this block neither a wait nor a statement has a limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        former = cursor.fetchone()
    _limit(connection, "0", "0")
    try:
        yield
    finally:
        _limit(connection, *former)


def _limit(connection: BaseDatabaseWrapper, lock: str, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)", [lock, statement])
