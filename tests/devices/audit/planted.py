"""Changes to the audit log that Rollcall never makes: with all rights, and past the triggers."""

from __future__ import annotations

from tests.owner import owner_rights


def tamper(statement: str, *parameters: object) -> None:
    with owner_rights() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("RESET session_replication_role")
