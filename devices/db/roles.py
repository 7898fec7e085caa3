"""Roles of the database: the owner, with whose rights tables are migrated and the audit log is pruned, and the application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

APPEND_ONLY = ("devices_auditevent", "devices_auditlink")
_OF_A_CONNECTION = ("USER", "PASSWORD", "HOST", "PORT")


@contextmanager
def owner_role() -> Iterator[None]:
    """In this block the connection belongs to the owner's role; without ROLLCALL_OWNER_DATABASE_URL it stays as it is."""
    if settings.OWNER_DATABASE is None:
        yield
        return
    application = connection.settings_dict
    owner = {name: settings.OWNER_DATABASE[name] for name in _OF_A_CONNECTION}
    options = {"OPTIONS": application["OPTIONS"] | settings.OWNER_DATABASE["OPTIONS"]}
    connection.close()
    connection.settings_dict = application | owner | options
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = application


def grant_application() -> None:
    """Give the application's role what it needs: rows of all tables, but of the audit log only reading and adding. Repeatable."""
    role = sql.Identifier(settings.APPLICATION_ROLE)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, current_schema(), array(SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NOT NULL)",
            [list(APPEND_ONLY)],
        )
        owner, schema, append_only = cursor.fetchone()
        if owner == settings.APPLICATION_ROLE or not append_only:
            return
        tables = sql.SQL(", ").join(map(sql.Identifier, append_only))
        for statement in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "REVOKE ALL ON {tables} FROM {role}",
            "GRANT SELECT, INSERT ON {tables} TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(schema=sql.Identifier(schema), role=role, tables=tables))


def can_change_audit_log() -> bool:
    """Whether the current role may do more with the audit log than to read it and add to it. Raises DatabaseError."""
    rights = "UPDATE, DELETE, TRUNCATE, TRIGGER"
    with connection.cursor() as cursor:
        cursor.execute("SELECT bool_or(has_table_privilege(name, %s)) FROM unnest(%s::text[]) name", [rights, list(APPEND_ONLY)])
        return bool(cursor.fetchone()[0])
