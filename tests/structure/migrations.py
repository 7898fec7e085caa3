"""What a migration must not do, because web and workers of the former version run while it is applied, and for a while afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation

# The last migration of each app that is older than these rules.
BEFORE = {"devices": 34, "patching": 10, "installers": 6}
# Tables that grow with the fleet or with time: a lock on one of them for as long as an index takes stops every sync.
LARGE = frozenset(
    [
        "devices.device",
        "devices.sighting",
        "devices.identifier",
        "devices.issue",
        "devices.pulse",
        "devices.checkin",
        "devices.join",
        "devices.change",
        "devices.formerstate",
        "devices.auditevent",
        "devices.auditlink",
        "devices.syncrun",
        "patching.patch",
        "patching.attempt",
        "patching.patchrun",
    ]
)
# Removed or renamed although an earlier version had it: "app.model.column" or "app.model" → the release since which no code uses it.
UNUSED: dict[str, str] = {}

REMOVES = (
    *(operations.RemoveField, operations.RenameField, operations.RenameModel, operations.DeleteModel, operations.AlterModelTable),
    operations.RenameIndex,
)
INDEX_IN_SQL = re.compile(
    r"CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY\b).*?\bON\s+(ONLY\s+)?\"?(?P<table>\w+)", re.IGNORECASE | re.DOTALL
)
REMOVED_IN_SQL = re.compile(r"\b(DROP\s+(COLUMN|TABLE)|RENAME\s+(COLUMN|TO))\b", re.IGNORECASE)


def problems(migration: Migration) -> list[str]:
    """A sentence for each operation that the former version, or its syncs, would not survive."""
    return [
        f"{migration.app_label}.{migration.name}: {sentence}"
        for each in _all(migration.operations)
        for sentence in _problems(migration, each)
    ]


def _all(found: Sequence[Operation]) -> Iterator[Operation]:
    for each in found:
        if isinstance(each, operations.SeparateDatabaseAndState):
            yield from _all(each.database_operations)
        else:
            yield each


def _problems(migration: Migration, operation: Operation) -> Iterator[str]:
    app = migration.app_label
    if isinstance(operation, operations.RunSQL):
        yield from _in_sql(str(operation.sql))
    elif isinstance(operation, REMOVES):
        if (name := _name(app, operation)) not in UNUSED:
            yield f"{name} is removed or renamed, but the former version uses it: stop using it first, and list it in UNUSED one release later."
    elif isinstance(operation, operations.AddField):
        yield from _new_column(app, operation)
    elif isinstance(operation, operations.AddConstraint):
        if isinstance(operation.constraint, models.UniqueConstraint) and _large(app, operation):
            yield f"{operation.constraint.name} makes an index with a lock on a large table: add a unique index with AddIndexOnline's SQL first."
    elif isinstance(operation, operations.AddIndex) and not isinstance(operation, AddIndexConcurrently) and _large(app, operation):
        yield f"{operation.index.name} is made with a lock on a large table: use AddIndexOnline (devices/db/schema.py)."


def _new_column(app: str, operation: operations.AddField) -> Iterator[str]:
    field, name = operation.field, f"{app}.{operation.model_name}.{operation.name}".lower()
    if field.many_to_many:
        return
    if not field.null and not field.has_db_default():
        yield f"{name} has no value in rows of the former version: give it null=True or db_default."
    if (getattr(field, "db_index", False) or field.unique) and _large(app, operation):
        yield f"{name} makes an index with a lock on a large table: use db_index=False, and AddIndexOnline."


def _in_sql(sql: str) -> Iterator[str]:
    for found in INDEX_IN_SQL.finditer(sql):
        if found["table"].lower().replace("_", ".", 1) in LARGE:
            yield f"an index of {found['table']} is made with a lock: write CREATE INDEX CONCURRENTLY, in a migration with atomic = False."
    if removed := REMOVED_IN_SQL.search(sql):
        yield f"its SQL has {removed[0]}, but the former version may use what that removes or renames."


def _large(app: str, operation: Operation) -> bool:
    return f"{app}.{operation.model_name}".lower() in LARGE  # type: ignore[attr-defined]


def _name(app: str, operation: Operation) -> str:
    """What is removed or renamed: "app.model" or "app.model.column"."""
    model = getattr(operation, "model_name", "") or getattr(operation, "old_name", "") or getattr(operation, "name", "")
    column = getattr(operation, "old_name", "") or getattr(operation, "name", "") if hasattr(operation, "model_name") else ""
    return ".".join(part for part in (app, model, column) if part).lower()
